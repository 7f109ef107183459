/** @file McNemar's exact test: closed forms, SciPy's binomtest, and what says nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mcnemar } from '../../src/statistics/mcnemar.ts';

/** People whom the first alone finds, the other alone, both, and neither. */
function found(first: number, other: number, both = 0, neither = 0) {
  const repeated = (n: number, value: number) => Array.from({ length: n }, () => value);
  const make = (...values: number[]) => [first, other, both, neither].flatMap((n, i) => repeated(n, values[i]));
  return mcnemar(make(1, 0, 1, 0), make(0, 1, 1, 0));
}

test('closed forms', () => {
  expect(found(0, 0, 3, 4)).toEqual({ first_only: 0, other_only: 0, p: 1 });
  expect(found(5, 5).p).toBe(1);
  expect(found(3, 0).p).toBeCloseTo(0.25, 15);
  expect(found(10, 2).p).toBeCloseTo((2 * (1 + 12 + 66)) / 2 ** 12, 15);
});

// scipy.stats.binomtest(b, b + c).pvalue
test.each([
  [0, 7, 0.015625],
  [40, 61, 0.04604406692934279],
  [1500, 1380, 0.026576281110159666],
])('%i against %i, as SciPy has it', (first, other, p) => {
  expect(found(first, other).p / p).toBeCloseTo(1, 10);
});

test('the two sides are alike, and people of both or neither do not matter', () => {
  const count = fc.nat({ max: 40 });
  fc.assert(
    fc.property(count, count, count, (first, other, both) => {
      const { p } = found(first, other);
      expect(found(other, first, both, 2 * both)).toEqual({ first_only: other, other_only: first, p });
      expect(p > 0 && p <= 1).toBe(true);
    }),
  );
});
