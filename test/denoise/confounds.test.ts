/** @file Tables of confounds: names old and new, motion files, and any bytes. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOTION } from '../../src/denoise/confound-names.ts';
import { parseConfounds } from '../../src/denoise/confounds-table.ts';
import { tableDisplacement } from '../../src/denoise/motion.ts';
import { strategyRegressors, unsteadyMarks } from '../../src/denoise/regressors.ts';
import type { Strategy } from '../../src/denoise/strategy.ts';
import { isInputError } from '../../src/errors/input-error.ts';
import { tableText } from './table-text.ts';

const SHARED = join(import.meta.dirname, '../../../shared/data/nifti-bold');

const names = (strategy: Strategy, given: Parameters<typeof strategyRegressors>[1]) => [
  ...strategyRegressors(strategy, given).keys(),
];
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
    expect(tableDisplacement(table)).toBeUndefined();
    expect(names('24p', { table, image: '', where: '' })).toHaveLength(24);
  });

  test('other numbers of columns are no motion', () => {
    expect(() => parseConfounds('1 2 3 4 5\n1 2 3 4 5\n', 'a.par')).toThrow(
      'a.par: the columns have no names, expected a header, or the 6 motion parameters, found 5 columns',
    );
  });
});

describe('any bytes', () => {
  const fine = tableText([...MOTION, 'csf', 'white_matter', 'global_signal'], 4);
  const accepts = (text: string) => {
    try {
      const { columns, volumes } = parseConfounds(text, 'x.tsv');
      for (const values of columns.values()) expect(values).toHaveLength(volumes);
    } catch (error) {
      if (!isInputError(error)) throw error;
    }
  };

  test('give a table or a clear error', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200, unit: 'binary' }), accepts), { numRuns: 600 });
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
      { numRuns: 600 },
    );
    fc.assert(
      fc.property(fc.nat(fine.length - 1), fc.string({ maxLength: 3 }), fc.nat(3), (at, text, gone) =>
        accepts(fine.slice(0, at) + text + fine.slice(at + gone)),
      ),
      { numRuns: 400 },
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
    const own = tableDisplacement(table);
    const columns = new Map([...table.columns].filter(([name]) => name !== 'framewise_displacement'));
    const displacement = tableDisplacement({ ...table, columns });
    expect(own?.[0]).toBeNaN();
    for (let t = 1; t < 30; t++) expect(displacement?.[t]).toBeCloseTo(own?.[t] ?? Number.NaN, 12);
  });

  test("Haxby's motion file: 121 volumes, rotations first, FD of a still head", () => {
    const table = read('haxby2001_sub001_25mm/task001_run001/bold_moest.txt');
    expect(table.volumes).toBe(121);
    const displacement = tableDisplacement(table)?.slice(1) ?? new Float64Array();
    const mean = displacement.reduce((sum, value) => sum + value, 0) / 120;
    expect(mean).toBeGreaterThan(0.02);
    expect(mean).toBeLessThan(0.3);
  });
});
