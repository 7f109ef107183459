/** @file The gradient of one pretraining step, micro-batch by micro-batch; the result does not depend on their size. */
import {
  ONLINE,
  type ParameterLayout,
  type ParameterPlace,
  TARGET,
  trainedLayout,
  viewOf,
} from '../model/parameters.ts';
import { READOUT } from '../model/size.ts';
import { type ModelWeights, parameterFeeds } from '../model/weights.ts';
import type { Compile, Feeds, Results, Session } from '../runtime/session.ts';
import { microBatch, type StepBatch } from './batch.ts';
import { type Losses, weighLosses } from './objective.ts';
import {
  alignmentGraph,
  backwardGraph,
  embeddingGraph,
  maskedCount,
  maskedGraph,
  type StepPlan,
  wholeAlignmentGraph,
} from './step-graphs.ts';

/** The share of a batch's statistics in BatchNorm's running ones. */
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
 * Prepares the steps of a run; graphs are compiled at their first use.
 *
 * @param microBatchSize scans that go through the encoder at once; a batch that fits keeps its activations
 */
export function stepRunner(plan: StepPlan, microBatchSize: number, compile: Compile): StepRunner {
  const { size, objective, batch: scans } = plan;
  const layout = trainedLayout(size);
  const gradient = new Float32Array(layout.length);
  const sum = gradientSum(layout, gradient);
  const sessions = new Map<string, Promise<Session>>();
  const parts = Array.from({ length: Math.ceil(scans / microBatchSize) }, (_, i) => ({
    first: i * microBatchSize,
    count: Math.min(microBatchSize, scans - i * microBatchSize),
  }));

  function session(name: string, graph: () => ReturnType<typeof alignmentGraph>): Promise<Session> {
    const compiled = sessions.get(name) ?? compile(graph());
    sessions.set(name, compiled);
    return compiled;
  }

  /** `[scans, 8 x ROI]` by one network in one pass. */
  async function embed(network: typeof ONLINE | typeof TARGET, parameters: Feeds, feeds: Feeds): Promise<Float32Array> {
    const embeddings = new Float32Array(scans * READOUT * size.rois);
    for (const { first, count } of parts) {
      const graph = await session(`embed ${network} ${count}`, () => embeddingGraph(plan, network, count));
      const [embedding] = Object.values(microBatch({ embeddings }, scans, first, count)) as Float32Array[];
      await graph.run({ ...parameters, ...microBatch(feeds, scans, first, count) }, { embedding });
    }
    return embeddings;
  }

  /** Latent representation alignment: its summed loss and BatchNorm statistics; its gradients are added to the sum. */
  async function align(parameters: Feeds, { views, dropout }: StepBatch): Promise<Results> {
    const view = [1, 2] as const;
    const [target1, target2] = [
      await embed(TARGET, parameters, { ...views[0], ...dropout['target-1'] }),
      await embed(TARGET, parameters, { ...views[1], ...dropout['target-2'] }),
    ];
    const online = view.map((v) => ({ ...views[v - 1], ...dropout[`online-${v}`] }));
    const targets = { 'target 1': target1, 'target 2': target2 };
    if (parts.length === 1) {
      const graph = await session('whole alignment', () => wholeAlignmentGraph(plan));
      const inputs = online.flatMap((feeds, v) =>
        Object.entries(feeds).map(([name, values]) => [`${name} ${v + 1}`, values]),
      );
      return sum.run(graph, { ...parameters, ...targets, ...Object.fromEntries(inputs) });
    }
    const embeddings = {
      'online 1': await embed(ONLINE, parameters, online[0]),
      'online 2': await embed(ONLINE, parameters, online[1]),
    };
    const graph = await session('alignment', () => alignmentGraph(plan));
    const aligned = await sum.run(graph, { ...parameters, ...embeddings, ...targets });
    for (const v of view)
      for (const { first, count } of parts) {
        const backward = await session(`backward ${count}`, () => backwardGraph(plan, count));
        const feeds = microBatch({ ...online[v - 1], arrived: aligned[`arrived ${v}`] }, scans, first, count);
        await sum.run(backward, { ...parameters, ...feeds });
      }
    return aligned;
  }

  /** One branch of masked ROI modelling on the first view: its mean loss; its gradients are added to the sum. */
  async function recoverMasked(
    branch: 'contrastive' | 'reconstruction',
    weight: number,
    parameters: Feeds,
    batch: StepBatch,
  ): Promise<number> {
    if (weight === 0) return 0;
    let total = 0;
    for (const { first, count } of parts) {
      const graph = await session(`${branch} ${count}`, () => maskedGraph(plan, branch, count));
      const feeds = microBatch({ ...batch.views[0], ...batch[branch], ...batch.dropout[branch] }, scans, first, count);
      total += (await sum.run(graph, { ...parameters, ...feeds })).loss[0];
    }
    return total / maskedCount(plan, branch);
  }

  return {
    gradient,
    run: async (weights, batch) => {
      if (batch.scans !== scans) throw new Error(`a batch of ${batch.scans} scans, graphs for ${scans}`);
      const parameters = parameterFeeds(weights);
      const aligned = await align(parameters, batch);
      const nce = await recoverMasked('contrastive', objective.contrastiveWeight, parameters, batch);
      const mse = await recoverMasked('reconstruction', objective.reconstructionWeight, parameters, batch);
      sum.finish();
      updateBatchNorm(weights, aligned);
      return weighLosses(objective, aligned.lra[0] / scans, nce, mse);
    },
    release: async () => {
      for (const compiled of sessions.values()) await (await compiled).release();
    },
  };
}

/** Gathers gradients from several graphs in one flat buffer. */
interface GradientSum {
  /** Runs a graph and adds its outputs `gradient NAME`; returns all its outputs. */
  readonly run: (session: Session, feeds: Feeds) => Promise<Results>;
  /** Ends a step: what no graph has given is zero. */
  readonly finish: () => void;
}

/** The first graph that gives a parameter's gradient writes it in place; the others are added. */
function gradientSum({ places, length }: ParameterLayout, gradient: Float32Array): GradientSum {
  const partial = new Float32Array(length);
  const given = new Set<string>();
  return {
    run: async (session, feeds) => {
      const buffer = ({ name }: ParameterPlace) => (given.has(name) ? partial : gradient);
      const into = places.map((place) => [`gradient ${place.name}`, viewOf(buffer(place), place)] as const);
      const results = await session.run(feeds, Object.fromEntries(into));
      for (const { name, offset, length: count } of places) {
        if (results[`gradient ${name}`] === undefined) continue;
        if (given.has(name)) for (let i = offset; i < offset + count; i++) gradient[i] += partial[i];
        given.add(name);
      }
      return results;
    },
    finish: () => {
      for (const place of places) if (!given.has(place.name)) viewOf(gradient, place).fill(0);
      given.clear();
    },
  };
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
