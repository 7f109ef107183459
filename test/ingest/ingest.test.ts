import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { encodeNpy } from '../../src/files/npy.ts';
import { type IngestOptions, ingest } from '../../src/ingest/ingest.ts';
import { scratchFolder } from './scratch-folder.ts';

const { at, put } = scratchFolder();

/** A matrix whose every number is different, so that no two axes or files can be mixed up unseen. */
let next = 1;
function matrix(rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: rows * columns }, () => Math.sin((next++) ** 2) * 10);
}

function putNpy(path: string, rows: number, columns: number): Float32Array {
  const values = matrix(rows, columns);
  put(path, encodeNpy(values, [rows, columns]));
  return values;
}

const run = (source: string | string[], options: Partial<IngestOptions> = {}) =>
  ingest(
    [source].flat().map((path) => at(path)),
    {
      out: at('out'),
      ...options,
      ...(options.participants === undefined ? {} : { participants: at(options.participants) }),
      ...(options.project === undefined ? {} : { project: at(options.project) }),
    },
  );

function opened() {
  const dataset = openDataset(at('out'));
  dataset.close();
  return dataset;
}
const scanIds = () => opened().scans.map(({ scanId }) => scanId);

describe('a folder without a table', () => {
  test('every file is a scan; layout and ROI count are found from what the files share', async () => {
    const a = putNpy('in/a.npy', 30, 4);
    const b = putNpy('in/b.npy', 25, 4);
    const { scans, rois, atlas, timepoints } = await run('in');
    expect({ scans, rois, atlas, timepoints }).toEqual({
      scans: 2,
      rois: 4,
      atlas: 'rois4',
      timepoints: { min: 25, max: 30, total: 55 },
    });
    const dataset = openDataset(at('out'));
    expect([...dataset.readSeries(0).values, ...dataset.readSeries(1).values]).toEqual([...a, ...b]);
    expect(dataset.scans.map(({ participantId }) => participantId)).toEqual(['a', 'b']);
    dataset.close();
  });

  test('ROI x time files are turned over', async () => {
    const values = putNpy('in/a.npy', 4, 30);
    await run('in', { layout: 'roi-time' });
    const dataset = openDataset(at('out'));
    const series = dataset.readSeries(0);
    dataset.close();
    expect([series.timepoints, series.rois]).toEqual([30, 4]);
    expect(series.values[7 * 4 + 2]).toBe(values[2 * 30 + 7]);
  });

  test('BIDS names give participant, session and run; the columns of a file name the ROIs', async () => {
    for (const name of ['sub-1_ses-a_run-1', 'sub-1_ses-a_run-2', 'sub-1_ses-b', 'sub-02_ses-a'])
      put(
        `in/${name}_timeseries.tsv`,
        `left\tright\n${Array.from({ length: 20 }, (_, i) => `${i}\t${i * i}`).join('\n')}\n`,
      );
    const { participants } = await run('in');
    expect(participants).toBe(2);
    expect(opened().roiNames).toEqual(['left', 'right']);
    expect(
      opened().scans.map(({ scanId, participantId, session, run }) => [scanId, participantId, session, run]),
    ).toEqual([
      ['sub-1_ses-a_run-1', 'sub-1', 'ses-a', 'run-1'],
      ['sub-1_ses-a_run-2', 'sub-1', 'ses-a', 'run-2'],
      ['sub-1_ses-b', 'sub-1', 'ses-b', ''],
      ['sub-02_ses-a', 'sub-02', 'ses-a', ''],
    ]);
  });

  test('files of one name in folders of their own', async () => {
    putNpy('in/p1/ts.npy', 30, 4);
    putNpy('in/p2/ts.npy', 31, 4);
    await run('in');
    expect(scanIds()).toEqual(['p1_ts', 'p2_ts']);
  });

  test('files given one by one, and a TR for all', async () => {
    putNpy('in/a.npy', 30, 4);
    putNpy('in/b.npy', 25, 4);
    await run(['in/b.npy', 'in/a.npy'], { tr: 0.8 });
    expect(opened().scans.map(({ scanId, tr }) => [scanId, tr])).toEqual([
      ['b', 0.8],
      ['a', 0.8],
    ]);
  });
});

describe('a table', () => {
  test('names files, ids and phenotypes; ids stay text', async () => {
    const first = putNpy('in/ts/one.npy', 30, 4);
    putNpy('in/ts/two.npy', 25, 4);
    put('p.csv', 'SUB_ID,file,site,TR,dx\n007,ts/one.npy,A,2,1\n8,ts/two.npy,B,,0\n');
    await run('in', { participants: 'p.csv' });
    expect(opened().scans).toEqual([
      {
        scanId: '007',
        participantId: '007',
        session: '',
        run: '',
        site: 'A',
        timepoints: 30,
        offset: 0,
        tr: 2,
        phenotype: { dx: '1' },
      },
      {
        scanId: '8',
        participantId: '8',
        session: '',
        run: '',
        site: 'B',
        timepoints: 25,
        offset: 30,
        tr: undefined,
        phenotype: { dx: '0' },
      },
    ]);
    const dataset = openDataset(at('out'));
    expect(dataset.readSeries(0).values).toEqual(first);
    dataset.close();
    const { sources } = JSON.parse(readFileSync(at('out', 'dataset.json'), 'utf8'));
    expect(sources.map(({ path, scan, layout }: Record<string, string>) => [path, scan, layout])).toEqual([
      ['ts/one.npy', '007', 'time-roi'],
      ['ts/two.npy', '8', 'time-roi'],
    ]);
  });

  test('two scans of a participant without session are told apart by their files, all others by participant', async () => {
    for (const name of ['ec1', 'eo1', 'ec2']) putNpy(`in/${name}.npy`, 30, 4);
    put('in/participants.tsv', 'subject\tcondition\tfile\n1\tEC\tec1.npy\n1\tEO\teo1.npy\n2\tEC\tec2.npy\n');
    await run('in', { participants: 'in/participants.tsv', atlas: '4' });
    expect(opened().scans.map(({ scanId, participantId }) => `${participantId} ${scanId}`)).toEqual([
      '1 ec1',
      '1 eo1',
      '2 2',
    ]);
    expect(opened().phenotypeColumns).toEqual(['condition']);
  });

  test('without a file column finds the files of every participant by BIDS entity or id', async () => {
    for (const name of ['sub-01/sub-01_ses-1_ts', 'sub-01/sub-01_ses-2_ts', 'Pitt_0050004_rois', 'other'])
      putNpy(`in/${name}.npy`, 30, 4);
    put('p.tsv', 'participant_id\tage\nsub-01\t30\n50004\t40\n');
    const { warnings } = await run('in', { participants: 'p.tsv', atlas: '4' });
    expect(opened().scans.map(({ scanId, phenotype }) => [scanId, phenotype.age])).toEqual([
      ['50004', '40'],
      ['sub-01_ses-1', '30'],
      ['sub-01_ses-2', '30'],
    ]);
    expect(warnings[0]).toBe('1 files belong to no row of the table and were left out: other.npy');
  });

  test('rows without a file are an error that lists them, unless they may be left out', async () => {
    putNpy('in/a.npy', 30, 4);
    put('p.csv', `id,file\n${['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => `${id},${id}.npy`).join('\n')}\n`);
    await expect(run('in', { participants: 'p.csv', atlas: '4' })).rejects.toThrow(
      `${at('p.csv')}: 6 of 7 rows have no file (row 3 b.npy; row 4 c.npy; row 5 d.npy; row 6 e.npy; row 7 f.npy; …); ` +
        'correct the table or the source folder, or pass --allow-missing to leave some of them out.',
    );
    expect(existsSync(at('out'))).toBe(false);
    const { scans, warnings } = await run('in', { participants: 'p.csv', atlas: '4', allowMissing: true });
    expect(scans).toBe(1);
    put('q.csv', 'id,file\nb,b.npy\n');
    await expect(run('in', { participants: 'q.csv', atlas: '4', allowMissing: true, overwrite: true })).rejects.toThrow(
      '1 of 1 rows have no file (row 2 b.npy)',
    );
    expect(warnings[0]).toMatch(/^6 rows of the table have no file and were left out: row 3 b\.npy/);
  });
});

describe('files that a table names', () => {
  beforeEach(() => {
    putNpy('in1/ts/a.npy', 30, 4);
    putNpy('in2/ts/b.npy', 30, 4);
    put('p.csv', 'id,file\n1,ts/a.npy\n2,b.npy\n');
  });

  test('may be given one by one, and in several folders', async () => {
    await run(['in1/ts/a.npy', 'in2/ts/b.npy'], { participants: 'p.csv', atlas: '4' });
    expect(opened().scans.map(({ participantId }) => participantId)).toEqual(['1', '2']);
    await run(['in1', 'in2/ts'], { participants: 'p.csv', atlas: '4', overwrite: true });
    expect(scanIds()).toEqual(['1', '2']);
  });

  test('may lie beside the table', async () => {
    putNpy('b.npy', 30, 4);
    await run('in1', { participants: 'p.csv', atlas: '4' });
    expect(scanIds()).toEqual(['1', '2']);
  });

  test('may not be one of two', async () => {
    putNpy('in2/ts/a.npy', 30, 4);
    await expect(run(['in1', 'in2'], { participants: 'p.csv', atlas: '4' })).rejects.toThrow(
      `${at('p.csv')} row 2: ts/a.npy may be ${at('in1/ts/a.npy')} or ${at('in2/ts/a.npy')}; name the file with its folder.`,
    );
  });
});

describe('a projection', () => {
  const overlap = 'target_label,source_label,n_voxels\n1,0,5\n1,1,3\n1,2,1\n2,3,7\n';

  test('averages by overlap, drops ROIs behind the last label, and says so', async () => {
    const values = putNpy('in/a.npy', 30, 5);
    put('overlap.csv', overlap);
    const { atlas, rois, warnings } = await run('in', { project: 'overlap.csv', layout: 'time-roi' });
    expect([atlas, rois]).toEqual(['rois2', 2]);
    expect(warnings[0]).toBe(
      'the files have 5 ROIs, of which the projection uses the first 3: the last 2 were left out',
    );
    const dataset = openDataset(at('out'));
    const series = dataset.readSeries(0);
    dataset.close();
    for (let t = 0; t < 30; t++) {
      expect(series.values[t * 2]).toBeCloseTo((3 * values[t * 5] + values[t * 5 + 1]) / 4, 5);
      expect(series.values[t * 2 + 1]).toBe(values[t * 5 + 2]);
    }
  });

  test('reports source ROIs without signal', async () => {
    const values = matrix(30, 3).map((value, i) => (i % 3 === 1 ? 0 : value));
    put('in/a.npy', encodeNpy(values, [30, 3]));
    put('overlap.csv', overlap);
    const { warnings, missingRois } = await run('in', { project: 'overlap.csv' });
    expect(warnings[0]).toMatch(/^1 scans lack signal in 1 ROIs before the projection/);
    expect(missingRois.total).toBe(0);
  });

  test('refuses another target atlas, and scans of several atlases', async () => {
    putNpy('in/a.npy', 30, 5);
    putNpy('in/b.npy', 30, 4);
    put('overlap.csv', overlap);
    await expect(run('in', { project: 'overlap.csv', atlas: 'schaefer100' })).rejects.toThrow(
      'the table does not lead to the atlas schaefer100, expected 100 target ROIs, found 2',
    );
    await expect(run('in', { project: 'overlap.csv', layout: 'time-roi' })).rejects.toThrow(
      'b.npy: the scan has another number of ROIs than the scans before, expected 5, found 4',
    );
  });
});

describe('ingesting refuses, and writes nothing', () => {
  afterEach(() => expect(readdirSync(at()).filter((name) => name.includes('out'))).toEqual([]));

  test('a source that is not there', async () => {
    await expect(run('nowhere')).rejects.toThrow(/nowhere: there is no such file or folder; check the path\.$/);
  });

  test('files that leave time and ROIs open', async () => {
    putNpy('in/a.npy', 235, 116);
    putNpy('in/b.npy', 235, 116);
    await expect(run('in')).rejects.toThrow(
      'time cannot be told from ROIs: every file is 235 x 116; pass --atlas aal116, or --layout time-roi or roi-time.',
    );
  });

  test('files that share no ROI count', async () => {
    putNpy('in/a.npy', 40, 30);
    putNpy('in/b.npy', 50, 20);
    await expect(run('in')).rejects.toThrow(
      /b\.npy: the scans do not share a number of ROIs.*found 50 rows and 20 columns/,
    );
  });

  test('a scan of another atlas', async () => {
    putNpy('in/a.npy', 30, 4);
    putNpy('in/b.npy', 30, 5);
    await expect(run('in', { atlas: '4' })).rejects.toThrow(/b\.npy: neither side of the matrix is the ROI count/);
  });

  test('a truncated file', async () => {
    putNpy('in/a.npy', 30, 4);
    put('in/b.npy', encodeNpy(matrix(30, 4), [30, 4]).subarray(0, 300));
    await expect(run('in', { atlas: '4' })).rejects.toThrow(/b\.npy: the file is cut off/);
  });

  test('NaN, naming the row of the table', async () => {
    put('in/a.npy', encodeNpy(matrix(30, 4).fill(Number.NaN, 9, 10), [30, 4]));
    put('p.csv', 'id,file\n1,a.npy\n');
    await expect(run('in', { participants: 'p.csv', atlas: '4' })).rejects.toThrow(
      /p\.csv row 2 \(a\.npy\): the series holds NaN at time point 3, ROI 2/,
    );
  });

  test('one file in two rows, also through a link', async () => {
    putNpy('in/a.npy', 30, 4);
    symlinkSync(at('in/a.npy'), at('in/b.npy'));
    put('p.csv', 'id,file\n1,a.npy\n2,b.npy\n');
    await expect(run('in', { participants: 'p.csv', atlas: '4' })).rejects.toThrow(
      `${at('p.csv')} row 3 (b.npy): the file was named already, in ${at('p.csv')} row 2 (a.npy); name every scan once`,
    );
  });

  test('one scan id for two files', async () => {
    putNpy('in1/a.npy', 30, 4);
    putNpy('in2/a.npy', 30, 4);
    await expect(run(['in1', 'in2'], { atlas: '4' })).rejects.toThrow(
      `${at('in2/a.npy')}: the scan has the same id as ${at('in1/a.npy')}`,
    );
  });

  test('a participant twice when the table names no files', async () => {
    putNpy('in/1.npy', 30, 4);
    put('p.csv', 'id,age\n1,2\n01,3\n');
    await expect(run('in', { participants: 'p.csv', atlas: '4' })).rejects.toThrow(
      `${at('p.csv')} row 3: the participant "01" is also in ${at('p.csv')} row 2; add a column "file"`,
    );
  });

  test('columns in another order than the atlas', async () => {
    put('in/a.csv', `b,a\n${Array.from({ length: 20 }, (_, i) => `${i},${i * i}`).join('\n')}\n`);
    put('atlas.csv', 'name\na\nb\n');
    await expect(run('in', { atlas: at('atlas.csv') })).rejects.toThrow(
      'a.csv: column 1 is not the ROI that stands there in the atlas atlas, expected "a", found "b"; bring the columns',
    );
  });
});

test('an existing data set is replaced only when asked', async () => {
  putNpy('in/a.npy', 30, 4);
  await run('in', { atlas: '4' });
  putNpy('in/b.npy', 30, 4);
  await expect(run('in', { atlas: '4' })).rejects.toThrow(/the output exists already; pass --overwrite/);
  await run('in', { atlas: '4', overwrite: true });
  expect(scanIds()).toEqual(['a', 'b']);
});

describe.skipIf(!existsSync('../shared/data/INDEX.md'))('real scans', () => {
  const data = '../shared/data';
  const real = async (name: string, options: Partial<IngestOptions>) => {
    const { scans, participants, rois, atlas, timepoints, missingRois } = await ingest([`${data}/${name}`], {
      out: at('out'),
      ...options,
    });
    return [scans, participants, atlas, rois, timepoints.min, timepoints.max, missingRois.total];
  };
  const table = (name: string) => ({ participants: `${data}/${name}/participants.csv` });

  test.each<[string, string, Partial<IngestOptions>, unknown[]]>([
    [
      'CC200 files',
      'abide1-cc200',
      { ...table('abide1-cc200'), atlas: 'cc200' },
      [651, 651, 'cc200', 200, 78, 316, 16],
    ],
    [
      'CC200 files, projected',
      'abide1-cc200',
      { ...table('abide1-cc200'), project: `${data}/atlases/overlap_cc200_to_schaefer100.csv` },
      [651, 651, 'schaefer100', 100, 78, 316, 0],
    ],
    [
      'two conditions',
      'eoec-aal116',
      { ...table('eoec-aal116'), atlas: 'aal116' },
      [70, 35, 'aal116', 116, 235, 235, 0],
    ],
    [
      'two sessions, projected from the first 400 of 419 columns',
      'fep-stages-419',
      { ...table('fep-stages-419'), project: `${data}/atlases/overlap_schaefer400_to_schaefer100.csv` },
      [68, 41, 'schaefer100', 100, 234, 234, 0],
    ],
    ['an atlas that is not built in', 'hcp-rest-aal94', table('hcp-rest-aal94'), [24, 24, 'rois94', 94, 1054, 1200, 0]],
    ['1D files', 'abide1-cc200/raw_1D', {}, [8, 8, 'rois200', 200, 146, 196, 0]],
  ])('%s', { timeout: 60_000 }, async (_, name, options, expected) => {
    expect(await real(name, options)).toEqual(expected);
  });
});
