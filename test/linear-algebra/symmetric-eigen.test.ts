/** @file Eigenvalues in closed form; eigenvectors by what they must satisfy. */
import { describe, expect, it } from 'vitest';
import { symmetricEigen, symmetricEigenvalues } from '../../src/linear-algebra/symmetric-eigen.ts';
import { normal, randomStream } from '../../src/random/draws.ts';

const ascending = (matrix: readonly number[], n: number) => symmetricEigenvalues(Float64Array.from(matrix), n).sort();

describe('closed forms', () => {
  it('of a diagonal matrix: its diagonal', () => {
    expect([...ascending([3, 0, 0, 0, -1, 0, 0, 0, 2], 3)]).toEqual([-1, 2, 3]);
  });

  it('of a chain 2, -1: 2 - 2 cos(πk / (n + 1))', () => {
    const n = 50;
    const chain = Array.from({ length: n * n }, (_, at) => {
      const distance = Math.abs((at % n) - Math.floor(at / n));
      return distance === 0 ? 2 : distance === 1 ? -1 : 0;
    });
    for (const [k, value] of ascending(chain, n).entries())
      expect(value).toBeCloseTo(2 - 2 * Math.cos((Math.PI * (k + 1)) / (n + 1)), 13);
  });

  it('of all ones: n once, else 0', () => {
    const found = ascending(Array(36).fill(1), 6);
    for (const value of found.subarray(0, 5)) expect(Math.abs(value)).toBeLessThan(1e-14);
    expect(found[5]).toBeCloseTo(6, 13);
  });

  it('of one number, and of nothing', () => {
    expect([...ascending([7], 1)]).toEqual([7]);
    expect([...ascending([], 0)]).toEqual([]);
  });
});

it('of H D H, H a reflection: D, whatever its scale, with repeated values', () => {
  const n = 60;
  const stream = randomStream({ seed: 3, purpose: 'simulate' });
  const planted = Float64Array.from({ length: n }, (_, i) => (i < 20 ? 5 : i < 40 ? 0 : 10 ** ((i - 50) / 3)));
  const v = Array.from({ length: n }, () => normal(stream));
  const square = v.reduce((sum, x) => sum + x * x, 0);
  const h = (i: number, j: number) => (i === j ? 1 : 0) - (2 * v[i] * v[j]) / square;
  const matrix = Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return planted.reduce((sum, value, k) => sum + h(i, k) * value * h(k, j), 0);
  });
  const found = ascending(matrix, n);
  const largest = Math.max(...planted);
  for (const [k, value] of planted.sort().entries()) expect(Math.abs(found[k] - value)).toBeLessThan(1e-13 * largest);
});

it('a matrix that is not a number ends with an error', () => {
  expect(() => symmetricEigenvalues(new Float64Array(9).fill(Number.NaN), 3)).toThrow('do not converge');
});

describe('eigenvectors', () => {
  const symmetric = (n: number, seed: number) => {
    const stream = randomStream({ seed, purpose: 'simulate' });
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = normal(stream);
    return matrix;
  };
  const chain = Float64Array.from([2, -1, 0, 0, -1, 2, 0, 0, 0, 0, 2, -1, 0, 0, -1, 2]);

  it.each([
    ['random, 1', symmetric(1, 1), 1],
    ['random, 2', symmetric(2, 2), 2],
    ['random, 41', symmetric(41, 3), 41],
    ['identity', Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), 3],
    ['all ones', new Float64Array(49).fill(1), 7],
    ['two blocks with the same values', chain, 4],
    ['zeros', new Float64Array(9), 3],
    ['random times 1e-150', symmetric(9, 4).map((value) => value * 1e-150), 9],
  ])('%s: orthonormal, and the matrix is their sum', (_, matrix, n) => {
    const { values, vectors } = symmetricEigen(matrix.slice(), n);
    const largest = Math.max(...matrix.map(Math.abs), Number.MIN_VALUE);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let [inner, entry] = [0, 0];
        for (let k = 0; k < n; k++) {
          inner += vectors[i * n + k] * vectors[j * n + k];
          entry += values[k] * vectors[k * n + i] * vectors[k * n + j];
        }
        expect(Math.abs(inner - Number(i === j))).toBeLessThan(1e-13 * Math.max(4, n));
        expect(Math.abs(entry - matrix[i * n + j])).toBeLessThanOrEqual(1e-13 * Math.max(4, n) * largest);
      }
  });

  it('have the values found without them, bit by bit', () => {
    const matrix = symmetric(30, 5);
    expect(symmetricEigen(matrix.slice(), 30).values).toEqual(symmetricEigenvalues(matrix.slice(), 30));
  });
});
