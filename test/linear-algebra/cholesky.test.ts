/** @file Cholesky factors: against the textbook recurrence bit by bit, and as identities. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choleskyFactor, choleskySolve, inverseFactorColumns } from '../../src/linear-algebra/cholesky.ts';
import { normal, randomStream } from '../../src/random/draws.ts';

/** A Aᵀ + I / 10 of a random A. */
function positiveDefinite(size: number, seed: number): Float64Array {
  const stream = randomStream({ seed, purpose: 'simulate' });
  const a = Float64Array.from({ length: size * size }, () => normal(stream));
  return Float64Array.from({ length: size * size }, (_, at) => {
    const i = Math.floor(at / size);
    const j = at % size;
    let sum = i === j ? 0.1 : 0;
    for (let k = 0; k < size; k++) sum += a[i * size + k] * a[j * size + k];
    return sum;
  });
}

function textbookFactor(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j];
      for (let k = 0; k < j; k++) rest -= lower[i * size + k] * lower[j * size + k];
      lower[i * size + j] = i === j ? Math.sqrt(rest) : rest / lower[j * size + j];
    }
  return lower;
}

const problems = fc.record({ size: fc.integer({ min: 1, max: 14 }), seed: fc.integer({ min: 0, max: 1000 }) });

describe('Cholesky', () => {
  it('is the textbook factor, bit by bit', () => {
    fc.assert(
      fc.property(problems, ({ size, seed }) => {
        const matrix = positiveDefinite(size, seed);
        expect(choleskyFactor(matrix, size)).toEqual(textbookFactor(matrix, size));
      }),
    );
  });

  it('solves, and inverts the factor', () => {
    fc.assert(
      fc.property(problems, ({ size, seed }) => {
        const matrix = positiveDefinite(size, seed);
        const lower = choleskyFactor(matrix, size);
        const right = Float64Array.from({ length: size }, (_, i) => i - 1.5);
        const x = choleskySolve(lower, right);
        const columns = inverseFactorColumns(lower, size);
        for (let i = 0; i < size; i++) {
          let product = 0;
          for (let k = 0; k < size; k++) product += matrix[i * size + k] * x[k];
          expect(product).toBeCloseTo(right[i], 7);
          for (let j = 0; j < size; j++) {
            let entry = 0;
            for (let k = 0; k < size; k++) entry += lower[i * size + k] * columns[j * size + k];
            expect(entry).toBeCloseTo(Number(i === j), 8);
          }
        }
      }),
    );
  });

  it('refuses a matrix that is not positive definite', () => {
    expect(() => choleskyFactor(Float64Array.of(1, 2, 2, 1), 2)).toThrow(RangeError);
    expect(() => choleskyFactor(Float64Array.of(Number.NaN), 1)).toThrow(RangeError);
  });
});
