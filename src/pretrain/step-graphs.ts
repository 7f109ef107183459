/**
 * @file The graphs of a pretraining step.
 *
 * BatchNorm sits only in projector and predictor, which see 8 x ROI numbers a scan. So a batch of any size is exact in
 * parts: embed every micro-batch; align the whole batch's embeddings at once; go through the micro-batches again with
 * the gradient that arrived at each embedding. A batch that fits keeps its activations and skips the second forward.
 * Every graph takes one pass over one view, so that no more than that pass is in memory.
 */
import type { FcKind } from '../connectivity/kinds.ts';
import { gradients, type Seed } from '../graph/gradients.ts';
import { input, scalar, type Tensor } from '../graph/tensor.ts';
import { dropoutPools, passDropout } from '../model/dropout.ts';
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

/** One view of a micro-batch to `embedding`, `[scans, 8 x ROI]`. */
export function embeddingGraph(plan: StepPlan, network: typeof ONLINE | typeof TARGET, scans: number): Outputs {
  return { embedding: embedView(plan, network, scans).embedding };
}

/** The gradient that arrived at one view's embeddings (input `arrived`) to gradients of the online encoder. */
export function backwardGraph(plan: StepPlan, scans: number): Outputs {
  const { embedding, used } = embedView(plan, ONLINE, scans);
  return parameterGradients([{ output: embedding, gradient: input('arrived', embedding.shape) }], used);
}

/**
 * The whole batch's embeddings of both views and networks (inputs `online 1` … `target 2`) to the summed loss `lra`, the
 * gradients of projector and predictor, BatchNorm statistics, and `arrived 1` and `arrived 2` at the online embeddings.
 */
export function alignmentGraph({ size, batch }: StepPlan): Outputs {
  const { parameter, used } = parameterInputs([trainedLayout(size), targetLayout(size)]);
  const embedding = (name: string) => input(name, [batch, READOUT * size.rois]);
  const online = [embedding('online 1'), embedding('online 2')] as const;
  const aligned = alignment(online, [embedding('target 1'), embedding('target 2')], parameter);
  const seeds = [seed(aligned.loss, 1 / batch)];
  const [arrived1, arrived2] = gradients(seeds, online);
  return {
    ...alignmentOutputs(aligned),
    'arrived 1': arrived1,
    'arrived 2': arrived2,
    ...parameterGradients(seeds, used),
  };
}

/** What {@link embeddingGraph}, {@link alignmentGraph} and {@link backwardGraph} do for a batch that is one micro-batch. */
export function wholeAlignmentGraph(plan: StepPlan): Outputs {
  const { size, batch } = plan;
  const shared = parameterInputs([trainedLayout(size), targetLayout(size)]);
  const online = ([1, 2] as const).map(
    (view) => embedView(plan, ONLINE, batch, { shared, suffix: ` ${view}` }).embedding,
  );
  const target = [1, 2].map((view) => input(`target ${view}`, [batch, READOUT * size.rois]));
  const aligned = alignment([online[0], online[1]], [target[0], target[1]], shared.parameter);
  return { ...alignmentOutputs(aligned), ...parameterGradients([seed(aligned.loss, 1 / batch)], shared.used) };
}

/** The first view of a micro-batch with hidden ROIs (input `masked rois`) to the summed `loss` and its gradients. */
export function maskedGraph(plan: StepPlan, branch: 'contrastive' | 'reconstruction', scans: number): Outputs {
  const { size, objective, fc } = plan;
  const { parameter, used } = parameterInputs([trainedLayout(size)]);
  const count = branch === 'contrastive' ? objective.contrastiveRois : objective.reconstructionRois;
  const weight = branch === 'contrastive' ? objective.contrastiveWeight : objective.reconstructionWeight;
  const masked = input('masked rois', [scans, count, size.rois]);
  const lossOf = branch === 'contrastive' ? contrastiveLoss : reconstructionLoss;
  const view = pseudoNetwork(fc, scans, size.rois);
  const loss = lossOf(view, masked, parameter, size, dropoutOf(plan, scans, maskedTokens(size)));
  return { loss, ...parameterGradients([seed(loss, weight / maskedCount(plan, branch))], used) };
}

/** What a masked loss, a sum, is divided by to be the mean over the batch. */
export function maskedCount({ objective, size, batch }: StepPlan, branch: 'contrastive' | 'reconstruction'): number {
  return branch === 'contrastive'
    ? batch * objective.contrastiveRois
    : batch * objective.reconstructionRois * size.rois;
}

type SharedParameters = ReturnType<typeof parameterInputs>;

/** @param options two views in one graph share parameters and tell their inputs apart by a suffix */
function embedView(
  plan: StepPlan,
  network: string,
  scans: number,
  options: { readonly shared?: SharedParameters; readonly suffix?: string } = {},
): { readonly embedding: Tensor; readonly used: ReadonlyMap<string, Tensor> } {
  const { shared = parameterInputs([trainedLayout(plan.size), targetLayout(plan.size)]), suffix = '' } = options;
  const view = pseudoNetwork(plan.fc, scans, plan.size.rois, suffix);
  const dropout = dropoutOf(plan, scans, plan.size.rois, suffix);
  return { embedding: embed(view, within(network, shared.parameter), plan.size, dropout), used: shared.used };
}

function dropoutOf({ size, objective, seed: poolSeed }: StepPlan, scans: number, tokens: number, suffix = '') {
  const { dropout: rate } = objective;
  return rate > 0 ? passDropout(dropoutPools(rate, poolSeed), rate, size, scans, tokens, suffix) : undefined;
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

/** `lra`, and `mean K LAYER` and `variance K LAYER` of the K-th BatchNorm statistics, in the order the layers saw them. */
function alignmentOutputs({ loss, statistics }: Alignment): Outputs {
  const named = statistics.flatMap(({ layer, mean, variance }, k) => [
    [`mean ${k} ${layer}`, mean] as const,
    [`variance ${k} ${layer}`, variance] as const,
  ]);
  return { lra: loss, ...Object.fromEntries(named) };
}
