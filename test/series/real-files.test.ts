import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readBytes, readText } from '../../src/files/atomic.ts';
import { parseTable } from '../../src/files/table.ts';
import { findScans } from '../../src/series/find-scans.ts';
import { orientSeries } from '../../src/series/layout.ts';
import { missingRois } from '../../src/series/missing-rois.ts';
import { parseOverlap, projectSeries } from '../../src/series/project.ts';
import { readMatrix } from '../../src/series/read-matrix.ts';
import type { TimeSeries } from '../../src/series/time-series.ts';

const DATA = join(import.meta.dirname, '../../../shared/data');

async function readScan(path: string, rois: number): Promise<TimeSeries> {
  return orientSeries(await readMatrix(readBytes(path), path), { layout: 'auto', rois, where: path });
}

/** Series of each ROI with mean 0 and standard deviation 1; zeros where there is no signal. */
function standardise({ values, timepoints, rois }: TimeSeries): Float64Array[] {
  return Array.from({ length: rois }, (_, roi) => {
    const series = Float64Array.from({ length: timepoints }, (_, t) => values[t * rois + roi]);
    const mean = series.reduce((sum, value) => sum + value, 0) / timepoints;
    const deviation = Math.sqrt(series.reduce((sum, value) => sum + (value - mean) ** 2, 0) / timepoints);
    return series.map((value) => (deviation === 0 ? 0 : (value - mean) / deviation));
  });
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

const correlation = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, t) => sum + value * b[t], 0) / a.length;

describe.skipIf(!existsSync(DATA))('real scans (skipped without ../shared/data)', () => {
  test.each([
    ['abide1-cc200/raw_1D', 200, 8],
    ['abide1-aal116/raw_mat', 116, 4],
    ['hcp-rest-aal94/raw_mat', 94, 1],
    ['eoec-aal116/raw_txt', 116, 2],
    ['fep-stages-419/raw_txt', 419, 1],
  ])('%s: originals agree with their float16 copies', async (folder, rois, count) => {
    const files = findScans(join(DATA, folder));
    expect(files).toHaveLength(count);
    for (const file of files) {
      const copy = file.replace(/raw_[^/]*/, 'timeseries').replace(/\.[^.]*$/, '.npy');
      const original = standardise(await readScan(file, rois));
      const stored = standardise(await readScan(copy, rois));
      // The copies were rounded to hundredths (0.005) and to float16 (0.002 for values from 4 to 8).
      for (let roi = 0; roi < rois; roi++) expect(largestDifference(original[roi], stored[roi])).toBeLessThan(0.007);
      for (let roi = 1; roi < rois; roi++) {
        const difference = correlation(original[0], original[roi]) - correlation(stored[0], stored[roi]);
        expect(Math.abs(difference)).toBeLessThan(0.002);
      }
    }
  });

  test('abide1-cc200: every scan has the length and the missing ROIs of its table, and projects to 100 ROIs', async () => {
    const folder = join(DATA, 'abide1-cc200');
    const table = join(DATA, 'atlases/overlap_cc200_to_schaefer100.csv');
    const overlap = parseOverlap(parseTable(readText(table), table), table);
    expect([overlap.targets, overlap.sources]).toEqual([100, 200]);
    const { rows } = parseTable(readText(join(folder, 'participants.csv')), 'participants.csv');
    expect(rows).toHaveLength(651);
    for (const row of rows) {
      const scan = await readScan(join(folder, row.file), 200);
      expect(scan.timepoints).toBe(Number(row.n_volumes));
      expect(missingRois(scan)).toHaveLength(Number(row.n_zero_rois));
      const projected = projectSeries(scan, overlap);
      expect([projected.timepoints, projected.rois]).toEqual([scan.timepoints, 100]);
      expect(missingRois(projected)).toEqual([]);
    }
  });

  test('fep-stages-419: the 400 cortical ROIs of 419 project to 100', async () => {
    const table = join(DATA, 'atlases/overlap_schaefer400_to_schaefer100.csv');
    const overlap = parseOverlap(parseTable(readText(table), table), table);
    const [first] = findScans(join(DATA, 'fep-stages-419/timeseries'));
    const options = { layout: 'auto', rois: overlap.sources, moreRois: true, where: first } as const;
    const scan = orientSeries(await readMatrix(readBytes(first), first), options);
    expect([scan.timepoints, scan.rois]).toEqual([234, 419]);
    expect(projectSeries(scan, overlap)).toMatchObject({ timepoints: 234, rois: 100 });
  });
});
