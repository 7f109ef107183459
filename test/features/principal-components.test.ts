/** @file Principal components against scikit-learn (fixtures/make-feature-fixtures.py), and as what they are. */
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors/input-error.ts';
import { alongComponents, fitPrincipalComponents } from '../../src/features/principal-components.ts';
import { largestDifference, weyl } from '../classifiers/weyl.ts';
import { featureFixture, range, spoiled } from './feature-cohort.ts';

describe('principal components', () => {
  it.each(featureFixture.components)('equal scikit-learn up to sign: $n x $p, $components', (expected) => {
    const x = weyl(expected.n, expected.p);
    const count = expected.components < 1 ? { variance: expected.components } : { components: expected.components };
    const fitted = fitPrincipalComponents(x, range(0, expected.train), count);
    expect(fitted.axes.rows).toBe(expected.kept);
    expect(largestDifference(fitted.variances, expected.variances)).toBeLessThan(1e-12);
    expect(largestDifference(fitted.shares, expected.shares)).toBeLessThan(1e-12);
    const found = alongComponents(fitted, x, range(expected.train, expected.n));
    expect(found.columns).toBe(expected.kept);
    for (let k = 0; k < found.columns; k++) {
      const own = expected.coordinates.map((row) => row[k]);
      const ours = own.map((_, i) => found.values[i * found.columns + k]);
      const sign = Math.sign(own[0] * ours[0]);
      expect(
        largestDifference(
          ours.map((value) => sign * value),
          own,
        ),
      ).toBeLessThan(1e-11);
    }
  });

  it('axes are orthonormal, with their largest entry positive; all of them hold all there is', () => {
    const x = weyl(14, 30);
    const rows = range(0, 14);
    const { axes, variances, shares, mean } = fitPrincipalComponents(x, rows, { variance: 1 });
    expect(axes.rows).toBe(13);
    const axis = (k: number) => axes.values.subarray(k * 30, (k + 1) * 30);
    for (let k = 0; k < 13; k++) {
      for (let l = 0; l <= k; l++) {
        const product = axis(k).reduce((sum, value, j) => sum + value * axis(l)[j], 0);
        expect(Math.abs(product - Number(k === l))).toBeLessThan(1e-12);
      }
      expect(Math.max(...axis(k))).toBeGreaterThanOrEqual(-Math.min(...axis(k)));
      if (k > 0) expect(variances[k]).toBeLessThanOrEqual(variances[k - 1]);
    }
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    const along = alongComponents({ axes, variances, shares, mean }, x, rows);
    const rebuilt = x.values.map((_, at) => {
      const [i, j] = [Math.floor(at / 30), at % 30];
      return axes.values.reduce(
        (sum, value, b) => sum + (b % 30 === j ? value * along.values[i * 13 + (b - j) / 30] : 0),
        mean[j],
      );
    });
    expect(largestDifference(rebuilt, x.values)).toBeLessThan(1e-12);
  });

  it('test rows do not move them by a bit', () => {
    const x = weyl(20, 12);
    const rows = range(0, 13);
    const count = { components: 4 };
    expect(fitPrincipalComponents(spoiled(x, 13), rows, count)).toEqual(fitPrincipalComponents(x, rows, count));
  });

  it('gives as many as there are directions, also of float32 features far from 0', () => {
    const features = {
      values: Float32Array.from({ length: 40 }, (_, at) => 1000 + (at % 5 < 2 ? Math.sin(at) : 0)),
      rows: 8,
      columns: 5,
    };
    expect(fitPrincipalComponents(features, range(0, 8), { components: 7 }).axes.rows).toBe(2);
    expect(fitPrincipalComponents(weyl(6, 12), range(0, 3), { components: 50 }).axes.rows).toBe(2);
  });

  it('refuses what cannot be', () => {
    const x = weyl(6, 4);
    for (const count of [
      { components: 0 },
      { components: 1.5 },
      { variance: 0 },
      { variance: 1.1 },
      { variance: Number.NaN },
    ])
      expect(() => fitPrincipalComponents(x, range(0, 6), count)).toThrow(InputError);
    expect(() => fitPrincipalComponents(x, [2], { components: 1 })).toThrow(InputError);
    expect(() => fitPrincipalComponents(x, [2, 2, 2], { components: 1 })).toThrow('the training rows do not differ');
  });
});
