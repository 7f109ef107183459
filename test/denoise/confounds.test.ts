/** @file Tables of confounds: names old and new, motion files, strategies, and what is refused. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compCorColumns } from '../../src/denoise/compcor.ts';
import { MOTION } from '../../src/denoise/confound-names.ts';
import { parseConfounds } from '../../src/denoise/confounds-table.ts';
import { tableDisplacement } from '../../src/denoise/motion.ts';
import { strategyRegressors, unsteadyMarks } from '../../src/denoise/regressors.ts';
import type { Strategy } from '../../src/denoise/strategy.ts';
import { isInputError } from '../../src/errors/input-error.ts';

const SHARED = join(import.meta.dirname, '../../../shared/data/nifti-bold');

/** A table of `volumes` rows whose cells are a formula of row and column; `undefined` is n/a. */
function tableText(
  names: readonly string[],
  volumes = 30,
  cell = (t: number, k: number): number | undefined => Math.sin(t * (k + 1) + k),
): string {
  const rows = Array.from({ length: volumes }, (_, t) => names.map((_, k) => cell(t, k) ?? 'n/a').join('\t'));
  return `${[names.join('\t'), ...rows].join('\n')}\n`;
}

const source = (names: readonly string[], image = 'sub-1_desc-preproc_bold.nii.gz') => ({
  table: parseConfounds(tableText(names), 'table.tsv'),
  image,
  where: 'table.tsv',
});
const names = (strategy: Strategy, given: Parameters<typeof strategyRegressors>[1]) => [
  ...strategyRegressors(strategy, given).keys(),
];
const BASIC = [...MOTION, 'csf', 'white_matter', 'global_signal'];

describe('names', () => {
  test('fMRIPrep 1.0: the names of then become those of today, values stay', () => {
    const old = [
      'WhiteMatter',
      'GlobalSignal',
      'CSF',
      'stdDVARS',
      'non-stdDVARS',
      'vx-wisestdDVARS',
      'FramewiseDisplacement',
      'tCompCor00',
      'aCompCor00',
      'aCompCor05',
      'Cosine00',
      'NonSteadyStateOutlier00',
      'X',
      'Y',
      'Z',
      'RotX',
      'RotY',
      'RotZ',
      'AROMAAggrComp01',
    ];
    const { columns, volumes } = parseConfounds(tableText(old), 'old.tsv');
    expect(volumes).toBe(30);
    expect([...columns.keys()]).toEqual([
      'white_matter',
      'global_signal',
      'csf',
      'std_dvars',
      'dvars',
      'vx_wisestd_dvars',
      'framewise_displacement',
      't_comp_cor_00',
      'a_comp_cor_00',
      'a_comp_cor_05',
      'cosine00',
      'non_steady_state_outlier00',
      'trans_x',
      'trans_y',
      'trans_z',
      'rot_x',
      'rot_y',
      'rot_z',
      'aroma_motion_01',
    ]);
    expect(columns.get('trans_y')?.[7]).toBeCloseTo(Math.sin(7 * 14 + 13), 12);
  });

  test('n/a is NaN; the same column twice, also by an older name, is refused', () => {
    const { columns } = parseConfounds(
      tableText(['csf', 'csf_derivative1'], 4, (t, k) => (t === 0 && k === 1 ? undefined : t)),
      'a.tsv',
    );
    expect([...(columns.get('csf_derivative1') ?? [])]).toEqual([Number.NaN, 1, 2, 3]);
    expect(() => parseConfounds(tableText(['X', 'trans_x', 'b']), 'a.tsv')).toThrow(
      "a.tsv: two columns are named 'trans_x'",
    );
    expect(() => parseConfounds('csf\tb\n1\tinf\n', 'a.tsv')).toThrow('a.tsv: volume 1, column 2 is infinite');
  });
});

describe('motion without names', () => {
  const line = '1 2 3 4 5 6\n2 2 2 2 2 2\n';
  const first = (where: string, text = line, options = {}) => {
    const { columns } = parseConfounds(text, where, options);
    return Object.fromEntries([...columns].map(([name, values]) => [name, values[0]]));
  };
  const radians = (degrees: number) => (degrees * Math.PI) / 180;

  test('order and units by the name of the file, or as asked', () => {
    expect(first('a/mcflirt.par')).toEqual({ rot_x: 1, rot_y: 2, rot_z: 3, trans_x: 4, trans_y: 5, trans_z: 6 });
    expect(first('run/bold_moest.txt')).toEqual(first('x.par'));
    expect(first('rp_bold.txt')).toEqual({ trans_x: 1, trans_y: 2, trans_z: 3, rot_x: 4, rot_y: 5, rot_z: 6 });
    const afni = { rot_z: radians(1), rot_x: radians(2), rot_y: radians(3), trans_z: 4, trans_x: 5, trans_y: 6 };
    expect(first('dfile.1D')).toEqual(afni);
    expect(first('x.par', line, { motionOrder: 'afni' })).toEqual(afni);
    const hcp = first('Movement_Regressors.txt', '1 2 3 4 5 6 0 0 0 0 0 0\n');
    expect(hcp).toEqual({
      trans_x: 1,
      trans_y: 2,
      trans_z: 3,
      rot_x: radians(4),
      rot_y: radians(5),
      rot_z: radians(6),
    });
  });

  test('an order nobody knows serves for regression, where it does not matter, and not for FD', () => {
    const table = parseConfounds(line, 'motion.txt');
    expect([...table.columns.keys()]).toEqual(['motion_1', 'motion_2', 'motion_3', 'motion_4', 'motion_5', 'motion_6']);
    expect(tableDisplacement(table, 'motion.txt')).toBeUndefined();
    expect(names('24p', { table, image: '', where: '' })).toHaveLength(24);
  });

  test('other numbers of columns are no motion', () => {
    expect(() => parseConfounds('1 2 3 4 5\n1 2 3 4 5\n', 'a.par')).toThrow(
      'a.par: the columns have no names, expected a header, or the 6 motion parameters, found 5 columns',
    );
  });
});

describe('strategies', () => {
  test.each<[Strategy, number]>([
    ['none', 0],
    ['2p', 2],
    ['6p', 6],
    ['8p', 8],
    ['9p', 9],
    ['24p', 24],
    ['24p-gsr', 25],
    ['26p', 26],
    ['26p-gsr', 27],
    ['32p', 32],
    ['36p', 36],
  ])('%s takes that many', (strategy, count) => {
    expect(names(strategy, source(BASIC))).toHaveLength(count);
  });

  test('derivatives and squares that the table lacks are computed, and equal those it has', () => {
    const bare = source(['csf', 'white_matter', 'global_signal', ...MOTION]);
    const computed = strategyRegressors('36p', bare);
    const csf = bare.table.columns.get('csf') ?? new Float64Array();
    expect(computed.get('csf_derivative1')?.[0]).toBe(0);
    expect(computed.get('csf_derivative1')?.[5]).toBe(csf[5] - csf[4]);
    expect(computed.get('csf_power2')?.[5]).toBe(csf[5] ** 2);
    expect(computed.get('csf_derivative1_power2')?.[5]).toBe((csf[5] - csf[4]) ** 2);

    const given = [...computed.keys()];
    const text = tableText(given, 30, (t, k) =>
      t === 0 && given[k].includes('derivative1') ? undefined : computed.get(given[k])?.[t],
    );
    const read = strategyRegressors('36p', { ...bare, table: parseConfounds(text, 'full.tsv') });
    expect(read).toEqual(computed);
  });

  test('what the table lacks is named; a value missing elsewhere than at the start of a derivative too', () => {
    expect(() => names('36p', source([...MOTION, 'csf']))).toThrow(
      'table.tsv: the table lacks white_matter, global_signal for --denoise 36p, found 7 columns (trans_x, trans_y, trans_z, rot_x, rot_y, …)',
    );
    const holes = (hole: string, at: number) => ({
      ...source(BASIC),
      table: parseConfounds(
        tableText([...BASIC, 'csf_derivative1'], 30, (t, k) =>
          [...BASIC, 'csf_derivative1'][k] === hole && t === at ? undefined : t * k,
        ),
        'a.tsv',
      ),
    });
    expect(() => names('8p', holes('csf', 0))).toThrow('csf has no usable value at volume 1');
    expect(() => names('36p', holes('csf_derivative1', 3))).toThrow('csf_derivative1 has no usable value at volume 4');
    expect(() => names('8p', holes('global_signal', 3))).not.toThrow();
  });

  test('AROMA: components from the table only on images without it, and the other way round', () => {
    const columns = [...BASIC, 'aroma_motion_01', 'aroma_motion_12'];
    const done = 'sub-1_desc-smoothAROMAnonaggr_bold.nii.gz';
    expect(names('aroma-aggressive-gsr', source(columns))).toEqual([
      'white_matter',
      'csf',
      'global_signal',
      'aroma_motion_01',
      'aroma_motion_12',
    ]);
    expect(names('aroma', source(columns, done))).toEqual(['white_matter', 'csf']);
    expect(() => names('aroma', source(columns))).toThrow(
      'regress the components of the table out with --denoise aroma-aggressive.',
    );
    expect(() => names('aroma-aggressive', source(columns, done))).toThrow('applied to this image already');
    expect(() => names('aroma-aggressive', source(BASIC))).toThrow('no ICA-AROMA components');
  });
});

describe('aCompCor', () => {
  const numbered = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, k) => `${prefix}_comp_cor_${String(k).padStart(2, '0')}`);
  const entry = (Mask: string, CumulativeVarianceExplained: number, Retained = true) => ({
    Method: 'aCompCor',
    Mask,
    CumulativeVarianceExplained,
    Retained,
  });

  /** As fMRIPrep 1.4 to 20.2: all masks under one prefix. */
  const mixed = parseConfounds(tableText([...numbered('a', 21), 't_comp_cor_00']), 'a.tsv');
  const sidecar = {
    ...Object.fromEntries(
      numbered('a', 21).map((name, k) => [
        name,
        entry(['combined', 'CSF', 'WM'][Math.floor(k / 7)], 0.1 * ((k % 7) + 1)),
      ]),
    ),
    dropped_0: entry('WM', 0.99, false),
    t_comp_cor_00: { Method: 'tCompCor', Retained: true },
    csf: { Method: 'Mean' },
  };
  const slice = (from: number, to: number) => numbered('a', 21).slice(from, to);

  test('the sidecar says which component is of which tissue, and how many explain half', () => {
    expect(compCorColumns(mixed, sidecar, 'five', 'a.tsv')).toEqual([...slice(14, 19), ...slice(7, 12)]);
    expect(compCorColumns(mixed, sidecar, 'half', 'a.tsv')).toEqual([...slice(14, 19), ...slice(7, 12)]);
    expect(compCorColumns(mixed, sidecar, 'combined', 'a.tsv')).toEqual(slice(0, 7));
    const steep = { ...sidecar, a_comp_cor_08: entry('CSF', 0.5) };
    expect(compCorColumns(mixed, steep, 'half', 'a.tsv')).toEqual([...slice(14, 19), ...slice(7, 9)]);
  });

  test('without it, the columns of present versions still say it, and old ones give their first ten', () => {
    const present = parseConfounds(tableText([...numbered('c', 3), ...numbered('w', 8), ...numbered('a', 4)]), 'a.tsv');
    expect(compCorColumns(present, undefined, 'five', 'a.tsv')).toEqual([...numbered('w', 5), ...numbered('c', 3)]);
    expect(compCorColumns(present, undefined, 'combined', 'a.tsv')).toEqual(numbered('a', 4));
    expect(compCorColumns(mixed, undefined, 'five', 'a.tsv')).toEqual(slice(0, 10));
    expect(() => compCorColumns(mixed, undefined, 'combined', 'a.tsv')).toThrow('only the JSON sidecar');
    expect(() => compCorColumns(present, undefined, 'half', 'a.tsv')).toThrow('only the JSON sidecar');
  });

  test('a sidecar that is none, or of another table, and a table without components are refused', () => {
    expect(() => compCorColumns(mixed, [1], 'five', 'a.tsv')).toThrow('no JSON object');
    expect(() => compCorColumns(mixed, { a_comp_cor_77: entry('WM', 0.1) }, 'five', 'a.tsv')).toThrow(
      'describes a_comp_cor_77',
    );
    const none = parseConfounds(tableText(['t_comp_cor_00', 'csf']), 'a.tsv');
    expect(() => compCorColumns(none, undefined, 'five', 'a.tsv')).toThrow('found 1 (t_comp_cor_00, …)');
    expect(() => compCorColumns(mixed, { csf: { Method: 'Mean' } }, 'combined', 'a.tsv')).toThrow(
      'does not have the aCompCor components',
    );
  });
});

describe('any bytes', () => {
  const fine = tableText(BASIC, 4);
  const accepts = (text: string) => {
    try {
      const { columns, volumes } = parseConfounds(text, 'x.tsv');
      for (const values of columns.values()) expect(values).toHaveLength(volumes);
    } catch (error) {
      if (!isInputError(error)) throw error;
    }
  };

  test('give a table or a clear error', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200, unit: 'binary' }), accepts), { numRuns: 2000 });
    const cells = fc.constantFrom(
      '1',
      '-2e3',
      'n/a',
      '\t',
      '\n',
      '\t',
      ' ',
      ',',
      '"',
      'X',
      'csf',
      '\r\n',
      '#',
      'inf',
      '',
    );
    fc.assert(
      fc.property(
        fc.array(cells, { maxLength: 40 }).map((parts) => parts.join('')),
        accepts,
      ),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.nat(fine.length - 1), fc.string({ maxLength: 3 }), fc.nat(3), (at, text, gone) =>
        accepts(fine.slice(0, at) + text + fine.slice(at + gone)),
      ),
      { numRuns: 1000 },
    );
  });
});

describe.skipIf(!existsSync(SHARED))('real tables (skipped without ../shared/data)', () => {
  const read = (path: string) => parseConfounds(readFileSync(join(SHARED, path), 'utf8'), path);

  test('fMRIPrep 1.4: strategies of its columns', () => {
    const table = read('fmriprep-confounds/test_desc-confounds_regressors.tsv');
    expect([table.volumes, table.columns.size]).toEqual([30, 189]);
    const given = { table, image: 'x_desc-preproc_bold', where: 'x' };
    expect(names('36p', given)).toHaveLength(36);
    expect(names('acompcor', given)).toHaveLength(34);
    expect(names('aroma-aggressive', given)).toHaveLength(15);
    expect(unsteadyMarks(table)).toHaveLength(1);
  });

  test('fMRIPrep 21: tissues by prefix; its derivatives, squares and FD are ours', () => {
    const table = read('fmriprep-confounds/test-v21_desc-confounds_timeseries.tsv');
    const given = { table, image: 'x', where: 'x' };
    expect(names('acompcor-gsr', given).slice(24)).toEqual([
      'global_signal',
      'w_comp_cor_00',
      'w_comp_cor_01',
      'w_comp_cor_02',
      'w_comp_cor_03',
      'c_comp_cor_00',
      'c_comp_cor_01',
      'c_comp_cor_02',
    ]);
    const full = strategyRegressors('36p', given);
    const bare = new Map([...table.columns].filter(([name]) => !/derivative1|power2/.test(name)));
    const computed = strategyRegressors('36p', { ...given, table: { ...table, columns: bare } });
    for (const [name, values] of full) {
      const largest = Math.max(...values.map(Math.abs));
      values.forEach((value, t) => {
        expect(Math.abs(value - (computed.get(name)?.[t] ?? Number.NaN))).toBeLessThan(1e-12 * largest);
      });
    }
    const own = tableDisplacement(table, 'x');
    const columns = new Map([...table.columns].filter(([name]) => name !== 'framewise_displacement'));
    const displacement = tableDisplacement({ ...table, columns }, 'x');
    expect(own?.[0]).toBeNaN();
    for (let t = 1; t < 30; t++) expect(displacement?.[t]).toBeCloseTo(own?.[t] ?? Number.NaN, 12);
  });

  test("Haxby's motion file: 121 volumes, rotations first, FD of a still head", () => {
    const table = read('haxby2001_sub001_25mm/task001_run001/bold_moest.txt');
    expect(table.volumes).toBe(121);
    const displacement = tableDisplacement(table, 'x')?.slice(1) ?? new Float64Array();
    const mean = displacement.reduce((sum, value) => sum + value, 0) / 120;
    expect(mean).toBeGreaterThan(0.02);
    expect(mean).toBeLessThan(0.3);
  });
});
