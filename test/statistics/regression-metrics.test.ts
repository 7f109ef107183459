/** @file Regression metrics against scikit-learn and SciPy (classifiers/fixtures/make-classifier-fixtures.py), and where there are none. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REGRESSION_METRICS, regressionMetrics } from '../../src/statistics/regression-metrics.ts';

interface Case {
  truth: number[];
  predicted: number[];
  trainingMean: number;
  mae: number;
  rmse: number;
  r2: number;
  r2TrainingMean: number;
  pearson: number;
  spearman: number;
}
const { regression } = JSON.parse(
  readFileSync(new URL('../classifiers/fixtures/classifiers.json', import.meta.url), 'utf8'),
) as {
  regression: Case[];
};
const of = (predicted: number[], truth: number[], trainingMean = 0) =>
  regressionMetrics(Float64Array.from(predicted), Float64Array.from(truth), trainingMean);

describe('regression metrics', () => {
  it.each(regression)('equal scikit-learn and SciPy: R2 = $r2', (expected) => {
    const metrics = of(expected.predicted, expected.truth, expected.trainingMean);
    expect(metrics.mae.value).toBeCloseTo(expected.mae, 12);
    expect(metrics.rmse.value).toBeCloseTo(expected.rmse, 12);
    expect(metrics.r2.value).toBeCloseTo(expected.r2, 12);
    expect(metrics.r2_training_mean.value).toBeCloseTo(expected.r2TrainingMean, 12);
    expect(metrics.pearson.value).toBeCloseTo(expected.pearson, 12);
    expect(metrics.spearman.value).toBeCloseTo(expected.spearman, 12);
  });

  it('do not depend on the order of rows; Spearman on order alone', () => {
    const pairs = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
      minLength: 3,
    });
    fc.assert(
      fc.property(pairs, (list) => {
        const [predicted, truth] = [list.map(([a]) => a), list.map(([, b]) => b)];
        const metrics = of(predicted, truth, 1);
        const reversed = of(predicted.toReversed(), truth.toReversed(), 1);
        const bent = of(
          predicted.map((value) => value ** 3 / 9),
          truth,
          1,
        );
        const same = (a: number | null, b: number | null) =>
          a === null || b === null ? expect(a).toBe(b) : expect(a).toBeCloseTo(b, 9);
        for (const metric of REGRESSION_METRICS) same(reversed[metric].value, metrics[metric].value);
        same(bent.spearman.value, metrics.spearman.value);
      }),
    );
  });

  it('say why there is none', () => {
    const constant = of([0.1 + 0.2, 0.3, 0.3], [1, 2, 3]);
    expect(constant.pearson).toEqual({ value: null, reason: 'all predictions are the same' });
    expect(constant.spearman).toEqual({ value: null, reason: 'all predictions are the same' });
    expect(constant.r2.value).not.toBeNull();
    const flat = of([1, 2, 3], [5, 5, 5], 5);
    for (const metric of ['r2', 'pearson', 'spearman'] as const)
      expect(flat[metric]).toEqual({ value: null, reason: 'all test targets are the same' });
    expect(flat.r2_training_mean).toEqual({ value: null, reason: 'all test targets are the training mean' });
    expect(of([1, 2, 3], [5, 5, 5], 4).r2_training_mean.value).toBe(1 - 29 / 3);
    expect(of([2], [2], 0).r2.value).toBeNull();
    for (const metric of REGRESSION_METRICS)
      expect(of([], [])[metric]).toEqual({ value: null, reason: 'there are no scans' });
  });

  it('refuse what is no number', () => {
    expect(() => of([Number.NaN], [1])).toThrow(RangeError);
    expect(() => of([1], [1], Number.NaN)).toThrow(RangeError);
    expect(() => of([1, 2], [1])).toThrow(RangeError);
  });
});
