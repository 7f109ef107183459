/** @file From columns to tasks: what is positive, what is left out, and what is refused. */
import { describe, expect, it } from 'vitest';
import type { Scan } from '../../src/dataset/dataset.ts';
import type { LabelRequest } from '../../src/labels/label-rule.ts';
import { labelScans } from '../../src/labels/labels.ts';

function tableOf(columns: Record<string, string[]>, site: string[] = []) {
  const names = Object.keys(columns);
  const count = columns[names[0]].length;
  const scans = Array.from({ length: count }, (_, i): Scan => {
    const phenotype = Object.fromEntries(names.map((name) => [name, columns[name][i]]));
    const blank = { session: '', run: '', site: site[i] ?? '', timepoints: 100, offset: 100 * i, tr: 2 };
    return { ...blank, scanId: `scan${i}`, participantId: `p${i}`, phenotype };
  });
  return { directory: 'study.dataset', scans, phenotypeColumns: names };
}
const positives = (columns: Record<string, string[]>, request: LabelRequest) =>
  labelScans(tableOf(columns), request)
    .scans.filter((scan) => scan.positive)
    .map((scan) => scan.row);

describe('labels by value', () => {
  it('take the larger of two numbers as positive', () => {
    expect(positives({ dx: ['0', '1', '0', '1'] }, { label: 'dx' })).toEqual([1, 3]);
    expect(positives({ sex: ['10', '2', '10', '2'] }, { label: 'sex' })).toEqual([0, 2]);
  });

  it('take what is not a word for controls as positive', () => {
    expect(positives({ dx: ['ASD', 'control', 'ASD', 'control'] }, { label: 'dx' })).toEqual([0, 2]);
    expect(positives({ dx: ['HC', 'AD', 'AD', 'HC'] }, { label: 'dx' })).toEqual([1, 2]);
    expect(positives({ sex: ['F', 'M', 'F', 'M'] }, { label: 'sex' })).toEqual([1, 3]);
  });

  it('obey --positive and --control', () => {
    const dx = { dx: ['1', '2', '1', '2', '3', '3'] };
    expect(positives(dx, { label: 'dx', positive: '1' })).toEqual([0, 2]);
    const pair = labelScans(tableOf(dx), { label: 'dx', positive: '1', control: '3' });
    expect(pair.scans.map((scan) => scan.row)).toEqual([0, 2, 4, 5]);
    expect(pair.dropped).toEqual({ missing: 0, other: 2 });
    const rest = labelScans(tableOf(dx), { label: 'dx', control: '2' });
    expect([rest.positive, rest.control]).toEqual(['not 2', '2']);
    expect(rest.scans.filter((scan) => scan.positive).map((scan) => scan.row)).toEqual([0, 2, 4, 5]);
    expect(positives({ dx: ['1', '2', '1', '2'] }, { label: 'dx', control: '2' })).toEqual([0, 2]);
    expect(positives({ dx: ['1.0', '2.0', '1.0', '2.0'] }, { label: 'dx', positive: '1' })).toEqual([0, 2]);
  });

  it('drop and count missing values', () => {
    const task = labelScans(tableOf({ dx: ['0', '', 'n/a', '1', '-9999', '0', '1', 'NA'] }), { label: 'dx' });
    expect(task.scans.map((scan) => scan.row)).toEqual([0, 3, 5, 6]);
    expect(task.dropped).toEqual({ missing: 4, other: 0 });
  });

  it('read the columns of every data set', () => {
    const task = labelScans(tableOf({ dx: ['0', '0', '1', '1'] }, ['A', 'B', 'A', 'B']), {
      label: 'site',
      positive: 'A',
    });
    expect(task.scans.map((scan) => scan.positive)).toEqual([true, false, true, false]);
  });
});

describe('labels by threshold', () => {
  const age = { age: ['10', '15', '15.5', '40', '-9999', '8'] };

  it.each([
    ['age>15', [2, 3], '<=15'],
    ['age >= 15', [1, 2, 3], '<15'],
    ['age<15', [0, 5], '>=15'],
    ['age<=15', [0, 1, 5], '>15'],
  ])('%s', (label, rows, control) => {
    const task = labelScans(tableOf(age), { label });
    expect(task.scans.filter((scan) => scan.positive).map((scan) => scan.row)).toEqual(rows);
    expect(task.control).toBe(control);
    expect(task.dropped.missing).toBe(1);
  });
});

describe('labels that are refused', () => {
  const dx = { dx: ['0', '1', '0', '1'] };
  it.each<[string, Record<string, string[]>, LabelRequest, string]>([
    [
      'absent column',
      { diagnosis: ['0', '1'], age: ['3', '4'] },
      { label: 'diagnosys' },
      'study.dataset: there is no column "diagnosys" to take labels from, found diagnosis, age; did you mean --label diagnosis.',
    ],
    [
      'one class',
      { dx: ['1', '1', 'n/a'] },
      { label: 'dx' },
      'study.dataset: column "dx" holds one class only, expected two values, found "1" (2 scans); choose a column with patients and controls.',
    ],
    [
      'more than two values',
      { dx: ['AD', 'MCI', 'CN', 'CN'] },
      { label: 'dx' },
      'study.dataset: column "dx" holds more than two values, found "AD" (1 scans), "CN" (2 scans), "MCI" (1 scans); say which is the patient class with --positive VALUE, or which are the controls with --control VALUE.',
    ],
    [
      'absent value',
      dx,
      { label: 'dx', positive: '2' },
      '--positive 2: no scan has this value in column "dx", found "0" (2 scans), "1" (2 scans).',
    ],
    [
      'same value twice',
      dx,
      { label: 'dx', positive: '1', control: '1' },
      '--positive 1: the same value is given for --control.',
    ],
    [
      'too few participants',
      { dx: ['0', '0', '0', '1'] },
      { label: 'dx' },
      'study.dataset: class "1" of label "dx" has too few participants, expected at least 2, found 1.',
    ],
    [
      'nobody past a threshold',
      { age: ['10', '20'] },
      { label: 'age>90' },
      'study.dataset: class ">90" of label "age>90" has too few participants, expected at least 2, found 0.',
    ],
    [
      'threshold that is no number',
      { age: ['10', '20'] },
      { label: 'age>old' },
      '--label age>old: the threshold is not a number, found old.',
    ],
    [
      'value that is no number',
      { age: ['10', 'old'] },
      { label: 'age>5' },
      'scan scan1: column "age" is not a number, found old; mend the value or leave it empty.',
    ],
    [
      'threshold and --positive',
      { age: ['10', '20'] },
      { label: 'age>5', positive: '10' },
      '--label age>5: a threshold already says which scans are positive; leave out --positive and --control, or turn the sign round.',
    ],
  ])('%s', (_, columns, request, message) => {
    expect(() => labelScans(tableOf(columns), request)).toThrow(
      expect.objectContaining({ name: 'InputError', message }),
    );
  });
});
