import { describe, expect, test } from 'vitest';
import { type OrientOptions, orientSeries } from '../../src/series/layout.ts';
import type { Matrix } from '../../src/series/matrix.ts';

/** Row r, column c holds 1000 r + c, so that no row and no column is constant. */
function matrix(rows: number, columns: number): Matrix {
  const values = Float64Array.from(
    { length: rows * columns },
    (_, i) => 1000 * Math.floor(i / columns) + (i % columns),
  );
  return { rows, columns, values };
}

const orient = (input: Matrix, options: Partial<OrientOptions> = {}) =>
  orientSeries(input, { layout: 'auto', where: 'x.npy', ...options });

describe('orientSeries', () => {
  test('puts time in rows, by the ROI count or as told', () => {
    for (const options of [{ rois: 30 }, { layout: 'time-roi' as const }]) {
      const series = orient(matrix(25, 30), options);
      expect([series.timepoints, series.rois]).toEqual([25, 30]);
      expect(series.values[3 * 30 + 7]).toBe(3007);
    }
    for (const options of [{ rois: 25 }, { layout: 'roi-time' as const }]) {
      const series = orient(matrix(25, 30), options);
      expect([series.timepoints, series.rois]).toEqual([30, 25]);
      expect(series.values[3 * 25 + 7]).toBe(7003);
    }
    expect(orient(matrix(30, 30), { layout: 'roi-time', rois: 30 }).values[1]).toBe(1000);
  });

  test('asks when the layout cannot be told', () => {
    const ask = 'pass --layout time-roi if each row is a time point, or --layout roi-time if each row is an ROI';
    expect(() => orient(matrix(30, 30), { rois: 30 })).toThrow(
      `x.npy: time cannot be told from ROIs in a square matrix, expected one side of 30 ROIs, found 30 rows and 30 columns; ${ask}.`,
    );
    expect(() => orient(matrix(30, 25))).toThrow(
      `x.npy: time cannot be told from ROIs, expected a known ROI count, found 30 rows and 25 columns; ${ask}, or --atlas.`,
    );
    expect(() => orient(matrix(30, 25), { rois: 100 })).toThrow(
      'x.npy: neither side of the matrix is the ROI count, expected one side of 100 ROIs, found 30 rows and 25 columns; check --atlas, or pass --project to take scans of another atlas to this one.',
    );
    expect(() => orient(matrix(30, 25), { rois: 30, layout: 'time-roi' })).toThrow(
      'x.npy: wrong ROI count in layout time-roi, expected 30 ROIs, found 25 (and 30 time points); check --atlas and --layout.',
    );
  });

  test('with further ROIs allowed, the side that is long enough is the ROIs', () => {
    expect(orient(matrix(24, 42), { rois: 40, moreRois: true }).rois).toBe(42);
    expect(orient(matrix(42, 24), { rois: 40, moreRois: true }).rois).toBe(42);
    expect(orient(matrix(50, 40), { rois: 40, moreRois: true }).rois).toBe(40);
    expect(() => orient(matrix(50, 42), { rois: 40, moreRois: true })).toThrow('time cannot be told from ROIs');
    expect(() => orient(matrix(24, 39), { rois: 40, moreRois: true })).toThrow('neither side');
    expect(() => orient(matrix(24, 39), { rois: 40, moreRois: true, layout: 'time-roi' })).toThrow(
      'expected at least 40 ROIs, found 39',
    );
  });

  test('refuses a scan of fewer than 20 time points', () => {
    expect(orient(matrix(20, 5), { rois: 5 }).timepoints).toBe(20);
    expect(() => orient(matrix(19, 5), { rois: 5 })).toThrow(
      'x.npy: the scan is too short, expected at least 20 time points, found 19 of 5 ROIs; leave the scan out, or pass --layout if time points and ROIs are swapped.',
    );
  });

  test('an ROI that is NaN throughout has no signal: zeros', () => {
    const input = matrix(25, 5);
    for (let t = 0; t < 25; t++) input.values[t * 5 + 3] = Number.NaN;
    const { values } = orient(input, { rois: 5 });
    expect(Array.from({ length: 25 }, (_, t) => values[t * 5 + 3])).toEqual(new Array(25).fill(0));
    expect(Array.from(values.subarray(0, 3))).toEqual(Array.from(input.values.subarray(0, 3)));
  });

  test('names the time point and ROI of a value that is not finite', () => {
    for (const [value, text] of [
      [Number.NaN, 'NaN'],
      [Number.NEGATIVE_INFINITY, '-Infinity'],
      [1e300, 'Infinity'],
    ] as const) {
      const input = matrix(5, 25);
      input.values[4 * 25 + 11] = value;
      expect(() => orient(input, { rois: 5 })).toThrow(
        `x.npy: the series holds ${text} at time point 12, ROI 5, expected finite numbers; leave the scan out, or write 0 at every time point of an ROI without signal.`,
      );
    }
    // Constant but for one NaN: refused, not taken for an ROI without signal.
    const input = matrix(25, 5);
    for (let t = 0; t < 25; t++) input.values[t * 5] = t === 9 ? Number.NaN : 1;
    expect(() => orient(input, { rois: 5 })).toThrow('the series holds NaN at time point 10, ROI 1');
  });

  test('refuses a scan that is constant in every ROI', () => {
    const input = matrix(25, 5);
    for (let i = 0; i < input.values.length; i++) input.values[i] = (i % 5) - 0.1;
    expect(() => orient(input, { rois: 5 })).toThrow(
      'x.npy: every ROI of the scan is constant, so that there is nothing to correlate; leave the scan out.',
    );
  });

  test('writes zeros over an ROI without signal, exactly constant or but for rounding', () => {
    const input = matrix(25, 5);
    for (let t = 0; t < 25; t++) {
      input.values[t * 5 + 1] = 7;
      input.values[t * 5 + 3] = 1000 + (t % 2) * 1e-4;
    }
    const { values } = orient(input, { rois: 5 });
    for (let t = 0; t < 25; t++) expect([values[t * 5 + 1], values[t * 5 + 3]]).toEqual([0, 0]);
    expect(values[5 * 5 + 2]).toBe(5002);
  });
});
