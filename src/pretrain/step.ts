/** @file One pretraining step, pass by pass over lanes; the result does not depend on micro-batches or lanes beyond rounding. */
import { ONLINE, TARGET } from '../model/parameters.ts';
import { READOUT } from '../model/size.ts';
import type { BatchNormStatistics } from '../model/weights.ts';
import { oneRank, type Ranks } from '../ranks/ranks.ts';
import { shareOf } from '../ranks/share.ts';
import type { Compile, Feeds, Results } from '../runtime/session.ts';
import { microBatch, type StepBatch } from './batch.ts';
import { gatherAligned } from './gathered-alignment.ts';
import { type Lane, lane, laneRanges, type Pass, type StepBuffers, type UpdateSettings } from './lane.ts';
import { keptBytes } from './micro-batch.ts';
import { type Losses, weighLosses } from './objective.ts';
import { type Branch, maskedCount, type StepGraph, type StepPlan, weightOf } from './step-graphs.ts';
import type { TrainingState } from './training-state.ts';
import type { UpdateKernels } from './update-kernels.ts';

/** The share of a batch's statistics in BatchNorm's running ones. */
const BATCH_NORM_MOMENTUM = 0.1;

/** Lanes over the buffers of a state; and their gradients, the first of which ends up as the sum. */
export interface Team {
  readonly lanes: readonly Lane[];
  readonly gradient: Float32Array;
}

/** Makes the lanes of a run. */
export type AssembleTeam = (plan: StepPlan, state: TrainingState) => Promise<Team>;

/** One lane, in this thread; with a gradient and loops of the update other than its own where they are given. */
export function soloTeam(
  compile: Compile,
  given: { readonly gradient?: Float32Array; readonly kernels?: UpdateKernels } = {},
): AssembleTeam {
  return async (plan, state) => {
    const { gradient = new Float32Array(state.weights.trained.length), kernels } = given;
    return { lanes: [lane(plan, stepBuffers(state, [gradient]), 0, compile, kernels)], gradient };
  };
}

export function stepBuffers({ weights, moments }: TrainingState, gradients: readonly Float32Array[]): StepBuffers {
  return { trained: weights.trained, target: weights.target, ...moments, gradients };
}

export interface StepResult {
  readonly losses: Losses;
  /** `[scans, 8 x ROI]`: the first view by the online encoder, in the order of the batch. */
  readonly embedding: Float32Array;
}

/** Euclidean norms of a step's gradient before clipping: of all of it, and of its parts. */
export interface GradientNorms {
  readonly total: number;
  readonly encoder: number;
  /** Projector and predictor. */
  readonly alignment: number;
  /** Learned tokens and masked-ROI heads. */
  readonly heads: number;
}

export interface StepRunner {
  /** Gradient of the last step, laid out like the trained parameters; whole when `run` has ended. */
  readonly gradient: Float32Array;
  /** Computes the gradient and moves the running statistics. Parameters stay as they are. */
  readonly run: (batch: StepBatch) => Promise<StepResult>;
  /** Moves parameters, moments and target by the gradient. */
  readonly update: (settings: UpdateSettings) => Promise<GradientNorms>;
  readonly release: () => Promise<void>;
}

const VIEWS = [1, 2] as const;
type View = (typeof VIEWS)[number];
const BRANCHES = ['contrastive', 'reconstruction'] as const;

/** Activations are kept up to this many bytes; beyond, the encoder's forward pass is done again, a seventh of a step. */
const KEPT_LIMIT = 2 * 2 ** 30;

/**
 * Prepares the steps of a run on `state`, which they change in place.
 *
 * @param microBatchSize scans that go through the encoder at once
 * @param ranks each takes its share of every batch; embeddings are gathered for BatchNorm, gradients summed
 */
export async function stepRunner(
  plan: StepPlan,
  microBatchSize: number,
  state: TrainingState,
  assemble: AssembleTeam,
  ranks: Ranks = oneRank(),
): Promise<StepRunner> {
  const { size, objective } = plan;
  const { first, count: scans } = shareOf(ranks.rank, ranks.size, plan.batch);
  const { lanes, gradient } = await assemble(plan, state);
  const ranges = laneRanges(gradient.length, lanes.length);
  const everywhere = <T>(work: (of: Lane, k: number) => Promise<T>) => Promise.all(lanes.map(work));
  const parts = Array.from({ length: Math.ceil(scans / microBatchSize) }, (_, i) => ({
    first: i * microBatchSize,
    count: Math.min(microBatchSize, scans - i * microBatchSize),
  }));
  const keeps = VIEWS.length * keptBytes(size, scans) <= KEPT_LIMIT;
  const branches = BRANCHES.filter((branch) => weightOf(objective, branch) > 0);

  /** Deals passes to the lanes in turn; gives results in the order of the passes. */
  async function share(
    passes: readonly Pass[],
    when: { readonly begins?: boolean; readonly ends?: boolean } = {},
  ): Promise<readonly Results[]> {
    const { begins = false, ends = false } = when;
    const dealt = await everywhere((of, k) =>
      of.run(
        passes.filter((_, i) => i % lanes.length === k),
        { begins, ends },
      ),
    );
    return passes.map((_, i) => dealt[i % lanes.length][Math.floor(i / lanes.length)]);
  }

  /** One pass for each micro-batch. */
  function inParts(feeds: Feeds, dropout: Required<Pass>['dropout'], graph: (count: number) => StepGraph): Pass[] {
    return parts.map(({ first, count }) => ({
      graph: graph(count),
      feeds: microBatch(feeds, scans, first, count),
      dropout: { ...dropout, scans: dropout.scans.slice(first, first + count) },
      activations: `${dropout.pass} ${first}`,
    }));
  }

  function embeddingPasses(network: typeof ONLINE | typeof TARGET, view: View, { views, dropout }: StepBatch): Pass[] {
    const pass = network === ONLINE ? (`online-${view}` as const) : (`target-${view}` as const);
    const keep = keeps && network === ONLINE;
    return inParts(views[view - 1], { ...dropout, pass }, (count) => ({ kind: 'embed', network, scans: count, keep }));
  }

  function backwardPasses(view: View, arrived: Float32Array, { views, dropout }: StepBatch): Pass[] {
    const feeds = { ...views[view - 1], arrived };
    const graph = (count: number) => ({ kind: 'backward', scans: count, kept: keeps }) as const;
    return inParts(feeds, { ...dropout, pass: `online-${view}` }, graph);
  }

  function maskedPasses(branch: Branch, batch: StepBatch): Pass[] {
    const feeds = { ...batch.views[0], ...batch[branch] };
    return inParts(feeds, { ...batch.dropout, pass: branch }, (count) => ({ kind: 'masked', branch, scans: count }));
  }

  /** This rank's embeddings. */
  function joined(results: readonly Results[]): Float32Array {
    const all = new Float32Array(scans * READOUT * size.rois);
    for (const [k, { embedding }] of results.entries()) all.set(embedding, parts[k].first * READOUT * size.rois);
    return all;
  }

  /** First whatever needs no other pass: embeddings by the networks named, then the masked branches. */
  async function encode(networks: readonly (typeof ONLINE | typeof TARGET)[], batch: StepBatch) {
    const embeddings = networks.flatMap((network) => VIEWS.map((view) => embeddingPasses(network, view, batch)));
    const masked = branches.map((branch) => maskedPasses(branch, batch));
    const results = await share([...embeddings, ...masked].flat(), { begins: true });
    const group = (k: number) => results.slice(k * parts.length, (k + 1) * parts.length);
    const lossOf = (k: number, branch: Branch) =>
      group(embeddings.length + k).reduce((sum, { loss }) => sum + loss[0], 0) / maskedCount(plan, branch);
    const losses = Float32Array.from(branches, (branch, k) => lossOf(k, branch));
    ranks.sum(losses);
    return {
      embeddings: embeddings.map((_, k) => ranks.gather(joined(group(k)))),
      losses: Object.fromEntries(branches.map((branch, k) => [branch, losses[k]])),
    };
  }

  /** A batch that is one micro-batch: each view's embedding, alignment and way back are one pass. */
  async function atOnce(batch: StepBatch) {
    const { embeddings: target, losses } = await encode([TARGET], batch);
    const passes = VIEWS.map((view) => ({
      graph: { kind: 'embed-and-align' } as const,
      feeds: { ...batch.views[view - 1], target: target[2 - view] },
      dropout: { ...batch.dropout, pass: `online-${view}` as const },
    }));
    const aligned = await share(passes, { ends: true });
    return { aligned, losses, embedding: aligned[0].embedding };
  }

  /** Any batch: embed in parts, align as a whole, go back through the parts. */
  async function inMicroBatches(batch: StepBatch) {
    // The online network first: so the way back of each part falls to the lane that keeps its activations.
    const { embeddings, losses } = await encode([ONLINE, TARGET], batch);
    const [online, target] = [embeddings.slice(0, 2), embeddings.slice(2)];
    // Two of several ranks align a view each, and tell the others.
    const mine = VIEWS.filter((_, k) => k % ranks.size === ranks.rank);
    const passes = mine.map((view) => ({
      graph: { kind: 'align' } as const,
      feeds: { online: online[view - 1], target: target[2 - view] },
    }));
    const aligned = gatherAligned(ranks, plan, await share(passes));
    const arrivedAt = (view: View) =>
      aligned[view - 1].arrived.subarray(first * READOUT * size.rois, (first + scans) * READOUT * size.rois);
    const backward = VIEWS.flatMap((view) => backwardPasses(view, arrivedAt(view), batch));
    await share(backward, { ends: true });
    return { aligned, losses, embedding: online[0] };
  }

  return {
    gradient,
    run: async (batch) => {
      if (batch.scans !== scans) throw new Error(`a batch of ${batch.scans} scans, graphs for ${scans}`);
      const { aligned, losses, embedding } = await (scans === plan.batch && parts.length === 1
        ? atOnce(batch)
        : inMicroBatches(batch));
      await everywhere((of, k) => of.sum(ranges[k]));
      ranks.sum(gradient);
      moveStatistics(state.weights.batchNorm, aligned);
      const lra = (aligned[0].lra[0] + aligned[1].lra[0]) / plan.batch;
      return {
        losses: weighLosses(objective, lra, losses.contrastive ?? 0, losses.reconstruction ?? 0),
        embedding,
      };
    },
    update: async (settings) => {
      const squares = await everywhere((of, k) => of.update(ranges[k], settings));
      const norm = (...chosen: number[]) =>
        Math.sqrt(squares.flatMap((of) => chosen.map((k) => of[k])).reduce((sum, x) => sum + x, 0));
      return { total: norm(0, 1, 2), encoder: norm(0), alignment: norm(1), heads: norm(2) };
    },
    release: async () => {
      await everywhere((of) => of.release());
    },
  };
}

/**
 * Running statistics move towards those of each batch, first view first. The target network sees the first view where
 * the second is aligned.
 */
function moveStatistics(batchNorm: Readonly<Record<string, BatchNormStatistics>>, aligned: readonly Results[]): void {
  const [first, second] = aligned;
  for (const [layer, statistics] of Object.entries(batchNorm))
    for (const results of layer.startsWith(TARGET) ? [second, first] : [first, second]) {
      move(statistics.mean, results[`mean ${layer}`]);
      move(statistics.variance, results[`variance ${layer}`]);
      statistics.batches++;
    }
}

function move(running: Float32Array, values: Float32Array): void {
  for (let i = 0; i < running.length; i++) running[i] += BATCH_NORM_MOMENTUM * (values[i] - running[i]);
}
