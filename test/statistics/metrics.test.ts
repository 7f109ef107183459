/** @file Metrics on hand-made confusion tables and rankings; intervals against SciPy's numbers and by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentileInterval, resampledInterval } from '../../src/statistics/interval.ts';
import { areaUnderRoc, classificationMetrics, confusionMetrics, confusionOf } from '../../src/statistics/metrics.ts';
import { incompleteBeta, studentTCdf, studentTQuantile } from '../../src/statistics/student-t.ts';

describe('confusion metrics', () => {
  it('are what their names say on a table where all differ', () => {
    const metrics = confusionMetrics({ tp: 30, fn: 10, fp: 6, tn: 54 });
    expect(metrics.sensitivity.value).toBe(30 / 40);
    expect(metrics.specificity.value).toBe(54 / 60);
    expect(metrics.precision.value).toBe(30 / 36);
    expect(metrics.npv.value).toBe(54 / 64);
    expect(metrics.accuracy.value).toBe(0.84);
    expect(metrics.balanced_accuracy.value).toBeCloseTo(0.825, 15);
    expect(metrics.f1.value).toBeCloseTo((2 * (30 / 36) * 0.75) / (30 / 36 + 0.75), 15);
  });

  it('are null with a reason where undefined, never NaN', () => {
    const constant = confusionMetrics({ tp: 0, fn: 5, fp: 0, tn: 7 });
    expect(constant.precision).toEqual({ value: null, reason: 'no scan was called positive' });
    expect(constant.sensitivity).toEqual({ value: 0 });
    expect(constant.f1).toEqual({ value: 0 });
    const oneClass = confusionMetrics({ tp: 3, fn: 1, fp: 0, tn: 0 });
    expect(oneClass.specificity).toEqual({ value: null, reason: 'no scan is a control' });
    expect(oneClass.balanced_accuracy).toEqual({ value: null, reason: 'no scan is a control' });
    expect(confusionMetrics({ tp: 0, fn: 0, fp: 1, tn: 1 }).balanced_accuracy.reason).toBe('no scan is positive');
  });

  it('count a decision of exactly 0 as control', () => {
    expect(confusionOf([0, 0, 1, -1], [true, false, true, false])).toEqual({ tp: 1, fp: 0, tn: 2, fn: 1 });
  });
});

describe('area under the ROC curve', () => {
  it('counts ties one half', () => {
    expect(areaUnderRoc([1, 2, 2, 3], [false, false, true, true]).value).toBe(3.5 / 4);
    expect(areaUnderRoc([5, 5, 5], [true, false, true]).value).toBe(0.5);
    expect(areaUnderRoc([1, 2], [true, true])).toEqual({ value: null, reason: 'only one class is there' });
  });

  it('is the share of pairs won', () => {
    const scan = fc.record({ decision: fc.integer({ min: -4, max: 4 }), positive: fc.boolean() });
    fc.assert(
      fc.property(fc.array(scan, { minLength: 2, maxLength: 40 }), (scans) => {
        let won = 0;
        let pairs = 0;
        for (const a of scans)
          for (const b of scans)
            if (a.positive && !b.positive) {
              pairs++;
              won += a.decision > b.decision ? 1 : a.decision === b.decision ? 0.5 : 0;
            }
        const auc = classificationMetrics(
          scans.map((s) => s.decision),
          scans.map((s) => s.positive),
        ).auc.value;
        expect(auc).toBe(pairs === 0 ? null : won / pairs);
      }),
    );
  });
});

describe('intervals', () => {
  it('use the t distribution (values of scipy.stats.t, scipy.special.betainc)', () => {
    for (const [degrees, quantile, below] of [
      [1, 12.706204736432095, 0.7912855998398474],
      [2, 4.302652729911275, 0.8383764840919797],
      [9, 2.2621571627409915, 0.8870468136634754],
      [99, 1.9842169515086827, 0.9016902151782883],
      [1000, 1.9623390808264074, 0.9030497357922713],
    ]) {
      expect(studentTQuantile(0.975, degrees) / quantile).toBeCloseTo(1, 9);
      expect(studentTQuantile(0.025, degrees) / quantile).toBeCloseTo(-1, 9);
      expect(studentTCdf(1.3, degrees)).toBeCloseTo(below, 12);
    }
    expect(incompleteBeta(0.3, 2.5, 0.5)).toBeCloseTo(0.01892712407194565, 12);
    expect(incompleteBeta(0.2, 3, 7)).toBeCloseTo(0.2618024960000002, 12);
  });

  it('are wider for overlapping splits by the correction of Nadeau and Bengio', () => {
    const values = [0.5, 0.6, 0.7];
    const { mean, low, high } = resampledInterval(values, 0.25, [0, 1]);
    const half = 4.302652729911275 * Math.sqrt((1 / 3 + 0.25) * 0.01);
    expect(mean).toBeCloseTo(0.6, 12);
    expect(low).toBeCloseTo(0.6 - half, 9);
    expect(high).toBeCloseTo(0.6 + half, 9);
  });

  it('stay inside what the quantity can be', () => {
    expect(resampledInterval([0.9, 1, 0.6], 0.2, [0, 1]).high).toBe(1);
    expect(resampledInterval([0, 0.4, 0], 0.2, [0, 1]).low).toBe(0);
    expect(resampledInterval([-0.9, 0.4, 0], 0.2, [-1, 1]).low).toBe(-1);
  });

  it('are null for one repeat', () => {
    const reason = 'one repeat gives no interval';
    expect(resampledInterval([0.7], 0.2, [0, 1])).toEqual({ mean: 0.7, low: null, high: null, reason });
  });

  it('take the middle 95 % of bootstrap draws', () => {
    const draws = Array.from({ length: 1001 }, (_, i) => ((i * 8) % 1001) / 1000);
    expect(percentileInterval(0.4, draws)).toEqual({ mean: 0.4, low: 0.025, high: 0.975 });
  });
});
