/** @file Operation counts: the paper's presets, and a model small enough to count by hand. */
import { expect, test } from 'vitest';
import { embeddingOperations, stepOperations } from '../../src/bench/operations.ts';
import { modelSize } from '../../src/model/size.ts';

test.each([
  ['small', 5.9],
  ['base', 21],
  ['large', 79],
])('a training step of %s costs %d GFLOP a scan', (preset, gigaOperations) => {
  const digits = gigaOperations < 10 ? 1 : 0;
  expect((stepOperations(modelSize(preset, 100)) / 1e9).toFixed(digits)).toBe(gigaOperations.toFixed(digits));
});

test('one layer of two ROIs, counted by hand', () => {
  const size = { rois: 2, layers: 1, heads: 1, ffn: 3, feature: 5 };
  // Products of [2, 2] by [2, 2] cost 16: queries, keys, values, output; scores and mixing. Then [2, 2] by [2, 3] and back.
  const encoder = 4 * 16 + 2 * 16 + 2 * 24;
  expect(stepOperations(size)).toBe(14 * encoder);
  // The readout: [2, 2] by [2, 8].
  expect(embeddingOperations(size)).toBe(encoder + 64);
});
