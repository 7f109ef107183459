/** @file Averaged pseudo-FC: the mean over its draws, each what connectivity says of the time points kept. */
import { describe, expect, it } from 'vitest';
import { pearsonConnectivity } from '../../src/connectivity/pearson.ts';
import { keptTimepoints } from '../../src/connectivity/pseudo-fc.ts';
import { InputError } from '../../src/errors/input-error.ts';
import { upperTriangles } from '../../src/features/features.ts';
import { pseudoFcFeatures } from '../../src/features/pseudo-fc-features.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import type { TimeSeries } from '../../src/series/time-series.ts';
import { largestDifference } from '../classifiers/weyl.ts';

const ROIS = 4;
const PAIRS = 6;
function series(scan: number): TimeSeries {
  const stream = randomStream({ seed: 1, purpose: 'simulate', a: scan });
  const timepoints = 30 + scan;
  const values = Float32Array.from({ length: timepoints * ROIS }, () => normal(stream));
  return { values, timepoints, rois: ROIS };
}
const RULE = { kind: 'percent', percent: 20 } as const;
const features = (draws: number, more: { seed?: number; fc?: 'pearson' | 'ledoit-wolf' } = {}) =>
  pseudoFcFeatures(3, ROIS, series, { rule: RULE, draws, seed: 9, fc: 'pearson', ...more });

describe('averaged pseudo-FC', () => {
  it('is the mean of the correlation of each draw, by hand', () => {
    const found = features(3);
    for (let scan = 0; scan < 3; scan++) {
      const { values, timepoints } = series(scan);
      const mean = new Float64Array(ROIS * ROIS);
      for (let view = 0; view < 3; view++) {
        const kept = keptTimepoints(RULE, timepoints, { seed: 9, epoch: 0, scan, view });
        const rows = [...kept.keys()].filter((t) => kept[t] === 1);
        const part = Float32Array.from(rows.flatMap((t) => [...values.subarray(t * ROIS, (t + 1) * ROIS)]));
        for (const [at, r] of pearsonConnectivity({ values: part, timepoints: rows.length, rois: ROIS }).entries())
          mean[at] += r / 3;
      }
      const expected = [1, 2, 3, 6, 7, 11].map((at) => mean[at]);
      expect(largestDifference(found.subarray(scan * PAIRS, (scan + 1) * PAIRS), expected)).toBeLessThan(1e-7);
    }
  });

  it('is of its address alone: the same again, another with another seed, and scan by scan', () => {
    expect(features(5)).toEqual(features(5));
    expect(features(5, { seed: 10 })).not.toEqual(features(5));
    expect(features(5, { fc: 'ledoit-wolf' })).not.toEqual(features(5));
    const first = pseudoFcFeatures(1, ROIS, series, { rule: RULE, draws: 5, seed: 9, fc: 'pearson' });
    expect(first).toEqual(features(5).subarray(0, PAIRS));
  });

  it('of many draws is near the connectivity of the whole scan, of no drop equal to it', () => {
    const whole = upperTriangles(3, ROIS, (scan) => pearsonConnectivity(series(scan)));
    expect(largestDifference(features(200), whole)).toBeLessThan(0.05);
    expect(largestDifference(features(1), whole)).toBeGreaterThan(0.05);
    const none = { rule: { kind: 'percent', percent: 0 }, draws: 2, seed: 9, fc: 'pearson' } as const;
    expect(pseudoFcFeatures(3, ROIS, series, none)).toEqual(whole);
  });

  it('says which scan is too short', () => {
    const short = { rule: { kind: 'count', count: 29 }, draws: 2, seed: 0, fc: 'pearson' } as const;
    expect(() => pseudoFcFeatures(3, ROIS, series, short)).toThrow(InputError);
  });
});
