import { describe, expect, it } from 'vitest';
import { symmetricEigenvalues } from '../../src/pretrain/symmetric-eigenvalues.ts';
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
