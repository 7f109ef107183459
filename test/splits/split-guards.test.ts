/** @file Leaks that are planted must be found: in a column, under two ids, from pretraining; and what vanishes is named. */
import { describe, expect, it } from 'vitest';
import { duplicateWarning } from '../../src/evaluate/duplicates.ts';
import { featureTable } from '../../src/features/features.ts';
import { dealSplits } from '../../src/splits/deal-splits.ts';
import { columnSplit, splitColumnValues } from '../../src/splits/split-column.ts';
import { pretrainingWarnings, requireClasses, siteWarnings } from '../../src/splits/split-guards.ts';
import { cohort, gaussianFeatures } from './cohort.ts';
import { numbers, threeClasses, twoClasses } from './split-cohort.ts';

const task = cohort(8);
/** p000 to p003 to train on, p004 and p005 to choose by, p006 and p007 to test on. */
const split = { train: [0, 1, 2, 3], validation: [4, 5], test: [6, 7] };

describe('a split from a column', () => {
  const words = ['train', 'Training', 'train', 'TRAIN', 'val', 'validation', 'test', ' Testing '];
  const ones = ['1', '1', '1.0', 'true', '0', '0.0', 'False', 'no'];

  it('is read from words, and from 1 and 0 where the name of the column says what 1 is', () => {
    expect(columnSplit(task, 'fold', words)).toEqual(split);
    const parts = { train: [0, 1, 2, 3], validation: [], test: [4, 5, 6, 7] };
    for (const name of ['is_train', 'isTrain', 'Train']) expect(columnSplit(task, name, ones)).toEqual(parts);
    expect(columnSplit(task, 'is_test', ones)).toEqual({ ...parts, train: parts.test, test: parts.train });
    expect(dealSplits(task, { kind: 'column', column: 'is_train' }, 0, ones)).toEqual([parts]);
  });

  it('is refused at a value that says nothing, naming its row', () => {
    expect(() => columnSplit(task, 'is_train', ones.with(2, 'maybe'))).toThrow(
      'scans.tsv row 4 (scan p002_0): column "is_train" does not say which side the scan is on, expected 1, 0, train, validation or test, found "maybe".',
    );
    expect(() => columnSplit(task, 'part', words.with(7, ''))).toThrow(
      'scans.tsv row 9 (scan p007_0): column "part" does not say which side the scan is on, expected train, validation or test, found an empty cell.',
    );
    expect(() => columnSplit(task, 'part', ones)).toThrow('found "1"; call the column is_train if 1 means train.');
  });

  it('is refused when a side is empty or lacks a class, or a participant is on two', () => {
    expect(() => columnSplit(task, 'is_train', ones.fill('1', 4))).toThrow(
      'column "is_train": no scan is on the test side; mark some, or draw splits.',
    );
    const lone = ['1', '1', '1', '1', '1', '1', '1', '0'];
    expect(() => columnSplit(task, 'is_train', lone)).toThrow(
      'column "is_train": no participant of class "0" is on the test side, expected at least one, found 4 in all',
    );
    const twice = cohort(4, { sessions: 2 });
    expect(() => columnSplit(twice, 'is_train', ['1', '1', '1', '0', '0', '0', '0', '0'])).toThrow(
      'column "is_train": participant "p001" is on the train and the test side; keep all scans of a person on one side.',
    );
  });

  it('takes its values from the data set, by the rows of the task', () => {
    const scan = (part: string, row: number) => ({
      scanId: `p00${row}_0`,
      participantId: `p00${row}`,
      session: '',
      run: '',
      site: 'A',
      timepoints: 9,
      offset: 0,
      tr: undefined,
      phenotype: { part },
    });
    const dataset = { directory: 'a.dataset', phenotypeColumns: ['part'], scans: ['x', ' y ', 'z'].map(scan) };
    const some = { ...task, scans: [task.scans[2], task.scans[1]] };
    expect(splitColumnValues(dataset, some, 'part')).toEqual(['z', 'y']);
    expect(() => splitColumnValues(dataset, some, 'parts')).toThrow(
      'a.dataset: there is no column "parts" to take the split from, found part, site, session, run; did you mean part.',
    );
  });
});

describe('identical scans of different participants', () => {
  /** Features in which scan `to` is a copy of scan `from`. */
  const copied = (from: number, to: number) => {
    const features = gaussianFeatures(task, 100, 0, 1);
    features.values.copyWithin(to * 100, from * 100, (from + 1) * 100);
    return features;
  };

  it('are refused when one is tested on and the other is not', () => {
    const problem = (pair: string) =>
      `split 2: scans of different participants are identical, and one is tested on while another is not (${pair}), expected no scan tested on that was trained on under another name; give both the same participant_id, or leave one out.`;
    const other = { train: [0, 1], validation: [], test: [2, 3] };
    expect(() => duplicateWarning(task, copied(1, 6), [other, split])).toThrow(problem('p001_0 and p006_0'));
    expect(() => duplicateWarning(task, copied(5, 7), [other, split])).toThrow(problem('p005_0 and p007_0'));
  });

  it('are a warning when they are always on one side, or one of them on none', () => {
    const warning = (pair: string) => [
      `scans of different participants are identical (${pair}): scores may be too good`,
    ];
    expect(duplicateWarning(task, copied(0, 2), [split])).toEqual(warning('p000_0 and p002_0'));
    expect(duplicateWarning(task, copied(6, 7), [split])).toEqual(warning('p006_0 and p007_0'));
    expect(duplicateWarning(task, copied(0, 7), [{ ...split, test: [6] }])).toEqual(warning('p000_0 and p007_0'));
  });

  it('are found whoever is first of three, and only when every feature agrees', () => {
    const three = copied(4, 3);
    three.values.copyWithin(700, 400, 500);
    // p003, p004 and p007: the first of them is on no side here, the others leak.
    expect(() => duplicateWarning(task, three, [{ train: [4], validation: [], test: [7] }])).toThrow('p003_0 and');
    const nearly = copied(1, 6);
    nearly.values[699] += 1;
    expect(duplicateWarning(task, nearly, [split])).toEqual([]);
    // A region without a signal: many leading features are 0 in everybody.
    const flat = gaussianFeatures(task, 100, 0, 2);
    for (let row = 0; row < 8; row++) flat.values.fill(0, row * 100, row * 100 + 99);
    expect(duplicateWarning(task, featureTable('flat', flat.values, 8), [split])).toEqual([]);
  });

  it('are no news within a participant', () => {
    const twice = cohort(4, { sessions: 2 });
    const features = featureTable(
      'same',
      new Float32Array(8 * 3).map((_, at) => Math.floor(at / 6)),
      8,
    );
    expect(duplicateWarning(twice, features, [{ train: [0, 1], validation: [], test: [2, 3] }])).toEqual([]);
  });
});

describe('test participants seen in pretraining', () => {
  it('are a warning, or refused when strict', () => {
    expect(pretrainingWarnings(task, [split], ['p000', 'p005'], true)).toEqual([]);
    expect(pretrainingWarnings(task, [split], ['p000', 'p007'], false)).toEqual([
      "1 of 2 test participants were in the model's pretraining data (their scans, not their labels)",
    ]);
    expect(() => pretrainingWarnings(task, [split], ['p000', 'p007'], true)).toThrow(
      "--strict: 1 of 2 test participants were in the model's pretraining data (p007), expected nobody tested on who was pretrained on; take a model that was pretrained on other people, or leave out --strict.",
    );
  });
});

describe('what vanishes', () => {
  const member = (id: string, site: string, value: number) => ({ id, scans: [{ site, value }] });
  const members = [member('a', 'A', 0), member('b', 'A', 1), member('c', 'B', 2), member('d', 'C', 0)];

  it('is named: a class, or everybody', () => {
    const three = threeClasses(members);
    expect(() => requireClasses(three, { train: [0, 1, 2], validation: [], test: [3] }, 'here')).toThrow(
      'here: no participant of class "hc" is on the test side, expected at least one, found 1 in all; add participants of this class or choose another label.',
    );
    expect(() =>
      requireClasses(three, { train: [0, 1, 2], validation: [], test: [3] }, 'here', ['train']),
    ).not.toThrow();
    expect(() => requireClasses(numbers(members), { train: [0], validation: [1], test: [2] }, 'here')).toThrow(
      'here: there are too few participants on the train side, expected at least 2, found 1; add participants or choose another label.',
    );
  });

  it('is told: sites without anybody to train on, sites never tested on', () => {
    const two = twoClasses(members);
    expect(siteWarnings(two, [{ train: [0, 3], validation: [], test: [1, 2] }], undefined)).toEqual([
      'sites tested on in a split that trains on nobody of theirs: B',
      'sites never tested on: C',
    ]);
    expect(siteWarnings(two, [{ train: [0, 2, 3], validation: [], test: [0, 2, 3] }], undefined)).toEqual([]);
  });

  it('is expected of sites left out, except for a class', () => {
    const plan = { kind: 'leave-one-site-out' } as const;
    const list = [...members, member('e', 'C', 1), member('f', 'A', 0)];
    const two = twoClasses(list);
    expect(siteWarnings(two, dealSplits(two, plan, 0), plan)).toEqual([
      '1 of 3 sites lack a class (B): they have no AUC of their own and count in the score over all sites',
    ]);
    const age = numbers(list);
    expect(siteWarnings(age, dealSplits(age, plan, 0), plan)).toEqual([]);
  });
});
