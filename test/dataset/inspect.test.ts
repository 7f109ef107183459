import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatInspection } from '../../src/cli/inspect.ts';
import { type Inspection, inspect } from '../../src/dataset/inspect.ts';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { summariseColumn } from '../../src/dataset/summarise-columns.ts';
import { type NewScan, writeDataset } from '../../src/dataset/write-dataset.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brainmass-inspect-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const ROIS = 3;

interface Recipe {
  readonly id: string;
  readonly timepoints?: number;
  readonly tr?: number | 'unknown';
  readonly site?: string;
  readonly phenotype?: Record<string, string>;
  readonly missing?: readonly number[];
  /** Scans with the same seed and length have the same series. */
  readonly seed?: number;
}

function scan({ id, timepoints = 60, tr = 2, site = '', phenotype = {}, missing = [], seed }: Recipe): NewScan {
  const start = seed ?? [...id].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7);
  const values = Float32Array.from({ length: timepoints * ROIS }, (_, i) =>
    missing.includes(i % ROIS) ? 0 : Math.sin(start + i * i),
  );
  return {
    scan: {
      scanId: id,
      participantId: id.slice(0, 2),
      session: '',
      run: '',
      site,
      tr: tr === 'unknown' ? undefined : tr,
      phenotype,
    },
    series: { values, timepoints, rois: ROIS },
  };
}

async function inspected(recipes: readonly Recipe[], phenotypeColumns: readonly string[] = []): Promise<Inspection> {
  const description = { atlas: 'mine', roiNames: ['9', '8', 'x'], phenotypeColumns, sources: [], reading: {} };
  await writeDataset(join(folder, 'd'), description, recipes.map(scan), { overwrite: true });
  const dataset = openDataset(join(folder, 'd'));
  try {
    return inspect(dataset);
  } finally {
    dataset.close();
  }
}

test('counts what a data set holds', async () => {
  const { columns, hash, ...counted } = await inspected([
    { id: 'p1a', site: 'A' },
    { id: 'p1b', site: 'A', timepoints: 70 },
    { id: 'p2a', site: 'B', timepoints: 50 },
  ]);
  expect(counted).toEqual({
    scans: 3,
    participants: 2,
    rois: 3,
    atlas: 'mine',
    timepoints: { min: 50, max: 70, total: 180 },
    sites: { A: 2, B: 1 },
    sessions: { '': 3 },
    trs: { '2': 3 },
    missingRois: { scans: 0, total: 0, byRoi: [], byScan: [] },
    duplicates: [],
    warnings: [],
  });
  expect(columns).toEqual([]);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

test('warns of missing ROIs, short scans, several TRs and equal series', async () => {
  const { missingRois, duplicates, warnings } = await inspected([
    { id: 'a', missing: [1], seed: 1 },
    { id: 'b', missing: [0, 1], tr: 'unknown' },
    { id: 'c', timepoints: 49, tr: 1.5 },
    { id: 'd', missing: [1], seed: 1 },
  ]);
  expect(missingRois).toEqual({
    scans: 3,
    total: 4,
    byRoi: [
      { roi: '8', scans: 3 },
      { roi: '9', scans: 1 },
    ],
    byScan: [
      { scan: 'a', rois: 1 },
      { scan: 'b', rois: 2 },
      { scan: 'd', rois: 1 },
    ],
  });
  expect(duplicates).toEqual([['a', 'd']]);
  expect(warnings).toEqual([
    '1 group of scans have the same series, e.g. a and d',
    '3 of 4 scans lack signal in some of 2 ROIs (8 in 3, 9 in 1); every correlation with them is 0',
    '1 scan shorter than 50 time points, e.g. c',
    'the repetition time differs: 2 s in 2 scans, 1.5 s in 1 scan',
    'the repetition time of 1 scan is not known',
  ]);
});

test('warns of a class that comes from one site', async () => {
  const recipes = ['A', 'B'].flatMap((site) =>
    Array.from({ length: 6 }, (_, i) => ({
      id: `${site}${i}`,
      site,
      phenotype: { dx: site === 'A' && i < 5 ? '1' : '0', sex: i % 2 === 0 ? 'f' : 'm' },
    })),
  );
  expect((await inspected(recipes, ['dx', 'sex'])).warnings).toEqual([
    'all scans with dx = 1 come from one site (A): the site alone can tell them',
  ]);
  expect((await inspected(recipes.slice(0, 6), ['dx', 'sex'])).warnings).toEqual([]);
});

test('columns: numbers, values and text, missing values apart', () => {
  const column = (cells: readonly string[]) =>
    summariseColumn(
      'c',
      cells.map((c) => ({ ...scan({ id: 'a', phenotype: { c } }).scan, timepoints: 1, offset: 0 })),
    );
  expect(column(['1', '2', 'n/a', '4', ''])).toEqual({
    name: 'c',
    kind: 'number',
    missing: 2,
    min: 1,
    max: 4,
    mean: 7 / 3,
  });
  // ABIDE and ADHD-200 write numbers for what is missing.
  for (const cell of ['-9999', '-999', ' -999.0'])
    expect(column(['1', '0', '1', cell])).toEqual({
      name: 'c',
      kind: 'values',
      missing: 1,
      values: { '1': 2, '0': 1 },
    });
  expect(column(['x', 'y', 'z', 'x'])).toEqual({ name: 'c', kind: 'text', missing: 0, distinct: 3 });
  expect(column(['', ''])).toEqual({ name: 'c', kind: 'values', missing: 2, values: {} });
});

test('reads well', async () => {
  const inspection = await inspected([{ id: 'p1', missing: [2], phenotype: { dx: '1' } }], ['dx']);
  expect(formatInspection('mine.dataset', inspection)).toBe(`mine.dataset
  scans         1 of 1 participants
  atlas         mine, 3 ROIs
  time points   60 a scan, 60 in all
  TR            2 s (1)
  sites         not known (1)
  sessions      not known (1)
  missing ROIs  1 in 1 scans, kept as zeros

column  missing  holds
------  -------  ------------
dx            0  values 1 (1)

Mind:
  - 1 of 1 scan lack signal in some of 1 ROI (x in 1); every correlation with them is 0`);
});
