/** @file Comparisons round by round. */
import { expect, test } from 'vitest';
import { compareInTurn } from '../../src/bench/in-turn.ts';

test('the ratio is that of each round, so that a slow round of both sides does not count', () => {
  // The machine was three times as slow in the second round: 5 times as fast in each, 15 from the two extremes.
  const compared = compareInTurn([1, 3, 2], [5, 15, 10]);
  expect(compared.times_as_fast).toEqual({ median: 5, low: 5, high: 5 });
  expect(compared.ours).toEqual({ median: 2, low: 1, high: 3 });
  expect(compared.theirs).toEqual({ median: 10, low: 5, high: 15 });
});

test('rounds that only one side took cannot be compared', () => {
  expect(() => compareInTurn([1, 2], [3])).toThrow('2 rounds of one, 1 of the other');
});
