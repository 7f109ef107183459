import { expect, test } from 'vitest';
import { missingRois } from '../../src/series/missing-rois.ts';
import type { TimeSeries } from '../../src/series/time-series.ts';

/** 30 time points of the given ROIs, each a function of time. */
function seriesOf(...rois: ((t: number) => number)[]): TimeSeries {
  const values = Float32Array.from({ length: 30 * rois.length }, (_, i) =>
    rois[i % rois.length](Math.floor(i / rois.length)),
  );
  return { values, timepoints: 30, rois: rois.length };
}

test('constant ROIs are without signal, whatever the constant', () => {
  expect(
    missingRois(
      seriesOf(
        Math.sin,
        () => 0,
        () => 1234.5,
        Math.cos,
        () => -1e-20,
      ),
    ),
  ).toEqual([1, 2, 4]);
});

test('float32 rounding about a constant is no signal; a weak signal on a large mean is', () => {
  expect(
    missingRois(
      seriesOf(
        Math.sin,
        (t) => 10000 + (t % 2) * 0.001,
        (t) => 10000 + Math.sin(t),
      ),
    ),
  ).toEqual([1]);
});

test('what arithmetic leaves of a constant is no signal beside the rest of the scan', () => {
  expect(missingRois(seriesOf(Math.sin, (t) => 1e-13 * Math.cos(t)))).toEqual([1]);
  // The same small numbers alone are the scan's unit.
  expect(
    missingRois(
      seriesOf(
        (t) => 1e-13 * Math.sin(t),
        (t) => 1e-13 * Math.cos(t),
      ),
    ),
  ).toEqual([]);
});

test('one odd time point is signal', () => {
  expect(missingRois(seriesOf(Math.sin, (t) => (t === 29 ? 1 : 0)))).toEqual([]);
});
