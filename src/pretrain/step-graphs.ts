/**
 * @file The graphs of a pretraining step.
 *
 * BatchNorm sits only in projector and predictor, which see 8 x ROI numbers a scan. So a batch of any size is exact in
 * parts: embed every micro-batch; align the whole batch's embeddings at once; go through the micro-batches again with
 * the gradient that arrived at each embedding, with the activations kept where they fit, else through a second forward.
 * Every graph takes one pass over one view: no more than that is in memory, and lanes can share a step evenly.
 */
import { cut } from '../graph/cut.ts';
import { gradients, type Seed } from '../graph/gradients.ts';
import { input, scalar, type Tensor } from '../graph/tensor.ts';
import { dropoutPools, passDropout } from '../model/dropout.ts';
import { embed } from '../model/encoder.ts';
import { type Alignment, alignment } from '../model/latent-alignment.ts';
import { contrastiveLoss, maskedTokens, reconstructionLoss } from '../model/masked-roi-modelling.ts';
import { ONLINE, TARGET, targetLayout, trainedLayout } from '../model/parameters.ts';
import { type ModelSize, READOUT } from '../model/size.ts';
import { type ParameterInputs, parameterInputs, within } from '../model/weights.ts';
import type { Objective } from './objective.ts';

export interface StepPlan {
  readonly size: ModelSize;
  readonly objective: Objective;
  /** Seeds the dropout pools. */
  readonly seed: number;
  /** Scans of the whole batch. */
  readonly batch: number;
}

export type Branch = 'contrastive' | 'reconstruction';

/** A graph by name; `scans` is how many it takes where that is not the whole batch. */
export type StepGraph =
  /** One view of a micro-batch to `embedding`, `[scans, 8 x ROI]`; with `keep`, also to all that its `backward` reads. */
  | {
      readonly kind: 'embed';
      readonly network: typeof ONLINE | typeof TARGET;
      readonly scans: number;
      readonly keep: boolean;
    }
  /**
   * The whole batch's embeddings of one view (input `online`) and of the other one by the target network (`target`) to
   * the summed loss `lra`, the gradients of projector and predictor, BatchNorm statistics (`mean LAYER` and `variance
   * LAYER`), and `arrived`, the gradient at the online embeddings.
   */
  | { readonly kind: 'align' }
  /**
   * The gradient that arrived at one view's embeddings (input `arrived`) to gradients of the online encoder: from what was
   * kept, else through the view once more.
   */
  | { readonly kind: 'backward'; readonly scans: number; readonly kept: boolean }
  /** What the three above do for one view of a batch that is one micro-batch; also its `embedding`. */
  | { readonly kind: 'embed-and-align' }
  /** A micro-batch with hidden ROIs (input `masked rois`) to the summed `loss` and its gradients. */
  | { readonly kind: 'masked'; readonly branch: Branch; readonly scans: number };

type Outputs = Readonly<Record<string, Tensor>>;

/** Builds a graph. Inputs beside those said above: `connectivity` of a view, `dropout rows`, and parameters by name. */
export function buildGraph(plan: StepPlan, graph: StepGraph): Outputs {
  const { size, batch } = plan;
  const { parameter, used } = parameterInputs([trainedLayout(size), targetLayout(size)]);
  const embedding = (name: string, scans: number) => input(name, [scans, READOUT * size.rois]);
  const aligned = (online: Tensor) => {
    const { loss, statistics } = alignment(online, embedding('target', batch), parameter);
    return { outputs: { lra: loss, ...statisticsOutputs(statistics) }, seeds: [seed(loss, 1 / batch)] };
  };
  switch (graph.kind) {
    case 'embed': {
      const output = embedView(plan, graph.network, graph.scans, parameter);
      const kept = graph.keep ? cut([output], backward(output, embedding('arrived', graph.scans), used)).kept : {};
      return { embedding: output, ...kept };
    }
    case 'align': {
      const online = embedding('online', batch);
      const { outputs, seeds } = aligned(online);
      return { ...outputs, arrived: gradients(seeds, [online])[0], ...parameterGradients(seeds, used) };
    }
    case 'embed-and-align': {
      const online = embedView(plan, ONLINE, batch, parameter);
      const { outputs, seeds } = aligned(online);
      return { embedding: online, ...outputs, ...parameterGradients(seeds, used) };
    }
    case 'backward': {
      const output = embedView(plan, ONLINE, graph.scans, parameter);
      const whole = backward(output, embedding('arrived', graph.scans), used);
      return graph.kept ? cut([output], whole).later : whole;
    }
    case 'masked': {
      const loss = maskedLoss(plan, graph.branch, graph.scans, parameter);
      const weight = weightOf(plan.objective, graph.branch) / maskedCount(plan, graph.branch);
      return { loss, ...parameterGradients([seed(loss, weight)], used) };
    }
  }
}

/** A branch's weight in the objective. */
export function weightOf(objective: Objective, branch: Branch): number {
  return branch === 'contrastive' ? objective.contrastiveWeight : objective.reconstructionWeight;
}

/** What a masked loss, a sum, is divided by to be the mean over the batch. */
export function maskedCount({ objective, size, batch }: StepPlan, branch: Branch): number {
  return branch === 'contrastive'
    ? batch * objective.contrastiveRois
    : batch * objective.reconstructionRois * size.rois;
}

function maskedLoss(plan: StepPlan, branch: Branch, scans: number, parameter: ParameterInputs): Tensor {
  const { size, objective } = plan;
  const count = branch === 'contrastive' ? objective.contrastiveRois : objective.reconstructionRois;
  const masked = input('masked rois', [scans, count, size.rois]);
  const lossOf = branch === 'contrastive' ? contrastiveLoss : reconstructionLoss;
  return lossOf(networks(plan, scans), masked, parameter, size, dropoutOf(plan, scans, maskedTokens(size)));
}

function embedView(plan: StepPlan, network: string, scans: number, parameter: ParameterInputs): Tensor {
  return embed(networks(plan, scans), within(network, parameter), plan.size, dropoutOf(plan, scans, plan.size.rois));
}

function backward(output: Tensor, gradient: Tensor, used: ReadonlyMap<string, Tensor>): Outputs {
  return parameterGradients([{ output, gradient }], used);
}

/** The pseudo-networks of a view. */
function networks({ size: { rois } }: StepPlan, scans: number): Tensor {
  return input('connectivity', [scans, rois, rois]);
}

function dropoutOf({ size, objective, seed: poolSeed }: StepPlan, scans: number, tokens: number) {
  const { dropout: rate } = objective;
  return rate > 0 ? passDropout(dropoutPools(rate, poolSeed), rate, size, scans, tokens) : undefined;
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

function statisticsOutputs(statistics: Alignment['statistics']): Outputs {
  const named = statistics.flatMap(({ layer, mean, variance }) => [
    [`mean ${layer}`, mean] as const,
    [`variance ${layer}`, variance] as const,
  ]);
  return Object.fromEntries(named);
}
