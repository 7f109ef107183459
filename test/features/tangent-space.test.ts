/** @file Tangent-space connectivity against its formula in NumPy (fixtures/make-feature-fixtures.py), and as a geometry. */
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors/input-error.ts';
import { POSITIVE_DEFINITE_MEANS, positiveDefiniteMean } from '../../src/features/positive-definite-mean.ts';
import { type Covariances, covariancesOf, fitTangentSpace, tangentVectors } from '../../src/features/tangent-space.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { largestDifference } from '../classifiers/weyl.ts';
import { featureFixture, range } from './feature-cohort.ts';

const { scans, rois, train, upper, vectors } = featureFixture.tangent;

function fixtureCovariances(): Covariances {
  return covariancesOf(scans, rois, (scan) => {
    const matrix = new Float32Array(rois * rois);
    let next = 0;
    for (let i = 0; i < rois; i++)
      for (let j = i; j < rois; j++) matrix[i * rois + j] = matrix[j * rois + i] = upper[scan][next++];
    return matrix;
  });
}

/** A Aᵀ / columns + I / 5 of random A. */
function randomCovariances(count: number, size: number, seed: number): Covariances {
  const stream = randomStream({ seed, purpose: 'simulate' });
  return covariancesOf(count, size, () => {
    const a = Array.from({ length: size * 3 * size }, () => normal(stream));
    return Float32Array.from({ length: size * size }, (_, at) => {
      const [i, j] = [Math.floor(at / size), at % size].sort((x, y) => x - y);
      let sum = i === j ? 0.2 : 0;
      for (let k = 0; k < 3 * size; k++) sum += (a[i * 3 * size + k] * a[j * 3 * size + k]) / (3 * size);
      return sum;
    });
  });
}

describe('tangent space', () => {
  it.each(POSITIVE_DEFINITE_MEANS)('%s mean: the vectors of scans not fitted on, as in NumPy', (mean) => {
    const covariances = fixtureCovariances();
    const space = fitTangentSpace(covariances, range(0, train), { mean, tolerance: 1e-15 });
    const found = tangentVectors(space, covariances, range(train, scans));
    expect([found.rows, found.columns]).toEqual([scans - train, (rois * (rois + 1)) / 2]);
    expect(largestDifference(found.values, vectors[mean].flat())).toBeLessThan(1e-10);
  });

  it('the geometric mean is near after few steps, and where the vectors of the training scans add up to 0', () => {
    const covariances = randomCovariances(12, 9, 1);
    const rows = range(2, 12);
    const meanLength = (tolerance?: number) => {
      const space = fitTangentSpace(covariances, rows, tolerance === undefined ? {} : { tolerance });
      const { values, columns } = tangentVectors(space, covariances, rows);
      const mean = range(0, columns).map(
        (j) => rows.reduce((sum, _, i) => sum + values[i * columns + j], 0) / rows.length,
      );
      return Math.hypot(...mean) / Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / rows.length);
    };
    expect(meanLength(1e-15)).toBeLessThan(1e-12);
    expect(meanLength()).toBeLessThan(5e-4);
    const whole = fitTangentSpace(covariances, rows, { mean: 'euclidean' });
    expect(largestDifference(whole.whitening, fitTangentSpace(covariances, rows).whitening)).toBeGreaterThan(1e-2);
  });

  it('of matrices that commute every logarithmic mean is that of their eigenvalues', () => {
    const diagonal = [Float64Array.of(1, 0, 0, 4), Float64Array.of(9, 0, 0, 4), Float64Array.of(3, 0, 0, 0.5)];
    for (const kind of ['geometric', 'log-euclidean'] as const) {
      const mean = positiveDefiniteMean(kind, 3, 2, (index) => diagonal[index]);
      expect(largestDifference(mean, [3, 0, 0, 2])).toBeLessThan(1e-13);
    }
  });

  it('lengths are distances from the mean that mixing ROIs does not change', () => {
    // C -> M C Mᵀ moves the geometric mean along; lengths and products of vectors stay.
    const size = 6;
    const covariances = randomCovariances(8, size, 2);
    const stream = randomStream({ seed: 3, purpose: 'simulate' });
    const m = Array.from({ length: size * size }, (_, at) => normal(stream) + (at % (size + 1) === 0 ? 3 : 0));
    const mixed = covariancesOf(8, size, (scan) => {
      const c = covariances.values.subarray(scan * size * size, (scan + 1) * size * size);
      return Float32Array.from({ length: size * size }, (_, at) => {
        const [i, j] = [Math.floor(at / size), at % size];
        let sum = 0;
        for (let k = 0; k < size; k++)
          for (let l = 0; l < size; l++) sum += m[i * size + k] * c[k * size + l] * m[j * size + l];
        return sum;
      });
    });
    const products = (of: Covariances) => {
      const space = fitTangentSpace(of, range(0, 6), { tolerance: 1e-14 });
      const { values, columns } = tangentVectors(space, of, range(0, 8));
      return range(0, 64).map((at) => {
        const [i, j] = [Math.floor(at / 8), at % 8];
        return range(0, columns).reduce((sum, k) => sum + values[i * columns + k] * values[j * columns + k], 0);
      });
    };
    // Float32 rounds the mixed matrices.
    expect(largestDifference(products(mixed), products(covariances))).toBeLessThan(1e-4);
  });

  it('nothing of a scan outside the training rows gets into the space', () => {
    const covariances = randomCovariances(9, 5, 4);
    const values = covariances.values.map((value, at) => (at < 6 * 25 ? value : Number.NaN));
    for (const mean of POSITIVE_DEFINITE_MEANS)
      expect(fitTangentSpace({ ...covariances, values }, range(0, 6), { mean })).toEqual(
        fitTangentSpace(covariances, range(0, 6), { mean }),
      );
  });

  it('an ROI without signal is one of variance 1 on its own', () => {
    const covariances = covariancesOf(2, 2, () => Float32Array.of(0, 0, 0, 1));
    expect([...covariances.values]).toEqual([1, 0, 0, 1, 1, 0, 0, 1]);
    expect([...tangentVectors(fitTangentSpace(covariances, [0]), covariances, [1]).values]).toEqual([0, 0, 0]);
  });

  it('names the scan whose covariance is not positive definite', () => {
    const covariances = covariancesOf(3, 2, (scan) =>
      Float32Array.of(1, scan === 1 ? 1 : 0.2, scan === 1 ? 1 : 0.2, 1),
    );
    const message =
      'tangent space, scan 2: the covariance is not positive definite, expected more time points than ROIs, or shrinkage; ' +
      'take ledoit-wolf connectivity, or leave the scan out.';
    expect(() => fitTangentSpace(covariances, [0, 1, 2])).toThrow(InputError);
    expect(() => fitTangentSpace(covariances, [0, 1, 2])).toThrow(message);
    expect(() => tangentVectors(fitTangentSpace(covariances, [0, 2]), covariances, [0, 1])).toThrow(message);
    expect(() => covariancesOf(3, 1, (scan) => Float32Array.of(scan === 1 ? Number.NaN : 1))).toThrow(
      'covariances, scan 2: a value is not a finite number; check the series of this scan.',
    );
  });
});
