/** @file The gradient of one pretraining step, in one run or micro-batch by micro-batch; the result is the same. */

import { type ParameterLayout, trainedLayout, viewOf } from '../model/parameters.ts';
import { READOUT } from '../model/size.ts';
import { type ModelWeights, parameterFeeds } from '../model/weights.ts';
import type { Compile, Results, Session } from '../runtime/session.ts';
import { microBatch, type StepBatch } from './batch.ts';
import { type Losses, weighLosses } from './objective.ts';
import {
  alignmentGraph,
  backwardGraph,
  embeddingGraph,
  maskedCounts,
  type StepPlan,
  wholeStepGraph,
} from './step-graphs.ts';

/** The share of a batch's mean in BatchNorm's running statistics. */
const BATCH_NORM_MOMENTUM = 0.1;

/** Compiled graphs and buffers of a training run. */
export interface StepRunner {
  /** Gradient of the last step, laid out like the trained parameters. */
  readonly gradient: Float32Array;
  /** Fills `gradient` and moves the running statistics of `weights`. Parameters stay as they are. */
  readonly run: (weights: ModelWeights, batch: StepBatch) => Promise<Losses>;
  readonly release: () => Promise<void>;
}

/**
 * Compiles the graphs of a step.
 *
 * @param microBatchSize scans that go through the encoder at once; a batch that fits is one run with nothing recomputed
 */
export function stepRunner(plan: StepPlan, microBatchSize: number, compile: Compile): StepRunner {
  const layout = trainedLayout(plan.size);
  const gradient = new Float32Array(layout.length);
  const inWhole = plan.batch <= microBatchSize;
  const run = inWhole
    ? wholeStep(plan, layout, gradient, compile)
    : stepInParts(plan, microBatchSize, layout, gradient, compile);
  return { gradient, ...run };
}

type Run = Pick<StepRunner, 'run' | 'release'>;

function wholeStep(plan: StepPlan, layout: ParameterLayout, gradient: Float32Array, compile: Compile): Run {
  const session = once(() => compile(wholeStepGraph(plan)));
  const into = gradientViews(layout, gradient);
  return {
    run: async (weights, batch) => {
      const results = await (await session.get()).run({ ...parameterFeeds(weights), ...batch.feeds }, into);
      updateBatchNorm(weights, results);
      return losses(plan, results.lra[0], results.nce[0], results.mse[0]);
    },
    release: session.release,
  };
}

function stepInParts(
  plan: StepPlan,
  microBatchSize: number,
  layout: ParameterLayout,
  gradient: Float32Array,
  compile: Compile,
): Run {
  const { batch: scans, size } = plan;
  const width = READOUT * size.rois;
  const parts = Array.from({ length: Math.ceil(scans / microBatchSize) }, (_, i) => ({
    first: i * microBatchSize,
    count: Math.min(microBatchSize, scans - i * microBatchSize),
  }));
  const counts = [...new Set(parts.map((part) => part.count))];
  const embedding = new Map(counts.map((count) => [count, once(() => compile(embeddingGraph(plan, count)))]));
  const backward = new Map(counts.map((count) => [count, once(() => compile(backwardGraph(plan, count)))]));
  const align = once(() => compile(alignmentGraph(plan)));
  const partial = new Float32Array(gradient.length);
  const embeddings = Object.fromEntries(
    ['online 1', 'online 2', 'target 1', 'target 2'].map((name) => [name, new Float32Array(scans * width)]),
  );

  return {
    run: async (weights, batch) => {
      const parameters = parameterFeeds(weights);
      for (const { first, count } of parts) {
        const into = Object.fromEntries(
          Object.entries(embeddings).map(([name, values]) => [
            name,
            values.subarray(first * width, (first + count) * width),
          ]),
        );
        await (await embedding.get(count)!.get()).run({ ...parameters, ...microBatch(batch, first, count) }, into);
      }
      gradient.fill(0);
      const aligned = await (await align.get()).run({ ...parameters, ...embeddings }, gradientViews(layout, gradient));
      updateBatchNorm(weights, aligned);

      let nce = 0;
      let mse = 0;
      const arrived = { scans, feeds: pick(aligned, ['gradient at online 1', 'gradient at online 2']) };
      for (const { first, count } of parts) {
        partial.fill(0);
        const feeds = { ...parameters, ...microBatch(batch, first, count), ...microBatch(arrived, first, count) };
        const results = await (await backward.get(count)!.get()).run(feeds, gradientViews(layout, partial));
        for (let i = 0; i < gradient.length; i++) gradient[i] += partial[i];
        nce += results.nce[0];
        mse += results.mse[0];
      }
      return losses(plan, aligned.lra[0], nce, mse);
    },
    release: async () => {
      for (const session of [...embedding.values(), ...backward.values(), align]) await session.release();
    },
  };
}

/** Sums over the batch to means. */
function losses(plan: StepPlan, lra: number, nce: number, mse: number): Losses {
  const counts = maskedCounts(plan);
  return weighLosses(plan.objective, lra / plan.batch, nce / counts.nce, mse / counts.mse);
}

/** Graph outputs `gradient NAME` as views of a flat buffer. */
function gradientViews({ places }: ParameterLayout, buffer: Float32Array): Record<string, Float32Array> {
  return Object.fromEntries(places.map((place) => [`gradient ${place.name}`, viewOf(buffer, place)]));
}

/** Running statistics move towards those of each batch, in the order the layers saw them (both views, one by one). */
function updateBatchNorm({ batchNorm }: ModelWeights, results: Results): void {
  for (const [output, values] of Object.entries(results)) {
    const [, kind, layer] = /^(mean|variance) \d+ (.+)$/.exec(output) ?? [];
    if (kind === undefined) continue;
    const statistics = batchNorm[layer];
    const running = kind === 'mean' ? statistics.mean : statistics.variance;
    for (let i = 0; i < running.length; i++) running[i] += BATCH_NORM_MOMENTUM * (values[i] - running[i]);
    if (kind === 'mean') statistics.batches++;
  }
}

function pick(results: Results, names: readonly string[]): Results {
  return Object.fromEntries(names.map((name) => [name, results[name]]));
}

/** A session compiled at its first use. */
function once(compile: () => Promise<Session>): {
  readonly get: () => Promise<Session>;
  readonly release: () => Promise<void>;
} {
  let session: Promise<Session> | undefined;
  return {
    get: () => (session ??= compile()),
    release: async () => (await session)?.release(),
  };
}
