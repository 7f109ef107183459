/** @file The head beside PyTorch: evaluation, gradients and one step; and gradients of the whole against differences. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type FinetunePlan, trainingGraph } from '../../src/finetune/finetune-graphs.ts';
import { learner } from '../../src/finetune/learner.ts';
import { FINETUNE_DEFAULTS } from '../../src/finetune/settings.ts';
import { scaleOf, type Target, truthOf } from '../../src/finetune/target.ts';
import { drawDropoutRows } from '../../src/model/dropout.ts';
import { HIDDEN, headLayout } from '../../src/model/head.ts';
import { headFeeds, headTensors, initialHead } from '../../src/model/head-weights.ts';
import { viewOf } from '../../src/model/parameters.ts';
import { modelSize } from '../../src/model/size.ts';
import { initialWeights, parameterFeeds } from '../../src/model/weights.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';

interface HeadCase {
  readonly kind: 'classes' | 'number';
  readonly outputs: number;
  readonly truth: readonly number[];
  readonly weights: readonly number[] | null;
  readonly before: readonly number[];
  readonly loss: number;
  readonly gradientNorms: Readonly<Record<string, number>>;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly after: Readonly<Record<string, readonly number[]>>;
}
const path = new URL('fixtures/head.json', import.meta.url);
const fixture: { rois: number; rows: number; cases: HeadCase[] } = JSON.parse(readFileSync(path, 'utf8'));
const compile = nodeRuntime({ threads: 1 });
const { rois, rows: count } = fixture;
const rows = Array.from({ length: count }, (_, row) => row);

/** The formula of the script. */
function numbers(length: number, salt: number, range: number): Float32Array {
  const value = (i: number) => (((i + 1) * 0.6180339887498949 + salt * 0.41421356237309515) % 1) - 0.5;
  return Float32Array.from({ length }, (_, i) => range * value(i));
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

function headOfFixture(outputs: number) {
  const head = initialHead(rois, outputs, 0);
  for (const [salt, place] of headLayout(rois, outputs).places.entries())
    viewOf(head.trained, place).set(numbers(place.length, salt, 0.4));
  for (const [salt, { norm, width }] of HIDDEN.entries()) {
    head.batchNorm[norm].mean.set(numbers(width, 20 + salt, 0.5));
    head.batchNorm[norm].variance.set(numbers(width, 30 + salt, 0.5).map((value) => 1 + value));
  }
  return head;
}

describe.each(fixture.cases)('the head for $kind is PyTorch’s', (expected) => {
  const size = modelSize('small', rois, { layers: 1, heads: 1, ffn: 3, feature: 2 });
  const weights = initialWeights(size, 1);
  const embeddings = numbers(count * 8 * rois, 7, 3);
  const target: Target =
    expected.kind === 'classes'
      ? { kind: 'classes', classes: 3, truth: expected.truth }
      : { kind: 'number', truth: expected.truth };
  const scale = scaleOf(target, rows, 'balanced');

  it('class weights are those of the script', () => {
    if (scale.kind === 'classes') expect(largestDifference(scale.weights, expected.weights ?? [])).toBeLessThan(1e-12);
    else expect(scale.mean).toBeCloseTo(expected.truth.reduce((sum, value) => sum + value) / count, 12);
  });

  it('loss and gradients', async () => {
    const plan: FinetunePlan = {
      size,
      kind: target.kind,
      outputs: expected.outputs,
      frozen: true,
      dropout: 0,
      seed: 1,
    };
    const session = await compile(trainingGraph(plan, count));
    const keep = HIDDEN.map(
      ({ linear, width }) => [`keep ${linear}`, new Float32Array(count * width).fill(1)] as const,
    );
    const results = await session.run({
      embedding: embeddings,
      truth: truthOf(target, scale, rows),
      ...headFeeds(headOfFixture(expected.outputs)),
      ...Object.fromEntries(keep),
    });
    await session.release();
    expect(results.loss[0]).toBeCloseTo(expected.loss, 5);
    for (const [name, values] of Object.entries(expected.gradients)) {
      const found = results[`gradient ${name}`];
      // The bias before a BatchNorm has no gradient but rounding.
      const tolerance = 2e-6 + 2e-5 * expected.gradientNorms[name];
      expect(Math.abs(Math.hypot(...found) - expected.gradientNorms[name]), name).toBeLessThan(tolerance);
      expect(largestDifference(found.subarray(0, 8), values), name).toBeLessThan(tolerance);
    }
  });

  it('evaluation, one step, running statistics, evaluation', async () => {
    const settings = { ...FINETUNE_DEFAULTS, learningRate: 1e-2, weightDecay: 0.1, warmupSteps: 1, headDropout: 0 };
    const data = { rows: { kind: 'embeddings', values: embeddings }, target } as const;
    const learning = learner(weights, data, scale, { settings, seed: 1, compile });
    learning.restore({ weights, head: headOfFixture(expected.outputs) });
    expect(largestDifference(await learning.outputs(rows), expected.before)).toBeLessThan(1e-5);
    expect(await learning.step(rows, { epoch: 0, step: 1 })).toBeCloseTo(expected.loss, 5);
    const { head } = learning.snapshot();
    const tensors = headTensors(head);
    let compared = 0;
    for (const [name, values] of Object.entries(expected.after)) {
      const { data: found } = tensors.get(name)!;
      // Adam's first step has the size of the rate whatever the gradient: where there is none, rounding decides the sign.
      const sure = (k: number) => Math.abs(expected.gradients[name]?.[k] ?? 1) > 1e-5;
      const differences = values.flatMap((value, k) => (sure(k) ? [Math.abs(Number(found[k]) - value)] : []));
      expect(Math.max(0, ...differences), name).toBeLessThan(2e-5);
      compared += differences.length;
    }
    expect(compared).toBeGreaterThan(60);
    await learning.release();
  });
});

it('gradients of encoder and head together are those of differences, with dropout in both', async () => {
  const size = modelSize('small', 4, { layers: 2, heads: 2, ffn: 6, feature: 3 });
  const weights = initialWeights(size, 3);
  const head = initialHead(4, 2, 3);
  const stream = randomStream({ seed: 9, purpose: 'simulate' });
  const target: Target = { kind: 'classes', classes: 2, truth: [0, 1, 1, 0, 1] };
  const batch = [0, 1, 2, 3, 4];
  const plan: FinetunePlan = { size, kind: 'classes', outputs: 2, frozen: false, dropout: 0.1, seed: 3 };
  const session = await compile(trainingGraph(plan, 5));
  const masks = HIDDEN.map(({ linear, width }) => {
    const mask = Float32Array.from({ length: 5 * width }, () => (stream() < 0.3 * 2 ** 32 ? 0 : 1 / 0.7));
    return [`keep ${linear}`, mask] as const;
  });
  const feeds: Record<string, Float32Array | Int32Array> = {
    connectivity: Float32Array.from({ length: 5 * 16 }, () => 0.5 * normal(stream)),
    truth: truthOf(target, scaleOf(target, batch, 'equal'), batch),
    'dropout rows': drawDropoutRows({ seed: 3, epoch: 0, pass: 'online-1' }, size, batch, 4),
    ...Object.fromEntries(masks),
  };
  const parameters: Record<string, Float32Array> = { ...parameterFeeds(weights), ...headFeeds(head) };
  const results = await session.run({ ...feeds, ...parameters });
  for (const name of [
    'online_network.attention_list.0.self_attn.in_proj_weight',
    'online_network.attention_list.1.linear2.weight',
    'online_network.attention_list.0.norm1.weight',
    'online_network.dim_reduction.0.weight',
    'head.0.weight',
    'head.1.weight',
    'head.4.weight',
    'head.8.bias',
  ]) {
    const gradient = results[`gradient ${name}`];
    const length = Math.hypot(...gradient);
    const lossAt = async (distance: number) => {
      const moved = parameters[name].map((value, i) => value + (distance * gradient[i]) / length);
      return (await session.run({ ...feeds, ...parameters, [name]: moved })).loss[0];
    };
    const step = 2e-3;
    const slope = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
    expect(Math.abs(slope / length - 1), `${name}: ${slope} against ${length}`).toBeLessThan(0.02);
  }
  await session.release();
});
