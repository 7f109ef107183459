import { describe, expect, it } from 'vitest';
import { averageRoc, rocPoints, type ScoredSplit } from '../../src/report/roc-average.ts';
import fixture from './fixtures/roc.json' with { type: 'json' };

/** Two positives and two controls, the best scan a positive, the two in the middle tied. */
const small: ScoredSplit = { decisions: [3, 2, 2, 1], positive: [true, true, false, false] };
const oneClass: ScoredSplit = { decisions: [1, 2], positive: [true, true] };

describe('the curve of one split', () => {
  it('goes up for a positive, right for a control, slanting for ties', () => {
    expect(rocPoints(small)).toEqual([
      [0, 0],
      [0, 0.5],
      [0.5, 1],
      [1, 1],
    ]);
  });

  it('equals scikit-learn', () => {
    for (const split of fixture.splits) {
      const points = rocPoints(split) ?? [];
      expect(points.length).toBe(split.fpr.length);
      for (const [i, [fpr, tpr]] of points.entries()) {
        expect(fpr).toBeCloseTo(split.fpr[i], 12);
        expect(tpr).toBeCloseTo(split.tpr[i], 12);
      }
    }
  });

  it('is undefined with one class, and no curve is drawn from NaN', () => {
    expect(rocPoints(oneClass)).toBeUndefined();
    expect(() => rocPoints({ ...small, decisions: [3, Number.NaN, 2, 1] })).toThrow(RangeError);
  });
});

describe('the average', () => {
  it('and its band equal the same by NumPy and SciPy', () => {
    const { points, leftOut } = averageRoc(fixture.splits, fixture.ratio);
    expect(leftOut).toBe(0);
    expect(points).toHaveLength(101);
    for (const [i, { fpr, tpr, low, high }] of points.entries()) {
      expect(fpr).toBe(i / 100);
      expect(tpr).toBeCloseTo(fixture.mean[i], 10);
      expect(low).toBeCloseTo(fixture.low[i], 8);
      expect(high).toBeCloseTo(fixture.high[i], 8);
    }
  });

  it('of one split is its curve, without a band', () => {
    const { points } = averageRoc([small], 0.2);
    expect(points[0]).toEqual({ fpr: 0, tpr: 0.5, low: null, high: null });
    expect(points[25].tpr).toBeCloseTo(0.75, 12);
    expect(points[50].tpr).toBe(1);
  });

  it('leaves out splits of one class', () => {
    expect(averageRoc([small, oneClass], 0.2)).toEqual({ points: averageRoc([small], 0.2).points, leftOut: 1 });
    expect(averageRoc([oneClass], 0.2)).toEqual({ points: [], leftOut: 1 });
  });
});
