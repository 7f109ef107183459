/** @file One step: the same in any micro-batches, every parameter trained, branches that can be left out. */
import { describe, expect, it } from 'vitest';
import type { FcKind } from '../../src/connectivity/kinds.ts';
import { ONLINE, type ParameterPlace, TARGET, trainedLayout, viewOf } from '../../src/model/parameters.ts';
import { modelSize } from '../../src/model/size.ts';
import { initialWeights } from '../../src/model/weights.ts';
import { assembleBatch, type BatchDraws, drawBatch, type StepBatch } from '../../src/pretrain/batch.ts';
import { type Objective, PAPER_OBJECTIVE, weighLosses } from '../../src/pretrain/objective.ts';
import { PAPER_ADAMW } from '../../src/pretrain/optimizer.ts';
import { pseudoFcViews } from '../../src/pretrain/pseudo-fc-views.ts';
import { soloTeam, stepRunner } from '../../src/pretrain/step.ts';
import { initialState, stateFrom } from '../../src/pretrain/training-state.ts';
import { teamOn } from '../../src/pretrain/worker-lanes.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import type { Feeds } from '../../src/runtime/session.ts';
import type { TimeSeries } from '../../src/series/time-series.ts';
import { naiveEncode, naiveLinear, parametersOf, rowsOf } from '../model/naive-encoder.ts';
import { madeUpDataset, ROIS } from './made-up.ts';

const size = modelSize('small', ROIS, { layers: 2, heads: 4, ffn: 24, feature: 12 });
const BATCH = 32;
const dataset = madeUpDataset(40);
const scans = Int32Array.from({ length: BATCH }, (_, i) => (11 * i) % 40);
const series = Array.from(scans, dataset.readSeries);
const compile = nodeRuntime({ threads: 1 });
const LEARNING_RATE = 3e-4;

function batchOf(fc: FcKind, draws: BatchDraws, of: readonly TimeSeries[]): Promise<StepBatch> {
  const networks = pseudoFcViews({ fc, rois: ROIS, compile });
  return assembleBatch(networks, of, draws).finally(networks.release);
}

/** One whole step from the initial weights. */
async function takeStep(microBatch: number, objective: Objective = PAPER_OBJECTIVE, lanes = 1) {
  const plan = {
    size,
    objective,
    drop: { kind: 'percent', percent: 20 },
    seed: 5,
    batch: BATCH,
  } as const;
  const { state, assemble } = teamOn({ compile, threads: 1, lanes }, initialState(size, 5));
  const runner = await stepRunner(plan, microBatch, state, assemble);
  const { losses, embedding } = await runner.run(
    await batchOf('ledoit-wolf', drawBatch(plan, 3, scans, series), series),
  );
  const gradient = runner.gradient.slice();
  const norms = await runner.update({ ...PAPER_ADAMW, step: 1, learningRate: LEARNING_RATE, momentum: 0.996 });
  await runner.release();
  return { losses, embedding, gradient, norms, weights: state.weights };
}
type Step = Awaited<ReturnType<typeof takeStep>>;

const norm = (values: ArrayLike<number>) => Math.sqrt(Array.from(values).reduce((sum, x) => sum + x * x, 0));
const relativeError = (found: ArrayLike<number>, wanted: ArrayLike<number>) =>
  norm(Array.from(found, (x, i) => x - wanted[i])) / norm(wanted);
const { places } = trainedLayout(size);
const initial = initialWeights(size, 5);

/**
 * Parameters whose true gradient is exactly zero: whatever shifts all rows in front of a BatchNorm, and the bias behind
 * the contrastive head, the same for all predictions. What float32 leaves there is rounding.
 */
const withoutGradient = ({ name }: ParameterPlace) => /net\.0\.bias$|g\.net\.3\.bias$|^cpred\.2\.bias$/.test(name);

describe('a batch of 32 with dropout in micro-batches', async () => {
  const whole = await takeStep(32);

  it.each([4, 7, 16])('of %i: the same losses, gradient and updated weights within 1e-5', async (microBatch) => {
    const parts = await takeStep(microBatch);
    for (const part of ['loss', 'lra', 'nce', 'mse'] as const)
      expect(Math.abs(parts.losses[part] / whole.losses[part] - 1), part).toBeLessThan(1e-5);
    expect(relativeError(parts.gradient, whole.gradient)).toBeLessThan(1e-5);
    expect(relativeError(parts.weights.trained, whole.weights.trained)).toBeLessThan(1e-5);
    expect(relativeError(parts.weights.target, whole.weights.target)).toBeLessThan(1e-5);
    for (const [layer, { mean, variance, batches }] of Object.entries(whole.weights.batchNorm)) {
      expect(relativeError(parts.weights.batchNorm[layer].mean, mean), layer).toBeLessThan(1e-5);
      expect(relativeError(parts.weights.batchNorm[layer].variance, variance), layer).toBeLessThan(1e-5);
      expect([parts.weights.batchNorm[layer].batches, batches]).toEqual([2, 2]);
    }
  });

  it.each([
    { lanes: 2, microBatch: 32 },
    { lanes: 2, microBatch: 12 },
    { lanes: 3, microBatch: 8 },
  ])('in $lanes threads, of $microBatch: the same', async ({ lanes, microBatch }) => {
    const shared = await takeStep(microBatch, PAPER_OBJECTIVE, lanes);
    for (const part of ['loss', 'lra', 'nce', 'mse'] as const)
      expect(Math.abs(shared.losses[part] / whole.losses[part] - 1), part).toBeLessThan(1e-5);
    expect(relativeError(shared.embedding, whole.embedding)).toBeLessThan(1e-5);
    expect(relativeError(shared.gradient, whole.gradient)).toBeLessThan(1e-5);
    expect(relativeError(shared.weights.trained, whole.weights.trained)).toBeLessThan(1e-5);
    expect(relativeError(shared.weights.target, whole.weights.target)).toBeLessThan(1e-5);
    for (const [layer, { variance }] of Object.entries(whole.weights.batchNorm))
      expect(relativeError(shared.weights.batchNorm[layer].variance, variance), layer).toBeLessThan(1e-5);
    const again = await takeStep(microBatch, PAPER_OBJECTIVE, lanes);
    expect(again.weights.trained).toEqual(shared.weights.trained);
  });

  it('reports the norms of the gradient, whole and in parts', () => {
    const { norms } = whole;
    expect(norms.total / norm(whole.gradient)).toBeCloseTo(1, 5);
    expect(norms.encoder / gradientOf(whole, new RegExp(`^${ONLINE}(?!g\\.)`))).toBeCloseTo(1, 5);
    expect(norms.alignment / gradientOf(whole, new RegExp(`^(${ONLINE}g\\.|predictor)`))).toBeCloseTo(1, 5);
    expect(norms.heads / gradientOf(whole, /^(mask_embed|cls_token|dist_token|cpred|gpred)/)).toBeCloseTo(1, 5);
  });

  it('trains every parameter: tokens and both heads too', () => {
    for (const place of places) expectTrained(whole, place);
  });
});

function expectTrained({ weights, gradient }: Step, place: ParameterPlace): void {
  if (withoutGradient(place)) return;
  expect(norm(viewOf(gradient, place)), place.name).toBeGreaterThan(1e-6);
  const before = viewOf(initial.trained, place);
  const moved = viewOf(weights.trained, place).filter((x, i) => x !== before[i]).length;
  expect(moved / place.length, place.name).toBeGreaterThan(0.99);
}

/** The parts of the trained buffer that belong to one thing. */
function gradientOf({ gradient }: Step, part: RegExp): number {
  const of = places.filter(({ name }) => part.test(name));
  expect(of.length).toBeGreaterThan(0);
  return norm(of.flatMap((place) => Array.from(viewOf(gradient, place))));
}

describe('objective', () => {
  const without = (changes: Partial<Objective>) => takeStep(16, { ...PAPER_OBJECTIVE, ...changes });

  it('without the contrastive weight its branch is not run', async () => {
    const step = await without({ contrastiveWeight: 0 });
    expect(step.losses.nce).toBe(0);
    expect(gradientOf(step, /^cpred/)).toBe(0);
    expect(gradientOf(step, /^gpred/)).toBeGreaterThan(0);
    expect(gradientOf(step, /^mask_embed/)).toBeGreaterThan(0);
    expect(step.losses.loss).toBe(step.losses.lra + 2 * step.losses.mse);
  });

  it('without the reconstruction weight its branch is not run', async () => {
    const step = await without({ reconstructionWeight: 0 });
    expect(step.losses.mse).toBe(0);
    expect(gradientOf(step, /^gpred/)).toBe(0);
    expect(gradientOf(step, /^cpred/)).toBeGreaterThan(0);
  });

  it('alignment alone leaves tokens and heads alone; the other losses are what they were', async () => {
    const alone = await without({ contrastiveWeight: 0, reconstructionWeight: 0 });
    expect(gradientOf(alone, /^(cpred|gpred|mask_embed|cls_token|dist_token)/)).toBe(0);
    expect(gradientOf(alone, new RegExp(`^${ONLINE}attention_list`))).toBeGreaterThan(0);
    expect(alone.losses.lra).toBe((await without({})).losses.lra);
  });

  it('a weight scales its part of the gradient', async () => {
    const [one, two] = [await without({ reconstructionWeight: 1 }), await without({ reconstructionWeight: 2 })];
    expect(gradientOf(two, /^gpred/) / gradientOf(one, /^gpred/)).toBeCloseTo(2, 5);
    expect(two.losses.mse).toBe(one.losses.mse);
  });

  it('dropout changes the losses, and none is none', async () => {
    const [some, none, again] = [await without({}), await without({ dropout: 0 }), await without({ dropout: 0 })];
    expect(none.losses).toEqual(again.losses);
    expect(some.losses.lra).not.toBe(none.losses.lra);
  });

  it('is the weighted sum of its parts', () => {
    expect(weighLosses(PAPER_OBJECTIVE, 3, 2, 0.5)).toEqual({ loss: 3 + 0.1 * 2 + 2 * 0.5, lra: 3, nce: 2, mse: 0.5 });
  });
});

it('running statistics take a tenth of each batch, both views one after the other, the variance unbiased', async () => {
  const plan = {
    size,
    objective: { ...PAPER_OBJECTIVE, dropout: 0 },
    drop: { kind: 'percent', percent: 20 },
    seed: 5,
    batch: 4,
  } as const;
  const weights = initialWeights(size, 5);
  const parameters = parametersOf(weights);
  const few = series.slice(0, 4);
  const batch = await batchOf('pearson', drawBatch(plan, 0, scans.slice(0, 4), few), few);
  const state = stateFrom(weights);
  const runner = await stepRunner(plan, 2, state, soloTeam(compile));
  await runner.run(batch);
  await runner.release();

  /** What the projector's BatchNorm saw of one view, `[scans][hidden]`. */
  const hiddenOf = (view: Feeds) =>
    rowsOf(view.connectivity, ROIS * ROIS).flatMap((network) => {
      const fc = rowsOf(network, ROIS);
      const tokens = naiveEncode(fc, ONLINE, size, parameters);
      const embedding = naiveLinear(tokens, `${ONLINE}dim_reduction.0`, parameters).flat();
      return naiveLinear([embedding.map((x) => (x > 0 ? x : 0.01 * x))], `${ONLINE}g.net.0`, parameters);
    });
  const [first, second] = batch.views.map(hiddenOf);
  const mean = (hidden: readonly number[][], i: number) => hidden.reduce((sum, row) => sum + row[i], 0) / 4;
  const variance = (hidden: readonly number[][], i: number) =>
    hidden.reduce((sum, row) => sum + (row[i] - mean(hidden, i)) ** 2, 0) / 3;
  for (const layer of [`${ONLINE}g.net.1`, `${TARGET}g.net.1`])
    for (let i = 0; i < 16 * ROIS; i++) {
      const running = weights.batchNorm[layer];
      expect(running.mean[i]).toBeCloseTo(0.09 * mean(first, i) + 0.1 * mean(second, i), 5);
      expect(running.variance[i]).toBeCloseTo(0.81 + 0.09 * variance(first, i) + 0.1 * variance(second, i), 5);
    }
});
