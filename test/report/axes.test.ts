import { expect, it } from 'vitest';
import { extentOf, rangeAround, ticks } from '../../src/report/axes.ts';

it.each([
  [
    [0, 100],
    [0, 20, 40, 60, 80, 100],
  ],
  [
    [0.5, 1],
    [0.5, 0.6, 0.7, 0.8, 0.9, 1],
  ],
  [
    [0.55, 0.93],
    [0.6, 0.7, 0.8, 0.9],
  ],
  [
    [-0.1, 0.1],
    [-0.1, -0.05, 0, 0.05, 0.1],
  ],
  [[3, 3], [3]],
] as const)('ticks of %j are round numbers', (range, expected) => {
  expect(ticks(range)).toEqual(expected);
});

it.each([
  [[], [0, 1]],
  [
    [0.52, 0.71],
    [0.5, 0.75],
  ],
  [
    [0.11, 0.98],
    [0, 1],
  ],
  [
    [1, 1],
    [0.9, 1],
  ],
  [
    [-3.2, 17],
    [-5, 20],
  ],
] as const)('the range around %j goes from one round number to another', (values, expected) => {
  expect(rangeAround(values)).toEqual(expected);
});

it('an extent has room around a single value', () => {
  expect(extentOf('linear', [5])).toEqual([4, 6]);
  expect(extentOf('log2', [4])).toEqual([2, 8]);
  expect(extentOf('log2', [1, 32])).toEqual([1, 32]);
});
