/** @file Medians and digits. */
import { expect, test } from 'vitest';
import { median, rounded } from '../../src/bench/figures.ts';

test('the median is the middle, or half-way between the two in the middle, and leaves its values alone', () => {
  const values = [9, 1, 10];
  expect(median(values)).toBe(9);
  expect(values).toEqual([9, 1, 10]);
  expect(median([10, 9, 2, 1])).toBe(5.5);
});

test('figures have three decimals', () => {
  expect(rounded(1.23456)).toBe(1.235);
});
