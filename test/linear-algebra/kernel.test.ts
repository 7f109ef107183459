/** @file Kernels and standardisation against their formulas, on every remainder of the blocked loops. */
import { describe, expect, it } from 'vitest';
import { fitStandardScaler, standardise } from '../../src/classifiers/standard-scaler.ts';
import { featureTable } from '../../src/features/features.ts';
import { kernelMatrix, type Matrix, scaleGamma } from '../../src/linear-algebra/kernel.ts';
import { normal, randomStream } from '../../src/random/draws.ts';

function random(rows: number, columns: number): Matrix {
  const stream = randomStream({ seed: rows, purpose: 'simulate' });
  return { values: Float64Array.from({ length: rows * columns }, () => normal(stream)), rows, columns };
}
const rowOf = ({ values, columns }: Matrix, i: number) => [...values.subarray(i * columns, (i + 1) * columns)];

describe('kernels', () => {
  const sizes = [1, 2, 3, 4, 5, 6, 7, 9].flatMap((n) => [1, 2, 3, 4, 5, 7].map((m) => [n, m] as const));
  it.each(sizes)('%i x %i rows', (n, m) => {
    const a = random(n, 3);
    const b = random(m, 3);
    for (const right of [a, b]) {
      const linear = kernelMatrix({ kind: 'linear' }, a, right);
      const rbf = kernelMatrix({ kind: 'rbf', gamma: 0.3 }, a, right);
      expect(linear).toHaveLength(n * right.rows);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < right.rows; j++) {
          const x = rowOf(a, i);
          const y = rowOf(right, j);
          const product = x.reduce((sum, value, k) => sum + value * y[k], 0);
          const distance = x.reduce((sum, value, k) => sum + (value - y[k]) ** 2, 0);
          expect(linear[i * right.rows + j]).toBeCloseTo(product, 12);
          expect(rbf[i * right.rows + j]).toBeCloseTo(Math.exp(-0.3 * distance), 12);
        }
    }
  });

  it("gamma 'scale' is one over columns times variance, and 1 when nothing varies", () => {
    expect(scaleGamma({ values: Float64Array.of(1, 2, 3, 6), rows: 2, columns: 2 })).toBeCloseTo(1 / (2 * 3.5), 14);
    expect(scaleGamma({ values: Float64Array.of(4, 4), rows: 2, columns: 1 })).toBe(1);
  });
});

describe('standardisation', () => {
  const features = featureTable('table', Float32Array.of(1, 0.1, 3, 0.1, 5, 0.1, 700, 8), 4);

  it('uses the training rows only, and leaves a constant column unscaled', () => {
    const scaler = fitStandardScaler(features, [0, 1, 2]);
    expect(scaler.mean[0]).toBe(3);
    expect(scaler.scale[0]).toBeCloseTo(Math.sqrt(8 / 3), 14);
    expect(scaler.scale[1]).toBe(1);
    const { values } = standardise(scaler, features, [2, 3]);
    expect(values[0]).toBeCloseTo(2 / Math.sqrt(8 / 3), 14);
    expect(values[1]).toBeCloseTo(0, 14);
    expect(values[3]).toBeCloseTo(7.9, 6);
  });
});
