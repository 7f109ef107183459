/** @file Learning rate by epoch, steps of an epoch, and which scans a step gets. */
import { describe, expect, it } from 'vitest';
import { learningRate, scanSampler, stepsPerEpoch } from '../../src/pretrain/schedule.ts';

describe('learning rate', () => {
  it.each([
    [0, 10, 3e-5],
    [1, 10, 6e-5],
    [9, 10, 3e-4],
    [10, 10, 3e-4],
    [11, 10, 3e-4],
    [1999, 10, 3e-4],
    [0, 0, 3e-4],
    [0, 1, 3e-4],
    [5, 0, 3e-4],
  ])('epoch %i with %i warm-up epochs: %d', (epoch, warmup, rate) => {
    expect(learningRate(epoch, 3e-4, warmup)).toBeCloseTo(rate, 12);
  });
});

it.each([
  [651, 32, 20],
  [64, 32, 2],
  [63, 32, 1],
  [5, 5, 1],
])('%i scans in batches of %i: %i steps', (scans, batch, steps) => {
  expect(stepsPerEpoch(scans, batch)).toBe(steps);
});

describe('sampler', () => {
  const SCANS = 23;
  const BATCH = 5;
  const steps = stepsPerEpoch(SCANS, BATCH);
  const epochOf = (sample: ReturnType<typeof scanSampler>, epoch: number) =>
    Array.from({ length: steps }, (_, step) => Array.from(sample(epoch, step)));

  it('whole batches, every scan at most once an epoch, another order in the next', () => {
    const sample = scanSampler(4, SCANS, BATCH);
    const [first, second] = [epochOf(sample, 0), epochOf(sample, 1)];
    for (const epoch of [first, second]) {
      for (const batch of epoch) expect(batch).toHaveLength(BATCH);
      const scans = epoch.flat();
      expect(new Set(scans).size).toBe(scans.length);
      expect(scans.every((scan) => Number.isInteger(scan) && scan >= 0 && scan < SCANS)).toBe(true);
    }
    expect(second).not.toEqual(first);
  });

  it('does not depend on what was asked before: a step of a resumed run is the same', () => {
    const whole = scanSampler(4, SCANS, BATCH);
    const straight = [epochOf(whole, 0), epochOf(whole, 1), epochOf(whole, 2)];
    expect(Array.from(scanSampler(4, SCANS, BATCH)(2, 3))).toEqual(straight[2][3]);
    expect(Array.from(whole(0, 1))).toEqual(straight[0][1]);
    expect(epochOf(scanSampler(5, SCANS, BATCH), 0)).not.toEqual(straight[0]);
  });

  it('over many epochs every scan has its turn about equally often', () => {
    const sample = scanSampler(1, SCANS, BATCH);
    const turns = new Array<number>(SCANS).fill(0);
    const epochs = 400;
    for (let epoch = 0; epoch < epochs; epoch++) for (const scan of epochOf(sample, epoch).flat()) turns[scan]++;
    const share = (steps * BATCH) / SCANS;
    const error = Math.sqrt(epochs * share * (1 - share));
    for (const count of turns) expect(Math.abs(count - epochs * share)).toBeLessThan(5 * error);
  });
});
