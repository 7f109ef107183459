/** @file Pearson connectivity against the formula written out, its invariants, and its policy for ROIs without signal. */
import { expect, test } from 'vitest';
import { pearsonConnectivity } from '../../src/connectivity/pearson.ts';
import { mixedSeries, naivePearson } from './naive.ts';

test.each([
  [3, 1],
  [5, 2],
  [30, 4],
  [31, 7],
  [60, 18],
])('%i time points, %i ROIs: within 1e-6 of the formula', (timepoints, rois) => {
  const series = mixedSeries(timepoints, rois);
  const expected = naivePearson(series);
  const fc = pearsonConnectivity(series);
  for (let k = 0; k < fc.length; k++) expect(Math.abs(fc[k] - expected[k])).toBeLessThan(1e-6);
});

test('exactly symmetric, diagonal exactly 1, within [-1, 1] also for identical and opposite ROIs', () => {
  const series = mixedSeries(50, 9);
  for (let t = 0; t < 50; t++) {
    series.values[t * 9 + 4] = series.values[t * 9];
    series.values[t * 9 + 8] = -series.values[t * 9];
  }
  const fc = pearsonConnectivity(series);
  for (let i = 0; i < 9; i++) {
    expect(fc[i * 9 + i]).toBe(1);
    for (let j = 0; j < 9; j++) {
      expect(fc[i * 9 + j]).toBe(fc[j * 9 + i]);
      expect(Math.abs(fc[i * 9 + j])).toBeLessThanOrEqual(1);
    }
  }
  expect(fc[4]).toBeCloseTo(1, 6);
  expect(fc[8]).toBeCloseTo(-1, 6);
});

test('permuting ROIs permutes the matrix', () => {
  const series = mixedSeries(40, 11);
  const order = [3, 10, 0, 7, 1, 9, 2, 8, 6, 5, 4];
  const permuted = series.values.map((_, k) => series.values[k - (k % 11) + order[k % 11]]);
  const fc = pearsonConnectivity(series);
  const other = pearsonConnectivity({ ...series, values: permuted });
  for (let i = 0; i < 11; i++)
    for (let j = 0; j < 11; j++) expect(other[i * 11 + j]).toBeCloseTo(fc[order[i] * 11 + order[j]], 6);
});

test('shifting and scaling an ROI changes nothing; a negative scale changes the sign', () => {
  const series = mixedSeries(40, 3);
  const gain = [8, 0.25, -2];
  const changed = series.values.map((x, k) => gain[k % 3] * x + 16 * (k % 3));
  const fc = pearsonConnectivity(series);
  const other = pearsonConnectivity({ ...series, values: changed });
  for (let k = 0; k < 9; k++) {
    const sign = Math.sign(gain[k % 3] * gain[Math.floor(k / 3)]);
    expect(Math.abs(other[k] - sign * fc[k])).toBeLessThan(1e-5);
  }
});

test('an ROI without signal has row, column and diagonal 0 and leaves the others as they are', () => {
  const series = mixedSeries(40, 6);
  const fc = pearsonConnectivity(series);
  const flat = series.values.map((x, k) => (k % 6 === 2 ? 0.1 : x));
  const other = pearsonConnectivity({ ...series, values: flat });
  for (let i = 0; i < 6; i++)
    for (let j = 0; j < 6; j++) expect(other[i * 6 + j]).toBe(i === 2 || j === 2 ? 0 : fc[i * 6 + j]);
});

test('writes into the array it is given, over whatever is there', () => {
  const series = mixedSeries(40, 6);
  const out = new Float32Array(36).fill(7);
  expect(pearsonConnectivity(series, out)).toBe(out);
  expect(out).toEqual(pearsonConnectivity(series));
  expect(() => pearsonConnectivity(series, new Float32Array(35))).toThrow(RangeError);
});

test('a value that is not finite and a scan too short are refused', () => {
  const series = mixedSeries(40, 6);
  series.values[6 * 12 + 4] = Number.NaN;
  expect(() => pearsonConnectivity(series)).toThrow(
    'the series of ROI 5 holds a value that is not a finite number; mend the series or leave the scan out.',
  );
  expect(() => pearsonConnectivity(mixedSeries(2, 6))).toThrow(
    'the scan is too short for a correlation, expected at least 3 time points, found 2; leave it out.',
  );
});
