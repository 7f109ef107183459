/** @file Pseudo-FC: which time points a view keeps, and the standardised series that gives its network. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pearsonConnectivity } from '../../src/connectivity/pearson.ts';
import { type DropRule, keptTimepoints, standardiseKept, type ViewAddress } from '../../src/connectivity/pseudo-fc.ts';
import type { TimeSeries } from '../../src/series/time-series.ts';
import { mixedSeries } from './naive.ts';

const PERCENT: DropRule = { kind: 'percent', percent: 20 };
const ADDRESS: ViewAddress = { seed: 3, epoch: 2, scan: 7, view: 1 };
const count = (kept: Uint8Array) => kept.reduce((sum, each) => sum + each, 0);

/** `outᵀ · out` of the standardised series. */
function gram(out: Float32Array, rois: number): Float64Array {
  const result = new Float64Array(rois * rois);
  for (let row = 0; row < out.length; row += rois)
    for (let k = 0; k < rois * rois; k++) result[k] += out[row + Math.floor(k / rois)] * out[row + (k % rois)];
  return result;
}

function keptRows({ values, timepoints, rois }: TimeSeries, kept: Uint8Array): TimeSeries {
  const rows = Array.from({ length: timepoints }, (_, t) => t).filter((t) => kept[t] === 1);
  const chosen = rows.flatMap((t) => [...values.subarray(t * rois, (t + 1) * rois)]);
  return { values: Float32Array.from(chosen), timepoints: rows.length, rois };
}

test.each([
  [78, 15],
  [100, 20],
  [99, 19],
  [4, 0],
])('20 percent of %i points drops exactly %i', (timepoints, dropped) => {
  expect(count(keptTimepoints(PERCENT, timepoints, ADDRESS))).toBe(timepoints - dropped);
});

test('count drops a fixed number, window keeps one stretch', () => {
  expect(count(keptTimepoints({ kind: 'count', count: 30 }, 78, ADDRESS))).toBe(48);
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 90 }), fc.nat(1000), (timepoints, scan) => {
      const kept = keptTimepoints({ kind: 'window', length: 20 }, timepoints, { ...ADDRESS, scan });
      expect(count(kept)).toBe(20);
      expect(kept.lastIndexOf(1) - kept.indexOf(1)).toBe(19);
    }),
  );
});

test('the same address gives the same points, any other address other points', () => {
  const here = keptTimepoints(PERCENT, 120, ADDRESS);
  expect(keptTimepoints(PERCENT, 120, { ...ADDRESS })).toEqual(here);
  for (const change of [{ seed: 4 }, { epoch: 3 }, { scan: 8 }, { view: 0 }])
    expect(keptTimepoints(PERCENT, 120, { ...ADDRESS, ...change })).not.toEqual(here);
});

test.each<[string, DropRule, number, number]>([
  ['percent', PERCENT, 40, 8 / 40],
  ['count', { kind: 'count', count: 10 }, 40, 10 / 40],
])('%s drops every point equally often (chi-square)', (_name, rule, timepoints, share) => {
  const draws = 4000;
  const dropped = new Float64Array(timepoints);
  for (let epoch = 0; epoch < draws; epoch++)
    keptTimepoints(rule, timepoints, { ...ADDRESS, epoch }).forEach((keep, t) => {
      dropped[t] += 1 - keep;
    });
  // Cells of one draw exclude each other, so that the statistic over (1 - share) follows chi-square with T - 1 degrees
  // of freedom times T / (T - 1); 39 degrees of freedom exceed 72.1 with probability 0.001.
  const expected = draws * share;
  const statistic = dropped.reduce((sum, each) => sum + (each - expected) ** 2 / (expected * (1 - share)), 0);
  expect((statistic * (timepoints - 1)) / timepoints).toBeLessThan(72.1);
});

test('a window starts everywhere equally often (chi-square)', () => {
  const starts = new Float64Array(31);
  for (let epoch = 0; epoch < 3100; epoch++)
    starts[keptTimepoints({ kind: 'window', length: 10 }, 40, { ...ADDRESS, epoch }).indexOf(1)]++;
  const statistic = starts.reduce((sum, each) => sum + (each - 100) ** 2 / 100, 0);
  expect(statistic).toBeLessThan(59.7); // 30 degrees of freedom, 0.001
});

test('impossible rules and scans that would be too short are refused', () => {
  const attempt = (rule: DropRule, timepoints: number) => () => keptTimepoints(rule, timepoints, ADDRESS);
  expect(attempt({ kind: 'percent', percent: 100 }, 50)).toThrow(
    'the percentage of time points to drop is impossible, expected at least 0 and below 100, found 100.',
  );
  expect(attempt({ kind: 'percent', percent: Number.NaN }, 50)).toThrow('found NaN.');
  expect(attempt({ kind: 'count', count: 28 }, 30)).toThrow(
    'scan 8: the drop leaves too few time points for a correlation, expected at least 3, found 2 of 30; drop less or leave the scan out.',
  );
  expect(attempt({ kind: 'count', count: 2.5 }, 30)).toThrow(
    'the number of time points to drop is impossible, expected a whole number, 0 or more, found 2.5.',
  );
  expect(attempt({ kind: 'window', length: 2 }, 30)).toThrow(
    'the window length is impossible, expected a whole number, 3 or more, found 2.',
  );
  expect(attempt({ kind: 'window', length: 31 }, 30)).toThrow(
    'scan 8: the window is longer than the scan, expected at most 30 time points, found 31; shorten the window or leave the scan out.',
  );
  expect(count(keptTimepoints({ kind: 'count', count: 27 }, 30, ADDRESS))).toBe(3);
  expect(count(keptTimepoints({ kind: 'window', length: 30 }, 30, ADDRESS))).toBe(30);
});

test.each([0, 30])(
  'the product of the standardised series is the correlation of the kept points, %i padding rows',
  (pad) => {
    const series = mixedSeries(60, 13);
    for (const rule of [PERCENT, { kind: 'count', count: 31 }, { kind: 'window', length: 25 }] as const) {
      const kept = keptTimepoints(rule, 60, ADDRESS);
      const out = new Float32Array((60 + pad) * 13).fill(9);
      standardiseKept(series, kept, out);
      const network = gram(out, 13);
      const expected = pearsonConnectivity(keptRows(series, kept));
      for (let k = 0; k < network.length; k++) expect(Math.abs(network[k] - expected[k])).toBeLessThan(1e-6);
      for (let t = 0; t < 60 + pad; t++)
        if (t >= 60 || kept[t] === 0) expect(out.subarray(t * 13, (t + 1) * 13).every((x) => x === 0)).toBe(true);
    }
  },
);

test('an ROI constant over the kept points is all zero, wherever else it moves', () => {
  const series = mixedSeries(30, 4);
  const kept = keptTimepoints(PERCENT, 30, ADDRESS);
  for (let t = 0; t < 30; t++) if (kept[t] === 1) series.values[t * 4 + 2] = 0.1;
  const out = new Float32Array(30 * 4);
  standardiseKept(series, kept, out);
  const network = gram(out, 4);
  for (let i = 0; i < 4; i++) {
    expect(network[i * 4 + 2]).toBe(0);
    expect(network[i * 4 + i]).toBeCloseTo(i === 2 ? 0 : 1, 6);
  }
});

test('a first kept point far from the rest costs no precision', () => {
  const series = mixedSeries(60, 5);
  series.values[2] = 1e5;
  const kept = new Uint8Array(60).fill(1);
  const out = new Float32Array(60 * 5);
  standardiseKept(series, kept, out);
  const expected = pearsonConnectivity(series);
  gram(out, 5).forEach((each, k) => {
    expect(Math.abs(each - expected[k])).toBeLessThan(1e-6);
  });
});

test('a kept value that is not finite is refused, a dropped one is not looked at', () => {
  const series = mixedSeries(30, 4);
  const kept = new Uint8Array(30).fill(1);
  series.values[4 * 9 + 1] = Number.POSITIVE_INFINITY;
  const out = new Float32Array(30 * 4);
  expect(() => standardiseKept(series, kept, out)).toThrow('the series of ROI 2 holds a value that is not a finite');
  kept[9] = 0;
  standardiseKept(series, kept, out);
  expect(out.every(Number.isFinite)).toBe(true);
});
