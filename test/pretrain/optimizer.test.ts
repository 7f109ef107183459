/** @file AdamW and the moving average against their formulas. */
import { expect, it } from 'vitest';
import { adamW, emptyMoments, movingAverage, PAPER_ADAMW } from '../../src/pretrain/optimizer.ts';
import { normal, randomStream } from '../../src/random/draws.ts';

const stream = randomStream({ seed: 3, purpose: 'simulate' });
const COUNT = 50;
const STEPS = 12;

/** Loshchilov and Hutter 2019, algorithm 2, in double precision for one parameter; clipped first. */
function naiveAdamW(start: number, gradients: readonly number[], rate: number, clip: number, decay: number): number {
  let [x, m, v] = [start, 0, 0];
  for (const [k, given] of gradients.entries()) {
    const g = Math.min(clip, Math.max(-clip, given));
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g ** 2;
    const mHat = m / (1 - 0.9 ** (k + 1));
    const vHat = v / (1 - 0.999 ** (k + 1));
    x = x - rate * decay * x - (rate * mHat) / (Math.sqrt(vHat) + 1e-8);
  }
  return x;
}

it.each([
  ['the paper', 3e-4, 1, 5e-5],
  ['tight clipping', 1e-2, 0.3, 5e-5],
  ['heavy decay', 1e-2, 1e9, 0.5],
])('AdamW, %s', (_, rate, clipValue, weightDecay) => {
  const start = Float32Array.from({ length: COUNT }, () => normal(stream));
  const gradients = Array.from({ length: STEPS }, () => Float32Array.from(start, () => 2 * normal(stream)));
  const parameters = start.slice();
  const moments = emptyMoments(COUNT);
  for (const [k, gradient] of gradients.entries())
    adamW(parameters, gradient, moments, k + 1, rate, { ...PAPER_ADAMW, clipValue, weightDecay });
  for (let i = 0; i < COUNT; i++) {
    const wanted = naiveAdamW(
      start[i],
      gradients.map((gradient) => gradient[i]),
      rate,
      clipValue,
      weightDecay,
    );
    expect(Math.abs(parameters[i] - wanted)).toBeLessThan(3e-6);
    expect(Math.abs(wanted - start[i])).toBeGreaterThan(1e-5);
  }
});

it('a first step has the size of the learning rate, whatever the size of the gradient', () => {
  const parameters = new Float32Array(4);
  const gradient = Float32Array.of(1e-4, -1e-4, 50, -0.5);
  adamW(parameters, gradient, emptyMoments(4), 1, 0.01, PAPER_ADAMW);
  for (const [i, x] of parameters.entries()) expect(x).toBeCloseTo(-0.01 * Math.sign(gradient[i]), 5);
});

it('without a gradient only decay moves a parameter', () => {
  const parameters = Float32Array.of(2, -3);
  adamW(parameters, new Float32Array(2), emptyMoments(2), 1, 0.1, { ...PAPER_ADAMW, weightDecay: 0.5 });
  expect(parameters).toEqual(Float32Array.of(2 * 0.95, -3 * 0.95));
});

it('the moving average covers the target, not what lies behind it', () => {
  const online = Float32Array.of(1, 2, 3, 4, 5);
  const target = Float32Array.of(0, 10, -1);
  movingAverage(target, online, 0.75);
  expect(target).toEqual(Float32Array.of(0.25, 8, 0));
  movingAverage(target, online, 1);
  expect(target).toEqual(Float32Array.of(0.25, 8, 0));
  movingAverage(target, online, 0);
  expect(target).toEqual(Float32Array.of(1, 2, 3));
});
