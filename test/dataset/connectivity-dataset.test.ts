/** @file A data set of matrices without series: on disk, read back, joined, filtered, inspected, and what it cannot give. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatInspection } from '../../src/cli/inspect.ts';
import { FC_KINDS, type StatedFcKind } from '../../src/connectivity/kinds.ts';
import type { Dataset } from '../../src/dataset/dataset.ts';
import { inspect } from '../../src/dataset/inspect.ts';
import { joinDatasets } from '../../src/dataset/joined-dataset.ts';
import { openCorpus } from '../../src/dataset/open-corpus.ts';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { scanConnectivity } from '../../src/dataset/scan-connectivity.ts';
import { writeConnectivity } from '../../src/dataset/write-connectivity.ts';
import { writeDataset } from '../../src/dataset/write-dataset.ts';
import { parseNpy } from '../../src/files/npy.ts';
import { networksOf, pseudoFcAugmentation } from '../../src/finetune/finetune-data.ts';
import { filteredDataset, parseFilter } from '../../src/labels/scan-filters.ts';
import { fitToData } from '../../src/pretrain/fit-settings.ts';
import { madeUpDataset, smallSettings } from '../pretrain/made-up.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brainmass-matrices-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]) => join(folder, ...names);

const ROIS = 20;
const COUNT = 4;
const series = madeUpDataset(COUNT, ROIS);
const fcOf = (scan: number) => scanConnectivity('pearson', series, scan);

interface Made {
  readonly fcKind?: StatedFcKind;
  readonly prefix?: string;
  readonly timepoints?: number;
  readonly matrix?: (scan: number) => Float32Array;
}

async function make(name: string, made: Made = {}): Promise<Dataset> {
  const { fcKind = 'pearson', prefix = '', timepoints = 0, matrix = fcOf } = made;
  const scans = series.scans.map((scan, i) => ({
    scan: {
      ...scan,
      scanId: prefix + scan.scanId,
      participantId: prefix + scan.participantId,
      timepoints,
      phenotype: { dx: String(i % 2) },
    },
    matrix: matrix(i),
    where: scan.scanId,
  }));
  const { atlas, roiNames } = series;
  const about = { atlas, roiNames, phenotypeColumns: ['dx'], sources: [], reading: {}, fcKind };
  await writeConnectivity(at(name), about, scans, { overwrite: true });
  return openDataset(at(name));
}

async function makeSeries(name: string): Promise<Dataset> {
  const { atlas, roiNames } = series;
  const scans = series.scans.map((scan, i) => ({ scan, series: series.readSeries(i) }));
  await writeDataset(at(name), { atlas, roiNames, phenotypeColumns: [], sources: [], reading: {} }, scans, {
    overwrite: true,
  });
  return openDataset(at(name));
}

/** Closed again: what is looked at is in memory. */
async function within<T>(opened: Promise<Dataset>, look: (dataset: Dataset) => T | Promise<T>): Promise<T> {
  const dataset = await opened;
  try {
    return await look(dataset);
  } finally {
    dataset.close();
  }
}

describe('on disk', () => {
  it('is connectivity.npy [scans, R, R], a row of scans.tsv each, and says so in dataset.json', async () => {
    await within(make('d', { timepoints: 100 }), (dataset) => {
      const array = parseNpy(readFileSync(at('d/connectivity.npy')), 'x');
      expect([array.descr, array.shape]).toEqual(['<f4', [COUNT, ROIS, ROIS]]);
      expect(array.data.subarray(2 * ROIS * ROIS, 3 * ROIS * ROIS)).toEqual(fcOf(2));
      const description: unknown = JSON.parse(readFileSync(at('d/dataset.json'), 'utf8'));
      expect(description).toMatchObject({
        content: 'connectivity',
        fcKind: 'pearson',
        counts: { scans: COUNT, participants: COUNT, rois: ROIS, timepoints: 400 },
      });
      expect(dataset).toMatchObject({ fcKind: 'pearson', phenotypeColumns: ['dx'] });
      expect(dataset.scans.map(({ offset, timepoints }) => [offset, timepoints])).toEqual([
        [0, 100],
        [1, 100],
        [2, 100],
        [3, 100],
      ]);
      expect(dataset.readConnectivity?.(3)).toEqual(fcOf(3));
      expect(() => dataset.readConnectivity?.(4)).toThrow(RangeError);
    });
  });

  it('has a hash of its matrices and its table', async () => {
    const hash = () => within(Promise.resolve(openDataset(at('d'))), (dataset) => dataset.hash);
    const first = await within(make('d'), (dataset) => dataset.hash);
    expect(await within(make('d'), (dataset) => dataset.hash)).toBe(first);
    writeFileSync(at('d/scans.tsv'), readFileSync(at('d/scans.tsv'), 'utf8').replace('\t0\n', '\t1\n'));
    expect(await hash()).not.toBe(first);
    const negated = (scan: number) => fcOf(scan).map((value, k) => (k % (ROIS + 1) === 0 ? 1 : -value));
    expect(await within(make('d', { matrix: negated }), (dataset) => dataset.hash)).not.toBe(first);
  });

  const edit = (name: string, from: string, to: string) => () =>
    writeFileSync(at('d', name), readFileSync(at('d', name), 'utf8').replace(from, to));
  it.each<[string, () => void, RegExp]>([
    ['without matrices', () => rmSync(at('d/connectivity.npy')), /connectivity\.npy: the matrices are missing/],
    ['cut off', () => truncateSync(at('d/connectivity.npy'), 3000), /connectivity\.npy: the file is cut off, expected/],
    [
      'of another shape',
      edit('dataset.json', '"scans": 4', '"scans": 3'),
      /scans\.tsv: the table does not fit dataset\.json/,
    ],
    [
      'with rows moved',
      edit('scans.tsv', '\t1\t2\t', '\t2\t2\t'),
      /rows were moved, removed or changed .* expected offset 1/,
    ],
    [
      'of unknown content',
      edit('dataset.json', '"connectivity",', '"volumes",'),
      /this does not describe a data set \(content/,
    ],
    ['of unknown kind', edit('dataset.json', '"pearson"', '"spearman"'), /this does not describe a data set \(fcKind/],
  ])('is refused %s', async (_, damage, message) => {
    await within(make('d'), () => {});
    damage();
    expect(() => openDataset(at('d'))).toThrow(message);
  });

  it('is not written without scans, or with one id twice; what was there stays', async () => {
    await within(make('d'), () => {});
    const before = readFileSync(at('d/scans.tsv'), 'utf8');
    const about = { ...series, phenotypeColumns: [], sources: [], reading: {}, fcKind: 'unknown' as const };
    await expect(writeConnectivity(at('d'), about, [], { overwrite: true })).rejects.toThrow(
      'there is no matrix to write; name at least one scan.',
    );
    const [scan] = series.scans;
    const twice = [0, 1].map((i) => ({ scan, matrix: fcOf(i), where: `file ${i}` }));
    await expect(writeConnectivity(at('d'), about, twice, { overwrite: true })).rejects.toThrow(
      'file 1: the scan id "p0_rest" occurs twice; tell repeated scans of a participant apart by session and run',
    );
    expect(readFileSync(at('d/scans.tsv'), 'utf8')).toBe(before);
  });
});

describe('connectivity of a scan', () => {
  it.each([Number.NaN, Number.NEGATIVE_INFINITY, 1.5])(
    '%f in a damaged file is refused, not handed on',
    async (value) => {
      const dataset = await make('x.dataset');
      dataset.close();
      const path = at('x.dataset', 'connectivity.npy');
      const bytes = readFileSync(path);
      bytes.writeFloatLE(value, bytes.length - 4 * ROIS);
      writeFileSync(path, bytes);
      const damaged = openDataset(at('x.dataset'));
      expect(scanConnectivity('pearson', damaged, COUNT - 2)).toEqual(fcOf(COUNT - 2));
      expect(() => scanConnectivity('pearson', damaged, COUNT - 1)).toThrow(
        `the matrix of scan "${damaged.scans[COUNT - 1].scanId}" holds a value that is no correlation, expected -1 to 1`,
      );
      damaged.close();
    },
  );

  it('is the same from series and from matrices, also into an array that is given', async () => {
    await within(make('d'), (dataset) => {
      const out = new Float32Array(ROIS * ROIS);
      expect(scanConnectivity('pearson', dataset, 1, out)).toBe(out);
      expect(out).toEqual(fcOf(1));
      expect(networksOf(dataset, 'pearson')).toEqual(networksOf(series, 'pearson'));
      expect(() => scanConnectivity('pearson', dataset, 1, new Float32Array(3))).toThrow(RangeError);
    });
  });

  it.each<[StatedFcKind, readonly string[]]>([
    ['pearson', ['pearson']],
    ['ledoit-wolf', ['ledoit-wolf']],
    ['partial', FC_KINDS],
    ['unknown', FC_KINDS],
  ])('of matrices stated to be %s is given as %s', async (fcKind, given) => {
    await within(make('d', { fcKind }), (dataset) => {
      for (const kind of FC_KINDS)
        if (given.includes(kind)) expect(scanConnectivity(kind, dataset, 0)).toEqual(fcOf(0));
        else
          expect(() => scanConnectivity(kind, dataset, 0)).toThrow(
            `${at('d')}: ${kind} connectivity is computed from series, and the data set holds matrices alone, expected ${kind}, found ${fcKind}; ask for --fc ${fcKind}, or ingest the series.`,
          );
    });
  });

  it('needs no series; what needs them says why there are none', async () => {
    await within(make('d'), (dataset) => {
      const without = `${at('d')}: %s, and the data set holds connectivity matrices alone; ingest the series of these scans.`;
      const drops = without.replace('%s', 'pretraining draws time points');
      expect(() => fitToData(smallSettings(), dataset)).toThrow(drops);
      expect(() => dataset.readSeries(0)).toThrow(without.replace('%s', 'this needs series'));
      const augment = pseudoFcAugmentation(dataset.readSeries, 'pearson', { kind: 'percent', percent: 20 }, 1);
      expect(() => augment(0, 0, new Float32Array(ROIS * ROIS))).toThrow('this needs series');
    });
  });
});

describe('several data sets', () => {
  it('are joined, and filtered, with the matrix of each scan', async () => {
    await within(make('a', { prefix: 'a-' }), (a) =>
      within(make('b', { prefix: 'b-', matrix: (scan) => fcOf((scan + 1) % COUNT) }), (b) => {
        const both = joinDatasets([a, b]);
        expect(both.fcKind).toBe('pearson');
        expect(both.readConnectivity?.(COUNT)).toEqual(fcOf(1));
        expect(() => both.readConnectivity?.(2 * COUNT)).toThrow(RangeError);
        const patients = filteredDataset(both, [parseFilter('dx = 1', 'x')]);
        expect(patients.scans.map(({ scanId }) => scanId)).toEqual([
          'a-p1_rest',
          'a-p3_rest',
          'b-p1_rest',
          'b-p3_rest',
        ]);
        const found = patients.scans.map((_, i) => patients.readConnectivity?.(i));
        expect(found).toEqual([fcOf(1), fcOf(3), fcOf(2), fcOf(0)]);
        expect(() => patients.readConnectivity?.(4)).toThrow(RangeError);
      }),
    );
  });

  it('of two contents or kinds are not joined', async () => {
    await within(make('a', { prefix: 'a-' }), (a) =>
      within(make('b', { fcKind: 'ledoit-wolf' }), (b) => {
        expect(() => joinDatasets([a, b])).toThrow(
          `${at('b')}: it does not hold the same as ${at('a')}, expected connectivity matrices (pearson), found connectivity matrices (ledoit-wolf); ingest both alike.`,
        );
        expect(() => joinDatasets([series, a])).toThrow('expected series, found connectivity matrices (pearson)');
        expect(() => joinDatasets([a, series])).toThrow('expected connectivity matrices (pearson), found series');
      }),
    );
  });

  it('in a corpus: not to train on, but beside it', async () => {
    (await makeSeries('s')).close();
    (await make('d', { prefix: 'd-' })).close();
    const corpus = (role: string) => {
      writeFileSync(at('c.yaml'), `datasets:\n  - {path: s, role: I}\n  - {path: d, role: ${role}}\n`);
      return openCorpus(at('c.yaml'));
    };
    for (const role of ['I', 'II'])
      expect(() => corpus(role)).toThrow(
        /pretraining draws time points, and the data set holds connectivity matrices alone; give it role III, or ingest its series\.$/,
      );
    const { dataset } = corpus('III');
    expect(dataset.scans).toHaveLength(COUNT);
    dataset.close();
  });
});

describe('inspect', () => {
  it('says mean |FC| instead of lengths, and what to mind', async () => {
    const constant = (r: number) => (scan: number) =>
      Float32Array.from({ length: ROIS * ROIS }, (_, k) => {
        const [i, j] = [Math.floor(k / ROIS), k % ROIS];
        if (scan > 1 && (i === 3 || j === 3)) return 0;
        return i === j ? 1 : scan === 0 ? -r : r;
      });
    await within(make('d', { matrix: constant(0.25), fcKind: 'unknown' }), (dataset) => {
      const inspection = inspect(dataset);
      expect(inspection.connectivity).toEqual({
        kind: 'unknown',
        meanAbsolute: { min: 0.25, mean: 0.25, max: 0.25 },
      });
      expect(inspection.duplicates).toEqual([['p2_rest', 'p3_rest']]);
      expect(inspection.missingRois.byRoi).toEqual([{ roi: 'roi3', scans: 2 }]);
      expect(inspection.warnings).toEqual([
        '1 group of scans have the same matrix, e.g. p2_rest and p3_rest',
        `nobody says what kind of connectivity ${at('d')} holds (ingest with --fc-kind): it is taken as it is`,
        '2 of 4 scans lack signal in some of 1 ROI (roi3 in 2); every correlation with them is 0',
      ]);
      const text = formatInspection('d', inspection);
      expect(text).toContain('connectivity  of unknown kind, without series, mean |FC| 0.250\n');
      expect(text).not.toContain('time points');
    });
    const partial = await within(make('p', { fcKind: 'partial', timepoints: 30 }), inspect);
    expect(partial.warnings).toEqual([
      `${at('p')} holds partial correlations, taken as they are: no model here was pretrained on these`,
      '4 scans shorter than 50 time points, e.g. p0_rest',
    ]);
  });
});
