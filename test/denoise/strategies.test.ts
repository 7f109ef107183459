/** @file Which columns each strategy takes from a table, and what is refused. */
import { describe, expect, test } from 'vitest';
import { compCorColumns } from '../../src/denoise/compcor.ts';
import { MOTION } from '../../src/denoise/confound-names.ts';
import { parseConfounds } from '../../src/denoise/confounds-table.ts';
import { strategyRegressors } from '../../src/denoise/regressors.ts';
import type { Strategy } from '../../src/denoise/strategy.ts';
import { tableText } from './table-text.ts';

const source = (names: readonly string[], image = 'sub-1_desc-preproc_bold.nii.gz') => ({
  table: parseConfounds(tableText(names), 'table.tsv'),
  image,
  where: 'table.tsv',
});
const names = (strategy: Strategy, given: Parameters<typeof strategyRegressors>[1]) => [
  ...strategyRegressors(strategy, given).keys(),
];
const BASIC = [...MOTION, 'csf', 'white_matter', 'global_signal'];

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
    const huge = {
      ...source(BASIC),
      table: parseConfounds(
        tableText(BASIC, 30, (t) => 1e60 + t),
        'a.tsv',
      ),
    };
    expect(names('6p', huge)).toHaveLength(6);
    expect(() => names('24p', huge)).toThrow('trans_x_power2 has no usable value at volume 1');
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
