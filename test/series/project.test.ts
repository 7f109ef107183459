import { describe, expect, test } from 'vitest';
import { parseTable } from '../../src/files/table.ts';
import { missingRois } from '../../src/series/missing-rois.ts';
import { parseOverlap, projectSeries } from '../../src/series/project.ts';
import type { TimeSeries } from '../../src/series/time-series.ts';

const overlapOf = (text: string) => parseOverlap(parseTable(text, 'o.csv'), 'o.csv');
const TABLE = 'schaefer100_label,source_label,n_voxels_2mm\n1,0,72\n1,1,30\n1,2,10\n3,2,5\n3,3,5\n4,0,9\n';

/** 20 time points of three ROIs. */
const source: TimeSeries = {
  values: Float32Array.from({ length: 60 }, (_, i) => Math.sin(1.7 * i) * (1 + (i % 3))),
  timepoints: 20,
  rois: 3,
};

describe('parseOverlap', () => {
  test('counts target and source ROIs, and leaves out what lies outside the source atlas', () => {
    const overlap = overlapOf(TABLE);
    expect(overlap).toMatchObject({ targets: 4, sources: 3 });
    expect(Array.from(overlap.target)).toEqual([0, 0, 2, 2]);
    expect(Array.from(overlap.source)).toEqual([0, 1, 1, 2]);
    expect(Array.from(overlap.weights)).toEqual([30, 10, 5, 5]);
  });

  test('finds its columns by name, in any order', () => {
    expect(overlapOf('n_voxels,source_label,aal_label\n8,1,2\n')).toMatchObject({ targets: 2, sources: 1 });
  });

  test.each([
    ['a_label,source_label\n1,1\n', 'o.csv: no column like n_voxels, found a_label, source_label.'],
    ['source_label,n_voxels\n1,1\n', 'o.csv: no column like target_label, found .'],
    [
      'a_label,source_label,n_voxels\n1,x,3\n',
      "o.csv row 2: bad source_label, expected a whole number from 0, found 'x'.",
    ],
    ['a_label,source_label,n_voxels\n0,1,3\n', "o.csv row 2: bad a_label, expected a whole number from 1, found '0'."],
    [
      'a_label,source_label,n_voxels\n1,1,-3\n',
      "o.csv row 2: bad n_voxels, expected a whole number from 0, found '-3'.",
    ],
    ['a_label,source_label,n_voxels\n1,1,3\n1,1,4\n', 'o.csv row 3: target 1 and source 1 are paired twice.'],
    ['a_label,source_label,n_voxels\n1,0,3\n', 'o.csv: no target ROI overlaps a source ROI.'],
  ])('says what is wrong with %j', (text, message) => {
    expect(() => overlapOf(text)).toThrow(message);
  });
});

describe('projectSeries', () => {
  test('is the weighted mean of the source ROIs', () => {
    const { values, timepoints, rois } = projectSeries(source, overlapOf(TABLE));
    expect([timepoints, rois]).toEqual([20, 4]);
    for (let t = 0; t < 20; t++) {
      const [a, b, c] = source.values.subarray(t * 3, t * 3 + 3);
      expect(values[t * 4]).toBeCloseTo((30 * a + 10 * b) / 40, 6);
      expect(values[t * 4 + 2]).toBeCloseTo((5 * b + 5 * c) / 10, 6);
    }
  });

  test('a target without source is a missing ROI', () => {
    expect(missingRois(projectSeries(source, overlapOf(TABLE)))).toEqual([1, 3]);
  });

  test('leaves source ROIs without signal out of the mean', () => {
    const values = source.values.map((value, i) => (i % 3 === 1 ? 500 : value));
    const projected = projectSeries({ ...source, values }, overlapOf(TABLE));
    for (let t = 0; t < 20; t++) {
      expect(projected.values[t * 4]).toBe(values[t * 3]);
      expect(projected.values[t * 4 + 2]).toBe(values[t * 3 + 2]);
    }
    const only = projectSeries({ ...source, values }, overlapOf('a_label,source_label,n_voxels\n1,2,5\n2,1,5\n'));
    expect(missingRois(only)).toEqual([0]);
    for (let t = 0; t < 20; t++) expect(only.values[t * 2]).toBe(0);
  });

  test('refuses a table of another atlas', () => {
    expect(() => projectSeries(source, overlapOf('a_label,source_label,n_voxels\n1,4,5\n'))).toThrow(
      'o.csv: source label 4 is not an ROI of the scan, expected labels up to 3; check that the scan and the table are of the same atlas.',
    );
  });
});
