/** @file Least squares: residuals stand at right angles on the design, whatever depends on what in it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leastSquares } from '../../src/linear-algebra/least-squares.ts';
import { normal, randomStream } from '../../src/random/draws.ts';

function residuals(design: Float64Array, columns: number, targets: Float64Array, width: number): Float64Array {
  const { coefficients } = leastSquares(design, columns, targets, width);
  return targets.map((value, at) => {
    const [i, j] = [Math.floor(at / width), at % width];
    for (let k = 0; k < columns; k++) value -= design[i * columns + k] * coefficients[k * width + j];
    return value;
  });
}

it('leaves nothing along any column, of whatever scale, also where columns depend on each other', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1000 }),
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      (seed, own, dependent) => {
        const stream = randomStream({ seed, purpose: 'simulate' });
        const [rows, width] = [12, 3];
        const columns = own + (dependent ? 2 : 0);
        const design = new Float64Array(rows * columns);
        for (let i = 0; i < rows; i++) {
          for (let k = 0; k < own; k++) design[i * columns + k] = 10 ** (3 * k) * normal(stream);
          // The sum of two columns and a column of zeros.
          if (dependent) design[i * columns + own] = design[i * columns] + 2 * design[i * columns + own - 1];
        }
        const targets = Float64Array.from({ length: rows * width }, () => normal(stream));
        expect(leastSquares(design, columns, targets, width).rank).toBe(own);
        const left = residuals(design, columns, targets, width);
        for (let k = 0; k < columns; k++)
          for (let j = 0; j < width; j++) {
            let [along, length] = [0, 0];
            for (let i = 0; i < rows; i++) {
              along += design[i * columns + k] * left[i * width + j];
              length += design[i * columns + k] ** 2;
            }
            expect(Math.abs(along)).toBeLessThanOrEqual(1e-11 * Math.sqrt(length));
          }
      },
    ),
  );
});

it('a column of ones gives the mean, two equal ones half of it each, none nothing', () => {
  const targets = Float64Array.of(1, 2, 6);
  expect(leastSquares(Float64Array.of(1, 1, 1), 1, targets, 1).coefficients[0]).toBeCloseTo(3, 13);
  const { coefficients, rank } = leastSquares(new Float64Array(6).fill(1), 2, targets, 1);
  expect(rank).toBe(1);
  for (const value of coefficients) expect(value).toBeCloseTo(1.5, 13);
  expect(leastSquares(new Float64Array(0), 0, targets, 1)).toEqual({ coefficients: new Float64Array(0), rank: 0 });
});
