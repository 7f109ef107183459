/** @file Connectivity into a data set: every form of file, whose the matrices are, and what is refused. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { encodeNpy } from '../../src/files/npy.ts';
import { type ConnectivityOptions, ingestConnectivity } from '../../src/ingest/ingest-connectivity.ts';
import { scratchFolder } from './scratch-folder.ts';

const { at, put } = scratchFolder();
const ROIS = 4;
const PAIRS = 6;
const r = (scan: number, i: number, j: number) =>
  Math.fround(Math.sin(1 + scan * 31 + 5 * Math.min(i, j) + Math.max(i, j)));
/** Whole, `[rois, rois]`. */
const whole = (scan: number) =>
  Float64Array.from({ length: ROIS * ROIS }, (_, k) => {
    const [i, j] = [Math.floor(k / ROIS), k % ROIS];
    return i === j ? 1 : r(scan, i, j);
  });
/** As the documentation says: (1, 2), (1, 3), (1, 4), (2, 3), … */
const triangle = (scan: number) => [
  ...[r(scan, 0, 1), r(scan, 0, 2), r(scan, 0, 3)],
  ...[r(scan, 1, 2), r(scan, 1, 3), r(scan, 2, 3)],
];
const rows = (scan: number, name: (i: number) => string = () => '', separator = ',') =>
  Array.from({ length: ROIS }, (_, i) => name(i) + [...whole(scan).slice(i * ROIS, (i + 1) * ROIS)].join(separator));
const text = (scan: number) => `${rows(scan).join('\n')}\n`;
const npy = (scan: number) => encodeNpy(whole(scan), [ROIS, ROIS]);

type Options = Omit<ConnectivityOptions, 'out'>;
const ingest = (sources: string[], { participants, ids, ...options }: Options = {}) =>
  ingestConnectivity(
    sources.map((source) => at(source)),
    {
      out: at('out'),
      ...options,
      ...(participants === undefined ? {} : { participants: at(participants) }),
      ...(ids === undefined ? {} : { ids: at(ids) }),
    },
  );

/** What the data set holds: scans, and the matrix of each. */
function held() {
  const dataset = openDataset(at('out'));
  try {
    const { scans, roiNames, atlas, fcKind, readConnectivity } = dataset;
    if (readConnectivity === undefined) throw new Error('no connectivity');
    return { scans, roiNames, atlas, fcKind, matrices: scans.map((_, i) => [...readConnectivity(i)]) };
  } finally {
    dataset.close();
  }
}
const ids = () => held().scans.map(({ scanId }) => scanId);
const wanted = (...scans: number[]) => scans.map((scan) => [...whole(scan)]);

describe('one matrix a file', () => {
  it('as text, .npy, a row of its triangle, one value a line, or a stack of one', async () => {
    put('in/a.csv', text(0));
    put('in/b.npy', npy(1));
    put('in/c.txt', triangle(2).join(' '));
    put('in/d.tsv', triangle(3).join('\n'));
    put('in/e.npy', encodeNpy(whole(4), [1, ROIS, ROIS]));
    const { scans, rois, atlas, connectivity, timepoints } = await ingest(['in']);
    expect({ scans, rois, atlas, timepoints }).toEqual({
      scans: 5,
      rois: ROIS,
      atlas: 'rois4',
      timepoints: { min: 0, max: 0, total: 0 },
    });
    expect(connectivity?.kind).toBe('unknown');
    expect(held().matrices).toEqual(wanted(0, 1, 2, 3, 4));
    expect(ids()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('with a table: ids, sessions, phenotypes, and the volumes that a matrix is of', async () => {
    put('in/x.npy', npy(0));
    put('in/y.npy', npy(1));
    put('who.csv', 'participant_id,file,session,site,TR,dx,n_volumes\np1,y.npy,a,S1,2,1,150\np1,x.npy,b,S1,2,0,\n');
    await ingest(['in'], { participants: 'who.csv', fcKind: 'ledoit-wolf' });
    const { scans, matrices, fcKind } = held();
    expect(fcKind).toBe('ledoit-wolf');
    expect(matrices).toEqual(wanted(1, 0));
    expect(scans[0]).toEqual({
      scanId: 'p1_a',
      participantId: 'p1',
      session: 'a',
      run: '',
      site: 'S1',
      timepoints: 150,
      offset: 0,
      tr: 2,
      phenotype: { dx: '1', n_volumes: '150' },
    });
    expect(scans[1]).toMatchObject({ timepoints: 0, offset: 1 });
  });

  const NAMES = ['lh_a', 'lh_b', 'rh_a', 'rh_b'];
  it.each([
    ['over the columns', `${NAMES.join(',')}\n${rows(0).join('\n')}`],
    ['before the rows', rows(0, (i) => `${NAMES[i]},`).join('\n')],
    ['over both, with a corner', `roi,${NAMES.join(',')}\n${rows(0, (i) => `${NAMES[i]},`).join('\n')}`],
    ['over both, as R writes them', `${NAMES.join(' ')}\n${rows(0, (i) => `"${NAMES[i]}" `, ' ').join('\n')}`],
    ['over both, as pandas writes them', `,${NAMES.join(',')}\n${rows(0, (i) => `${NAMES[i]},`).join('\n')}`],
  ])('with the names of its ROIs %s', async (_, content) => {
    put('in/sub-1.csv', content);
    await ingest(['in']);
    expect(held().roiNames).toEqual(NAMES);
    expect(held().matrices).toEqual(wanted(0));
  });

  it('with numbers for names', async () => {
    put('in/a.csv', `roi,1001,1002,49,1035\n${rows(0, (i) => `${[1001, 1002, 49, 1035][i]},`).join('\n')}`);
    await ingest(['in']);
    expect(held().roiNames).toEqual(['1001', '1002', '49', '1035']);
    expect(held().matrices).toEqual(wanted(0));
  });

  it('refuses names that stand in another order than those of the atlas', async () => {
    put('atlas.csv', `name\n${NAMES.join('\n')}\n`);
    put('in/a.csv', `${NAMES.toReversed().join(',')}\n${text(0)}`);
    await expect(ingest(['in'], { atlas: at('atlas.csv') })).rejects.toThrow(
      'a.csv: column 1 is not the ROI that stands there in the atlas atlas, expected "lh_a", found "rh_b"; bring the columns into the order of the atlas',
    );
    put('in/a.csv', rows(0, (i) => `${NAMES[3 - i]},`).join('\n'));
    await expect(ingest(['in'], { atlas: at('atlas.csv') })).rejects.toThrow('a.csv: row 1 is not the ROI');
    put('in/a.csv', `x,${NAMES.join(',')}\n${rows(0, (i) => `${NAMES[3 - i]},`).join('\n')}`);
    await expect(ingest(['in'])).rejects.toThrow('a.csv: row 1 is not the ROI');
    expect(existsSync(at('out'))).toBe(false);
  });

  it("Fisher's z becomes correlations again", async () => {
    put('in/a.npy', encodeNpy(whole(0).map(Math.atanh), [ROIS, ROIS]));
    await ingest(['in'], { fisherZ: true });
    for (const [k, value] of held().matrices[0].entries()) expect(value).toBeCloseTo(whole(0)[k], 5);
  });

  it('reports diagonals that were changed, and ROIs without signal', async () => {
    const changed = (scan: number, change: (i: number) => number | undefined) =>
      whole(scan).map((value, k) => (k % (ROIS + 1) === 0 ? (change(k / (ROIS + 1)) ?? value) : value));
    put(
      'in/a.npy',
      encodeNpy(
        changed(0, () => 0),
        [ROIS, ROIS],
      ),
    );
    put(
      'in/b.npy',
      encodeNpy(
        changed(1, (i) => (i === 2 ? Number.NaN : undefined)),
        [ROIS, ROIS],
      ),
    );
    put(
      'in/c.npy',
      encodeNpy(
        changed(2, () => Number.POSITIVE_INFINITY),
        [ROIS, ROIS],
      ),
    );
    const gone = whole(3).map((value, k) => (Math.floor(k / ROIS) === 2 || k % ROIS === 2 ? Number.NaN : value));
    put('in/d.npy', encodeNpy(gone, [ROIS, ROIS]));
    const { warnings, missingRois } = await ingest(['in'], { fcKind: 'pearson' });
    expect(warnings).toEqual([
      'the diagonal was 0 in 1 of 4 scans; it is 1 now',
      'the diagonal was NaN in 1 of 4 scans; it is 1 now',
      "the diagonal was infinite in 1 of 4 scans, as Fisher's z of 1 is; it is 1 now, and the other values were taken for correlations: pass --fisher-z if they are z",
      '1 of 4 scans lack signal in some of 1 ROI (3 in 1); every correlation with them is 0',
    ]);
    expect(missingRois.byScan).toEqual([{ scan: 'd', rois: 1 }]);
    expect(held().matrices.slice(0, 3)).toEqual(wanted(0, 1, 2));
    expect(held().matrices[3].filter((value) => value === 0)).toHaveLength(7);
    await ingest(['in/b.npy'], { fisherZ: true, overwrite: true }).then(({ warnings: z }) =>
      expect(z).toContain(
        "the diagonal was 1 in 1 of 1 scans, as of correlations, and the values were taken for Fisher's z: leave out --fisher-z if they are correlations",
      ),
    );
  });
});

describe('stacks', () => {
  const SCANS = 3;
  const scans = Array.from({ length: SCANS }, (_, scan) => scan);
  const triangles = (from = 0) =>
    encodeNpy(Float64Array.from(scans.flatMap((s) => triangle(from + s))), [SCANS, PAIRS]);
  const first = encodeNpy(Float64Array.from(scans.flatMap((s) => [...whole(s)])), [SCANS, ROIS, ROIS]);
  const last = encodeNpy(
    Float64Array.from({ length: ROIS * ROIS * SCANS }, (_, k) => whole(k % SCANS)[Math.floor(k / SCANS)]),
    [ROIS, ROIS, SCANS],
  );

  it.each([
    ['rows of triangles', triangles()],
    ['[scans, R, R]', first],
    ['[R, R, scans], as MATLAB has it', last],
  ])('of %s, named by a list of ids', async (_, content) => {
    put('fc.npy', content);
    put('ids.txt', 'c\na\nb\n');
    const { warnings } = await ingest(['fc.npy'], { ids: 'ids.txt', fcKind: 'pearson' });
    expect(warnings).toEqual([
      `3 matrices were taken in the order of ${at('ids.txt')}: a stack does not say whose they are`,
    ]);
    expect(ids()).toEqual(['c', 'a', 'b']);
    expect(held().matrices).toEqual(wanted(0, 1, 2));
  });

  it('as many scans as ROIs: the axes that are symmetric are the ROIs', async () => {
    put('ids.txt', 'a\nb\nc\nd\n');
    const four = [0, 1, 2, 3].map((s) => whole(s));
    for (const shape of ['first', 'last']) {
      const value = (k: number) =>
        shape === 'first' ? four[Math.floor(k / 16)][k % 16] : four[k % 4][Math.floor(k / 4)];
      put(
        'fc.npy',
        encodeNpy(
          Float64Array.from({ length: 64 }, (_, k) => value(k)),
          [4, 4, 4],
        ),
      );
      await ingest(['fc.npy'], { ids: 'ids.txt', overwrite: true });
      expect(held().matrices).toEqual(wanted(0, 1, 2, 3));
    }
  });

  it('by the rows of a table, in order', async () => {
    put('fc.npy', triangles());
    put('who.tsv', 'participant_id\tdx\nz\t1\ny\t0\nx\t1\n');
    const { warnings } = await ingest(['fc.npy'], { participants: 'who.tsv' });
    expect(warnings[0]).toBe(
      `3 matrices were taken in the order of ${at('who.tsv')}: a stack does not say whose they are`,
    );
    expect(held().scans.map(({ scanId, phenotype }) => [scanId, phenotype.dx])).toEqual([
      ['z', '1'],
      ['y', '0'],
      ['x', '1'],
    ]);
  });

  it('one for each session, ids from a list, phenotypes from a table', async () => {
    put('test.npy', triangles());
    put('retest.npy', triangles(3));
    put('ids.txt', '003\n001\n002\n');
    put('who.csv', 'participant_id,age\nsub-1,11\nsub-2,12\nsub-3,13\nsub-9,19\n');
    const { sessions, participants, warnings } = await ingest(['test.npy', 'retest.npy'], {
      ids: 'ids.txt',
      sessions: ['test', 'retest'],
      participants: 'who.csv',
    });
    expect({ sessions, participants }).toEqual({ sessions: { test: 3, retest: 3 }, participants: 3 });
    expect(warnings[1]).toBe('1 rows of the table belong to no matrix: sub-9');
    expect(held().scans.map(({ scanId, phenotype }) => [scanId, phenotype.age])).toEqual([
      ['003_test', '13'],
      ['001_test', '11'],
      ['002_test', '12'],
      ['003_retest', '13'],
      ['001_retest', '11'],
      ['002_retest', '12'],
    ]);
    expect(held().matrices).toEqual(wanted(0, 1, 2, 3, 4, 5));
  });

  it('one for each session, by a table that has rows for every session', async () => {
    put('ses-1.npy', triangles());
    put('ses-2.npy', triangles(3));
    put('who.csv', 'participant_id,session,age\na,1,20\nb,1,30\nc,1,40\na,2,21\nb,2,31\nc,2,41\n');
    await ingest(['ses-1.npy', 'ses-2.npy'], { sessions: ['1', '2'], participants: 'who.csv' });
    expect(held().scans.map(({ scanId, phenotype }) => [scanId, phenotype.age])).toEqual([
      ['a_1', '20'],
      ['b_1', '30'],
      ['c_1', '40'],
      ['a_2', '21'],
      ['b_2', '31'],
      ['c_2', '41'],
    ]);
  });

  it('of triangles whose rows are named', async () => {
    put('fc.csv', scans.map((s) => `sub-${s},${triangle(s).join(',')}`).join('\n'));
    await ingest(['fc.csv']);
    expect(ids()).toEqual(['sub-0', 'sub-1', 'sub-2']);
    expect(held().matrices).toEqual(wanted(0, 1, 2));
  });

  it.each<[string, Options, RegExp]>([
    ['nobody says whose', {}, /fc\.npy: the file holds 3 matrices and does not say whose they are; pass --ids FILE/],
    [
      'too few ids',
      { ids: 'two.txt' },
      /fc\.npy: the numbers of matrices and of ids in .*two\.txt differ, so that nobody knows whose is whose, expected 2 matrices, found 3/,
    ],
    ['an id twice', { ids: 'twice.txt' }, /twice\.txt row 3: the id "a" occurs twice; list every participant once/],
    [
      'a table of ids',
      { ids: 'table.csv' },
      /table\.csv row 1: the line holds more than an id, expected one id a line, found "a,1"/,
    ],
    ['no ids', { ids: 'empty.txt' }, /empty\.txt: the file holds no ids, expected one id a line/],
    ['too few rows', { participants: 'two.csv' }, /fc\.npy: the numbers of matrices and of rows in .*two\.csv differ/],
    [
      'an id without a row',
      { ids: 'three.txt', participants: 'two.csv' },
      /three\.txt: participant "c" is not in .*two\.csv, found a; b; add a row/,
    ],
    [
      'an id with two rows',
      { ids: 'three.txt', participants: 'four.csv' },
      /four\.csv row 5: the participant "a" is also in .*four\.csv row 2; pass --sessions/,
    ],
    [
      'too few sessions',
      { ids: 'three.txt', sessions: ['a', 'b'] },
      /--sessions a,b: every stack needs a session, expected 1 names, parted by commas, found 2/,
    ],
  ])('refused when there is %s', async (_, options, message) => {
    put('fc.npy', triangles());
    put('two.txt', 'a\nb\n');
    put('three.txt', 'a\nb\nc\n');
    put('twice.txt', 'a\n\na\nb\n');
    put('empty.txt', '\n');
    put('table.csv', 'a,1\nb,2\nc,3\n');
    put('two.csv', 'participant_id\na\nb\n');
    put('four.csv', 'participant_id\na\nb\nc\na\n');
    await expect(ingest(['fc.npy'], options)).rejects.toThrow(message);
    expect(existsSync(at('out'))).toBe(false);
  });

  it('two of the same people without sessions are refused', async () => {
    put('one.npy', triangles());
    put('two.npy', triangles(3));
    put('three.txt', 'a\nb\nc\n');
    await expect(ingest(['one.npy', 'two.npy'], { ids: 'three.txt' })).rejects.toThrow(
      'two.npy, matrix 1 (a): the scan id "a" occurs twice; tell repeated scans of a participant apart by session and run (of stacks: --sessions).',
    );
    put('sub-x_ses-1.npy', triangles());
    put('sub-x_ses-2.npy', triangles(3));
    await ingest(['sub-x_ses-1.npy', 'sub-x_ses-2.npy'], { ids: 'three.txt' });
    expect(ids()).toEqual(['a_ses-1', 'b_ses-1', 'c_ses-1', 'a_ses-2', 'b_ses-2', 'c_ses-2']);
  });

  it('a bad matrix is named by its file, its place and its scan', async () => {
    const values = Float64Array.from(scans.flatMap(triangle)).with(PAIRS + 3, 1.5);
    put('fc.npy', encodeNpy(values, [SCANS, PAIRS]));
    put('three.txt', 'a\nb\nc\n');
    await expect(ingest(['fc.npy'], { ids: 'three.txt' })).rejects.toThrow(
      'fc.npy, matrix 2 (b), row 2, column 3: the value is no correlation, expected -1 to 1, found 1.5; pass --fisher-z',
    );
    expect(existsSync(at('out'))).toBe(false);
  });
});

describe('refused', () => {
  it.each<[string, string | Uint8Array, RegExp]>([
    [
      'series',
      encodeNpy(new Float64Array(35 * ROIS), [35, ROIS]),
      /a\.npy: this is no connectivity, expected a square/,
    ],
    ['four axes', encodeNpy(new Float64Array(2 * 2 * 16), [2, 2, 4, 4]), /this is no connectivity/],
    ['a number', encodeNpy(Float64Array.of(1), [1, 1]), /this is no connectivity/],
    ['nothing', encodeNpy(new Float64Array(0), [0, 6]), /this is no connectivity/],
    ['a stack that is not square', encodeNpy(new Float64Array(24), [2, 3, 4]), /this is no connectivity/],
    ['a cube of one value', encodeNpy(new Float64Array(64).fill(0.5), [4, 4, 4]), /scans cannot be told from ROIs/],
    ['two ROIs', encodeNpy(Float64Array.of(1, 0.5, 0.5, 1), [2, 2]), /the matrix is too small, expected at least 3/],
  ])('%s', async (_, content, message) => {
    put('in/a.npy', content);
    await expect(ingest(['in'])).rejects.toThrow(message);
    expect(existsSync(at('out'))).toBe(false);
  });

  it('another number of ROIs than the atlas, or than the files before', async () => {
    put('in/a.npy', npy(0));
    await expect(ingest(['in'], { atlas: '5' })).rejects.toThrow(
      'a.npy: the matrix is not of the atlas rois5, expected 5 ROIs, found 4; check --atlas',
    );
    put('in/b.txt', '0.1 0.2 0.3');
    await expect(ingest(['in'])).rejects.toThrow(
      'b.txt: the matrix is not of the atlas rois4, expected 4 ROIs, found 3',
    );
  });

  it('a stack among files of one matrix, and a missing source', async () => {
    put('in/a.npy', npy(0));
    put('in/b.npy', encodeNpy(Float64Array.from([...whole(0), ...whole(1)]), [2, ROIS, ROIS]));
    await expect(ingest(['in'])).rejects.toThrow(
      'b.npy: the file holds 2 matrices, expected one, as in the files before',
    );
    await expect(ingest(['no'])).rejects.toThrow('no: there is no such file or folder; check the path.');
  });
});
