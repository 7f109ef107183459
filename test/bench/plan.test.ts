/** @file What a plan works out: steps and hours from timed steps, files from sizes. */
import { expect, test } from 'vitest';
import { checkpointBytes, planPretraining, secondsPerStep } from '../../src/bench/plan.ts';
import { encodeSafetensors } from '../../src/files/safetensors.ts';
import { modelSize } from '../../src/model/size.ts';
import { toStateDict } from '../../src/model/state-dict.ts';
import { initialState } from '../../src/pretrain/training-state.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { madeUpDataset, ROIS } from '../pretrain/made-up.ts';

const TINY = { rois: ROIS, layers: 1, heads: 4, ffn: 16, feature: 8 };

test('of a larger batch, passes take longer, the update does not', () => {
  expect(secondsPerStep({ passes: 11, update: 0.5 }, 8)).toBe(88.5);
});

test('a checkpoint takes the bytes that were foretold, but for names', () => {
  const size = { ...TINY, ffn: 640, feature: 300 };
  const { weights, moments, recent } = initialState(size, 1);
  const model = toStateDict(weights);
  const state = new Map(model);
  for (const [name, data] of Object.entries({ ...moments, recent: recent.rows }))
    state.set(name, { shape: [data.length], data });
  const bytes = (tensors: typeof model) =>
    encodeSafetensors({ tensors, metadata: {} }).reduce((sum, part) => sum + part.byteLength, 0);
  const foretold = checkpointBytes(size);
  for (const [found, expected] of [
    [bytes(model), foretold.model],
    [bytes(state), foretold.state],
  ]) {
    // A safetensors header: about a hundred bytes for each of 70 tensors.
    expect(found).toBeGreaterThan(expected);
    expect(found).toBeLessThan(expected + 12_000);
  }
  expect(foretold.state - foretold.model).toBeGreaterThan(100_000);
});

test('a small checkpoint takes 58 MB for the model and 135 MB to resume', () => {
  const { model, state } = checkpointBytes(modelSize('small', 100));
  expect([model, state].map((bytes) => Math.round(bytes / 1e6))).toEqual([58, 135]);
});

test('steps are whole batches of every epoch, and hours follow from them', async () => {
  const plan = await planPretraining({
    dataset: madeUpDataset(11),
    size: TINY,
    epochs: 900,
    batch: 5,
    microBatch: 2,
    steps: 1,
    machine: { compile: nodeRuntime({ threads: 1 }), threads: 1 },
    peakBytes: () => 100 * 2 ** 20,
  });
  expect(plan).toMatchObject({ batch: 5, steps_per_epoch: 2, steps: 1800 });
  expect(plan.hours).toBeCloseTo((1800 * plan.seconds_per_step) / 3600, 2);
  expect(plan.ms_per_scan).toBeCloseTo((1000 * plan.seconds_per_step) / 5, 0);
  expect(plan.seconds_per_step).toBeGreaterThan(0);
});

test('memory grows with the scans of a batch that were not measured', async () => {
  const planOf = (batch: number) =>
    planPretraining({
      dataset: madeUpDataset(400),
      size: TINY,
      epochs: 1,
      batch,
      microBatch: 2,
      steps: 1,
      machine: { compile: nodeRuntime({ threads: 1 }), threads: 1 },
      peakBytes: () => 100 * 2 ** 20,
    });
  expect((await planOf(4)).peak_memory_mb).toBe(100);
  // Series are 3 kB, and twice as much again as views: at least 9 kB for each of 396 scans.
  expect((await planOf(400)).peak_memory_mb).toBeGreaterThanOrEqual(103);
});
