/**
 * @file The graphs of a pretraining step: one for everything when the batch fits, or three that bound the memory.
 *
 * BatchNorm sits only in projector and predictor, which see 8 x ROI numbers a scan. So a batch of any size is exact in
 * parts: embed every micro-batch; align the whole batch's embeddings at once; go through the micro-batches again with
 * the gradient that arrived at each embedding.
 */
import type { FcKind } from '../connectivity/kinds.ts';
import { gradients, type Seed } from '../graph/gradients.ts';
import { input, scalar, type Tensor } from '../graph/tensor.ts';
import { type DropoutPools, dropoutPools, type Pass, passDropout } from '../model/dropout.ts';
import { embed } from '../model/encoder.ts';
import { type Alignment, alignment } from '../model/latent-alignment.ts';
import { contrastiveLoss, maskedTokens, reconstructionLoss } from '../model/masked-roi-modelling.ts';
import { ONLINE, TARGET, targetLayout, trainedLayout } from '../model/parameters.ts';
import { pseudoNetwork } from '../model/pseudo-network.ts';
import { type ModelSize, READOUT } from '../model/size.ts';
import { parameterInputs, within } from '../model/weights.ts';
import type { Objective } from './objective.ts';

export interface StepPlan {
  readonly size: ModelSize;
  readonly objective: Objective;
  readonly fc: FcKind;
  /** Seeds the dropout pools. */
  readonly seed: number;
  /** Scans of the whole batch. */
  readonly batch: number;
}

type Outputs = Record<string, Tensor>;

/** Everything in one graph: losses, gradients and batch statistics of a batch that is one micro-batch. */
export function wholeStepGraph(plan: StepPlan): Outputs {
  const parts = stepParts(plan, plan.batch);
  const { online, target, contrastive, reconstruction } = parts;
  const aligned = alignment(online(), target(), parts.parameter);
  const [nce, mse] = [contrastive(), reconstruction()];
  const seeds = [seed(aligned.loss, 1 / plan.batch), ...maskedSeeds(plan, nce, mse)];
  return { lra: aligned.loss, nce, mse, ...statisticsOutputs(aligned), ...parameterGradients(seeds, parts.used) };
}

/** First pass over a micro-batch: the embeddings `online 1`, `online 2`, `target 1`, `target 2`, `[scans, 8 x ROI]`. */
export function embeddingGraph(plan: StepPlan, scans: number): Outputs {
  const { online, target } = stepParts(plan, scans);
  const [online1, online2] = online();
  const [target1, target2] = target();
  return { 'online 1': online1, 'online 2': online2, 'target 1': target1, 'target 2': target2 };
}

/** The whole batch's embeddings in; alignment loss, gradient at each online embedding and in the heads' parameters out. */
export function alignmentGraph({ size, batch }: StepPlan): Outputs {
  const { parameter, used } = parameterInputs([trainedLayout(size), targetLayout(size)]);
  const embedding = (name: string) => input(name, [batch, READOUT * size.rois]);
  const online = [embedding('online 1'), embedding('online 2')] as const;
  const aligned = alignment(online, [embedding('target 1'), embedding('target 2')], parameter);
  const seeds = [seed(aligned.loss, 1 / batch)];
  const [gradient1, gradient2] = gradients(seeds, online);
  return {
    lra: aligned.loss,
    'gradient at online 1': gradient1,
    'gradient at online 2': gradient2,
    ...statisticsOutputs(aligned),
    ...parameterGradients(seeds, used),
  };
}

/** Second pass over a micro-batch, with the gradient at its embeddings as inputs: masked losses and encoder gradients. */
export function backwardGraph(plan: StepPlan, scans: number): Outputs {
  const { online, contrastive, reconstruction, used } = stepParts(plan, scans);
  const [nce, mse] = [contrastive(), reconstruction()];
  const arrived = online().map((output, view) => ({
    output,
    gradient: input(`gradient at online ${view + 1}`, output.shape),
  }));
  return { nce, mse, ...parameterGradients([...arrived, ...maskedSeeds(plan, nce, mse)], used) };
}

/** The pieces of a step over `scans` scans that the graphs share. */
function stepParts({ size, objective, fc, seed: poolSeed }: StepPlan, scans: number) {
  const { parameter, used } = parameterInputs([trainedLayout(size), targetLayout(size)]);
  const { dropout: rate } = objective;
  const pools: DropoutPools | undefined = rate > 0 ? dropoutPools(rate, poolSeed) : undefined;
  const dropout = (pass: Pass, tokens = size.rois) => pools && passDropout(pools, pass, rate, size, scans, tokens);
  const views = [pseudoNetwork(1, fc, scans, size.rois), pseudoNetwork(2, fc, scans, size.rois)] as const;
  const embedWith = (network: string, pass: Pass, view: Tensor) =>
    embed(view, within(network, parameter), size, dropout(pass));
  const masked = (name: string, count: number) => input(name, [scans, count, size.rois]);
  const tokens = maskedTokens(size);
  return {
    parameter,
    used,
    online: (): [Tensor, Tensor] => [embedWith(ONLINE, 'online-1', views[0]), embedWith(ONLINE, 'online-2', views[1])],
    target: (): [Tensor, Tensor] => [embedWith(TARGET, 'target-1', views[0]), embedWith(TARGET, 'target-2', views[1])],
    contrastive: () => {
      const rois = masked('contrastive rois', objective.contrastiveRois);
      return contrastiveLoss(views[0], rois, parameter, size, dropout('contrastive', tokens));
    },
    reconstruction: () => {
      const rois = masked('reconstruction rois', objective.reconstructionRois);
      return reconstructionLoss(views[0], rois, parameter, size, dropout('reconstruction', tokens));
    },
  };
}

/** What each masked loss, a sum, is divided by to be the mean over a batch. */
export function maskedCounts({ objective, size, batch }: StepPlan) {
  return {
    nce: batch * objective.contrastiveRois,
    mse: batch * objective.reconstructionRois * size.rois,
  };
}

function maskedSeeds(plan: StepPlan, nce: Tensor, mse: Tensor): Seed[] {
  const counts = maskedCounts(plan);
  return [
    seed(nce, plan.objective.contrastiveWeight / counts.nce),
    seed(mse, plan.objective.reconstructionWeight / counts.mse),
  ];
}

function seed(output: Tensor, weight: number): Seed {
  return { output, gradient: scalar(weight) };
}

/** `gradient NAME` for every trained parameter that a graph uses. */
function parameterGradients(seeds: readonly Seed[], used: ReadonlyMap<string, Tensor>): Outputs {
  const trained = [...used].filter(([name]) => !name.startsWith(TARGET));
  const found = gradients(
    seeds,
    trained.map(([, tensor]) => tensor),
  );
  return Object.fromEntries(trained.map(([name], i) => [`gradient ${name}`, found[i]]));
}

/** `mean K LAYER` and `variance K LAYER` of the K-th BatchNorm statistics, in the order the layers saw them. */
function statisticsOutputs({ statistics }: Alignment): Outputs {
  return Object.fromEntries(
    statistics.flatMap(({ layer, mean, variance }, k) => [
      [`mean ${k} ${layer}`, mean],
      [`variance ${k} ${layer}`, variance],
    ]),
  );
}
