/** @file The best assignment, against every permutation; and products of rows, against their definition. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bestAssignment } from '../../src/linear-algebra/assignment.ts';
import { rowProducts } from '../../src/linear-algebra/row-products.ts';
import { normal, randomStream } from '../../src/random/draws.ts';

/** The greatest sum over all one-to-one choices of a column for each row. */
function greatestSum(gains: Float64Array, size: number, row = 0, taken = 0): number {
  if (row === size) return 0;
  let best = Number.NEGATIVE_INFINITY;
  for (let column = 0; column < size; column++)
    if ((taken & (1 << column)) === 0)
      best = Math.max(best, gains[row * size + column] + greatestSum(gains, size, row + 1, taken | (1 << column)));
  return best;
}

const matrixOf = (value: fc.Arbitrary<number>) =>
  fc.integer({ min: 0, max: 7 }).chain((size) =>
    fc.tuple(
      fc.constant(size),
      fc.array(value, { minLength: size * size, maxLength: size * size }).map((values) => Float64Array.from(values)),
    ),
  );

it.each([
  ['real gains', fc.double({ min: -100, max: 100, noNaN: true }), 200],
  // Whole numbers have many equal sums.
  ['ties', fc.integer({ min: -2, max: 2 }), 200],
])('%s: a permutation, and no other sums to more', (_, value, numRuns) => {
  fc.assert(
    fc.property(matrixOf(value), ([size, gains]) => {
      const columns = [...bestAssignment(gains, size)];
      expect([...columns].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_unused, i) => i));
      const sum = columns.reduce((total, column, row) => total + gains[row * size + column], 0);
      expect(sum).toBeCloseTo(greatestSum(gains, size), 9);
    }),
    { numRuns },
  );
});

it('finds a planted permutation of 300', () => {
  const stream = randomStream({ seed: 5, purpose: 'simulate' });
  const size = 300;
  const planted = Int32Array.from({ length: size }, (_, i) => (i * 7 + 3) % size);
  const gains = Float64Array.from({ length: size * size }, () => normal(stream));
  planted.forEach((column, row) => {
    gains[row * size + column] += 10;
  });
  expect(bestAssignment(gains, size)).toEqual(planted);
});

it.each([
  [1, 1, 3],
  [2, 4, 1],
  [5, 7, 9],
  [8, 8, 16],
  [3, 0, 4],
])('%d rows times %d rows of %d numbers', (rows, columns, length) => {
  const stream = randomStream({ seed: 6, purpose: 'simulate' });
  const x = Float64Array.from({ length: rows * length }, () => normal(stream));
  const y = Float64Array.from({ length: columns * length }, () => normal(stream));
  const naive = (a: Float64Array, b: Float64Array, i: number, j: number) =>
    Array.from({ length }, (_, t) => a[i * length + t] * b[j * length + t]).reduce((sum, each) => sum + each, 0);
  const product = rowProducts(x, y, { rows, columns, length });
  expect(product).toHaveLength(rows * columns);
  product.forEach((value, at) => {
    expect(value).toBeCloseTo(naive(x, y, Math.floor(at / columns), at % columns), 12);
  });
  const square = rowProducts(x, x, { rows, columns: rows, length });
  square.forEach((value, at) => {
    expect(value).toBeCloseTo(naive(x, x, Math.floor(at / rows), at % rows), 12);
  });
});
