/** @file Cohort to cohort: no label of the second cohort is read, and centring takes out what shifts it as a whole. */
import { describe, expect, it } from 'vitest';
import { fixedSource, frozenContender, sharedRows } from '../../src/classifiers/contender.ts';
import { protocolOf } from '../../src/classifiers/protocols.ts';
import { prototypeTransfer, zeroShot } from '../../src/evaluate/zero-shot.ts';
import { type Features, stackFeatures } from '../../src/features/features.ts';
import type { Task } from '../../src/labels/labels.ts';
import type { Split } from '../../src/splits/split.ts';
import { transferTask } from '../../src/splits/transfer.ts';
import { cohort, gaussianFeatures } from '../splits/cohort.ts';

const COLUMNS = 6;
const first = cohort(60);
const second = renamed(cohort(40));
const { task, split } = transferTask(first, 60, second) as { task: Task; split: Split };

function renamed(of: Task): Task {
  return { ...of, scans: of.scans.map((scan) => ({ ...scan, participantId: `other-${scan.participantId}` })) };
}

/** Both cohorts; the second is moved by `shift` in the columns that patients are moved in. */
function features(effect: number, shift: number): Features {
  const moved = gaussianFeatures(second, COLUMNS, effect, 2);
  const values = moved.values.map((value, at) => value + (at % COLUMNS < 3 ? shift : 0));
  return stackFeatures(gaussianFeatures(first, COLUMNS, effect, 1), { ...moved, values });
}

/** The same people with the labels of the second cohort turned round, or dealt otherwise. */
const relabelled = [(i: number) => i % 2 === 0, (i: number) => i % 3 === 0].map((positiveOf): Task => {
  const tested = new Set(split.test);
  return { ...task, scans: task.scans.map((scan, i) => (tested.has(i) ? { ...scan, positive: positiveOf(i) } : scan)) };
});

describe('transfer to another cohort', () => {
  const table = features(1, 0.5);

  it.each(['uncentred', 'centred'] as const)('reads no label of it: prototypes, %s', (centring) => {
    const decisions = prototypeTransfer(table, task, split, centring);
    expect(decisions).toHaveLength(40);
    for (const other of relabelled) expect(prototypeTransfer(table, other, split, centring)).toEqual(decisions);
    const flipped = { ...task, scans: task.scans.map((scan) => ({ ...scan, positive: !scan.positive })) };
    expect(prototypeTransfer(table, flipped, split, centring)).not.toEqual(decisions);
  });

  it.each(['svm', 'svm-linear', 'logistic', 'ridge', 'knn', 'prototype'] as const)(
    'reads no label of it: %s',
    (name) => {
      const decide = (of: Task) =>
        frozenContender('model', sharedRows(fixedSource(table)), protocolOf(name, 'two-class'), 0).decide(of, split, 0);
      const decisions = decide(task);
      for (const other of relabelled) expect(decide(other)).toEqual(decisions);
    },
  );
});

describe('nearest prototypes', () => {
  it('are cosines with class means in units of the first cohort (stated naively)', () => {
    const { values } = features(1, 0.5);
    const row = (i: number) => Array.from(values.subarray(i * COLUMNS, (i + 1) * COLUMNS));
    const mean = (rows: readonly number[][]) =>
      rows[0].map((_, j) => rows.reduce((sum, own) => sum + own[j], 0) / rows.length);
    const train = first.scans.map(({ row: i }) => row(i));
    const centre = mean(train);
    const spread = mean(train.map((own) => own.map((x, j) => (x - centre[j]) ** 2))).map(Math.sqrt);
    const scaled = (own: readonly number[]) => own.map((x, j) => (x - centre[j]) / spread[j]);
    const prototype = (positive: boolean) =>
      mean(train.filter((_, i) => first.scans[i].positive === positive).map(scaled));
    const cosine = (a: readonly number[], b: readonly number[]) =>
      a.reduce((sum, x, j) => sum + x * b[j], 0) / (Math.hypot(...a) * Math.hypot(...b));
    const test = second.scans.map(({ row: i }) => scaled(row(60 + i)));
    const away = mean(test);
    for (const [centring, rows] of [
      ['uncentred', test],
      ['centred', test.map((own) => own.map((x, j) => x - away[j]))],
    ] as const) {
      const decisions = prototypeTransfer(features(1, 0.5), task, split, centring);
      for (const [i, own] of rows.entries())
        expect(decisions[i]).toBeCloseTo(cosine(own, prototype(true)) - cosine(own, prototype(false)), 10);
    }
  });

  it('find what is planted in both cohorts; centring takes a shift of the scanner out', () => {
    const sources = { model: fixedSource(features(1.5, 4)), fc: fixedSource(features(0, 4)) };
    const bootstrap = { draws: 200, seed: 0 };
    const result = zeroShot({ task, split, datasets: ['a', 'b'], sources, bootstrap });
    expect(result).toMatchObject({
      fitted_on: { dataset: 'a', scans: 60, participants: 60 },
      applied_to: { dataset: 'b', scans: 40, participants: 40 },
    });
    const { model, fc } = result.prototype;
    // Everybody of the second cohort looks like a patient of the first.
    expect(model.uncentred.balanced_accuracy.mean).toBeLessThan(0.6);
    expect(model.centred.balanced_accuracy.mean).toBeGreaterThan(0.85);
    expect(model.centred.auc.low).toBeGreaterThan(0.5);
    expect(fc.centred.auc.low).toBeLessThan(0.5);
    expect(fc.centred.auc.high).toBeGreaterThan(0.5);
  });
});
