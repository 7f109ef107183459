import { expect, test } from 'vitest';
import { modelSize } from '../../src/model/size.ts';
import { keptBytes, MEMORY_BUDGET, microBatchThatFits } from '../../src/pretrain/micro-batch.ts';

const GIGABYTE = 2 ** 30;

test('a pass is the whole batch where that fits, else the largest that does', () => {
  const fits = (preset: string, batch: number, budget = MEMORY_BUDGET) =>
    microBatchThatFits(modelSize(preset, 100), batch, budget);
  expect(fits('small', 16)).toBe(16);
  expect(fits('small', 33)).toBe(33);
  expect(fits('small', 256)).toBe(32);
  expect(fits('base', 256)).toBe(16);
  expect(fits('large', 256)).toBe(2);
  expect(fits('small', 256, 2 * GIGABYTE)).toBe(16);
  expect(fits('large', 256, GIGABYTE)).toBe(1);
});

test('more memory never means a smaller pass', () => {
  for (const preset of ['small', 'base', 'large']) {
    const size = modelSize(preset, 100);
    const passes = [1, 2, 4, 8, 16, 64].map((budget) => microBatchThatFits(size, 48, budget * GIGABYTE));
    expect(passes).toEqual([...passes].sort((a, b) => a - b));
  }
});

test('what a pass keeps is counted: tokens of every layer, its attention maps and hidden units', () => {
  const { layers, heads, ffn } = modelSize('small', 100);
  const hidden = 4 * 100 * layers * ffn;
  const maps = 2 * 4 * 100 * 100 * layers * heads;
  expect(keptBytes(modelSize('small', 100), 3)).toBeGreaterThan(3 * (hidden + maps));
  expect(keptBytes(modelSize('small', 100), 3)).toBeLessThan(3 * 2 * (hidden + maps));
});
