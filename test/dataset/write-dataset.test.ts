import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDataset, readDescription } from '../../src/dataset/open-dataset.ts';
import { type NewDataset, type NewScan, writeDataset } from '../../src/dataset/write-dataset.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brainmass-dataset-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const ROIS = 3;
const dataset: NewDataset = {
  atlas: 'mine',
  roiNames: ['a', 'b', 'c'],
  phenotypeColumns: ['dx', 'note'],
  sources: [],
  reading: { layout: 'time-roi' },
};

function scan(id: string, timepoints: number, change: Partial<NewScan['scan']> = {}): NewScan {
  const values = Float32Array.from({ length: timepoints * ROIS }, (_, i) => Math.sin(i * i + id.length) * 3);
  return {
    scan: {
      scanId: id,
      participantId: id,
      session: '',
      run: '',
      site: '',
      tr: 0.72,
      phenotype: { dx: '1' },
      ...change,
    },
    series: { values, timepoints, rois: ROIS },
  };
}

const write = (scans: Iterable<NewScan> | AsyncIterable<NewScan>, overwrite = false) =>
  writeDataset(join(folder, 'd'), dataset, scans, { overwrite });

describe('a data set on disk', () => {
  test('gives back what was written', async () => {
    const scans = [
      scan('0051463', 20, { session: '1', run: '02', site: 'NYU', phenotype: { dx: '0', note: 'ä, "b"' } }),
      scan('s2', 31, { tr: undefined, participantId: '0051463' }),
    ];
    const description = await write(scans);
    expect(description.counts).toEqual({ scans: 2, participants: 1, rois: 3, timepoints: 51 });
    expect(readDescription(join(folder, 'd'))).toEqual(description);
    const opened = openDataset(join(folder, 'd'));
    expect(opened.roiNames).toEqual(['a', 'b', 'c']);
    expect(opened.phenotypeColumns).toEqual(['dx', 'note']);
    expect(opened.scans).toEqual([
      { ...scans[0].scan, timepoints: 20, offset: 0 },
      { ...scans[1].scan, timepoints: 31, offset: 20, phenotype: { dx: '1', note: '' } },
    ]);
    expect(opened.readSeries(1)).toEqual(scans[1].series);
    expect(opened.readSeries(0)).toEqual(scans[0].series);
    opened.close();
  });

  test('keeps the series as NumPy reads them: float32, C order, aligned to 64 bytes', async () => {
    const scans = [scan('a', 20), scan('bb', 25)];
    const { timeseriesSha256 } = await write(scans);
    const bytes = readFileSync(join(folder, 'd', 'timeseries.npy'));
    const start = 10 + bytes.readUInt16LE(8);
    expect(start % 64).toBe(0);
    expect(bytes.toString('latin1', 10, start)).toMatch(
      /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(45, 3\), \} *\n$/,
    );
    const numbers = Buffer.concat(scans.map(({ series }) => Buffer.from(series.values.buffer)));
    expect(bytes.subarray(start).equals(numbers)).toBe(true);
    expect(timeseriesSha256).toBe(createHash('sha256').update(numbers).digest('hex'));
  });

  test('the hash follows the series and the table', async () => {
    const hash = () => {
      const opened = openDataset(join(folder, 'd'));
      opened.close();
      return opened.hash;
    };
    await write([scan('a', 20)]);
    const first = hash();
    await write([scan('a', 20)], true);
    expect(hash()).toBe(first);
    await write([scan('a', 21)], true);
    const longer = hash();
    await write([scan('a', 21, { phenotype: { dx: '0' } })], true);
    expect(new Set([first, longer, hash()]).size).toBe(3);
  });

  test('a failed scan leaves the old data set, and nothing beside it', async () => {
    await write([scan('old', 20)]);
    async function* broken() {
      yield scan('a', 20);
      throw new Error('unplugged');
    }
    await expect(write(broken(), true)).rejects.toThrow('unplugged');
    expect(openDataset(join(folder, 'd')).scans.map(({ scanId }) => scanId)).toEqual(['old']);
    expect(readdirSync(folder)).toEqual(['d']);
  });
});

describe('writing refuses', () => {
  const cases: [string, () => NewScan[], string][] = [
    ['no scans', () => [], 'there is no scan to write; name at least one scan.'],
    [
      'a scan id twice',
      () => [scan('a', 20), scan('a', 20)],
      'scan a: the scan id "a" occurs twice; make scan ids unique.',
    ],
    [
      'a short scan',
      () => [scan('a', 19)],
      'scan a: the scan is too short, expected at least 20 time points, found 19 of 3 ROIs',
    ],
    [
      'a line break in a phenotype',
      () => [scan('a', 20, { phenotype: { note: 'x\ny' } })],
      'scan a: the value "x\\ny" holds a tab or a line break; replace it by a space.',
    ],
  ];
  test.each(cases)('%s', async (_, scans, message) => {
    await expect(write(scans())).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('NaN, and says where', async () => {
    const bad = scan('a', 20);
    bad.series.values[4 * ROIS + 1] = Number.NaN;
    await expect(write([{ ...bad, where: 'a.npy' }])).rejects.toThrow(
      'a.npy: the series holds NaN at time point 5, ROI 2, expected finite numbers; leave the scan out, or write 0 at every time point of an ROI without signal.',
    );
  });

  test('a constant scan, but not one with a missing ROI', async () => {
    const values = Float32Array.from({ length: 20 * ROIS }, (_, i) => i % ROIS);
    const constant = { ...scan('a', 20), series: { values, timepoints: 20, rois: ROIS } };
    await expect(write([constant])).rejects.toThrow('scan a: every ROI of the scan is constant');
    const missing = {
      ...constant,
      series: { ...constant.series, values: values.map((v, i) => (i % ROIS === 1 ? i : v)) },
    };
    await expect(write([missing])).resolves.toBeDefined();
  });

  test('another number of ROIs', async () => {
    const other = { ...scan('a', 20), series: { values: new Float32Array(80), timepoints: 20, rois: 4 } };
    await expect(write([other])).rejects.toThrow('scan a: the scan has the wrong number of ROIs, expected 3, found 4');
  });

  test.each([
    ['offset', 'column "offset": the data set keeps this name for itself; rename the column.'],
    ['dx', 'column "dx": the column occurs twice; rename the column.'],
    ['', 'a phenotype column has no name; name every column.'],
  ])('the phenotype column "%s"', async (column, message) => {
    const bad = { ...dataset, phenotypeColumns: ['dx', column] };
    await expect(writeDataset(join(folder, 'd'), bad, [scan('a', 20)], { overwrite: false })).rejects.toThrow(message);
    expect(existsSync(join(folder, 'd'))).toBe(false);
  });

  test('a directory that exists', async () => {
    await write([scan('a', 20)]);
    await expect(write([scan('b', 20)])).rejects.toThrow(/exists/);
    expect(openDataset(join(folder, 'd')).scans[0].scanId).toBe('a');
  });
});

describe('opening refuses', () => {
  const path = (name: string) => join(folder, 'd', name);
  const edit = (name: string, from: string | RegExp, to: string) =>
    writeFileSync(path(name), readFileSync(path(name), 'utf8').replace(from, to));
  beforeEach(() => write([scan('a', 20), scan('bb', 25)]));

  const cases: [string, () => void, RegExp][] = [
    [
      'a directory without dataset.json',
      () => rmSync(path('dataset.json')),
      /this is not a data set: it has no dataset\.json/,
    ],
    ['a directory without series', () => rmSync(path('timeseries.npy')), /timeseries\.npy: the series are missing/],
    ['a cut-off file', () => truncateSync(path('timeseries.npy'), 600), /cut off, expected 668 bytes, found 600/],
    [
      'another version',
      () => edit('dataset.json', '"version": 1', '"version": 9'),
      /expected format version 1, found 9/,
    ],
    ['broken JSON', () => edit('dataset.json', '{', ''), /dataset\.json: the file is not JSON/],
    ['fewer ROIs', () => edit('dataset.json', '"a",', ''), /expected <f4 \[45, 2\] in C order, found <f4 \[45, 3\]/],
    [
      'a removed row',
      () => edit('scans.tsv', /\na\t.*/, ''),
      /scans\.tsv row 2: rows were moved.*expected offset 0, found 20/,
    ],
    [
      'a removed last row',
      () => edit('scans.tsv', /\nbb\t.*/, ''),
      /expected 2 scans of 45 time points in all, found 1 of 20/,
    ],
    ['a repeated id', () => edit('scans.tsv', '\nbb\t', '\na\t'), /scans\.tsv row 3: the scan id "a" occurs twice/],
    [
      'a row cut short',
      () => edit('scans.tsv', /\t1\t\n$/, '\n'),
      /scans\.tsv row 3: the row is not whole, expected 10 cells, found 8/,
    ],
    [
      'a TR in words',
      () => edit('scans.tsv', '0.72', 'fast'),
      /scans\.tsv row 2: the repetition time \(TR\).*found "fast"/,
    ],
    [
      'a renamed column',
      () => edit('scans.tsv', 'site', 'place'),
      /scans\.tsv column 5: .*expected "site", found "place"/,
    ],
  ];
  test.each(cases)('%s', (_, damage, message) => {
    damage();
    expect(() => openDataset(join(folder, 'd'))).toThrow(message);
  });

  test('a path that is not there', () => {
    expect(() => openDataset(join(folder, 'nothing'))).toThrow(/nothing: there is no such data set; make one with/);
  });

  test('but not a column that was added, nor Windows line ends', () => {
    writeFileSync(
      path('scans.tsv'),
      readFileSync(path('scans.tsv'), 'utf8').replace(/$/gm, (_, i) => (i ? '\tx\r' : '')),
    );
    edit('scans.tsv', /\tx\r$/, '');
    edit('scans.tsv', '\tx', '\tnew');
    const opened = openDataset(join(folder, 'd'));
    opened.close();
    expect(opened.scans[1].phenotype).toEqual({ dx: '1', note: '', new: 'x' });
  });
});
