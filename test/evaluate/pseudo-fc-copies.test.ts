/** @file A classifier that learns from pseudo-FC copies of training scans: what it sees, and what it must not see. */
import { expect, test } from 'vitest';
import { protocolOf } from '../../src/classifiers/protocols.ts';
import { fitSvm, svmDecisions } from '../../src/classifiers/svm.ts';
import { connectivity } from '../../src/connectivity/kinds.ts';
import { copiesContender } from '../../src/evaluate/pseudo-fc-copies.ts';
import { featureTable } from '../../src/features/features.ts';
import { pseudoFcCopy, pseudoFcFeatures } from '../../src/features/pseudo-fc-features.ts';
import type { Task } from '../../src/labels/labels.ts';
import { madeUpDataset } from '../pretrain/made-up.ts';

const SCANS = 12;
const ROIS = 5;
const dataset = madeUpDataset(SCANS, ROIS);
const rule = { kind: 'percent', percent: 50 } as const;
const drawn = { rule, seed: 4, fc: 'pearson' } as const;
const copy = (draw: number) => pseudoFcCopy(SCANS, ROIS, dataset.readSeries, { ...drawn, draw });

const task: Task = {
  kind: 'two-class',
  label: 'dx',
  positive: '1',
  control: '0',
  // Positions are not rows: the order is turned round.
  scans: dataset.scans.map((_, i) => ({
    row: SCANS - 1 - i,
    scanId: `s${i}`,
    participantId: `p${i}`,
    site: '',
    positive: i % 2 === 0,
  })),
  dropped: { missing: 0, other: 0 },
};
const split = { train: [0, 1, 2, 3, 4, 5, 6, 7], validation: [], test: [10, 9, 11] };

/** Upper triangles of whole scans, written out. */
function wholeTable(): Float32Array {
  const rows = dataset.scans.flatMap((_, scan) => {
    const fc = connectivity('pearson', dataset.readSeries(scan));
    return Array.from({ length: ROIS }, (_, i) => [...fc.subarray(i * ROIS + i + 1, (i + 1) * ROIS)]).flat();
  });
  return Float32Array.from(rows);
}

const table = (values: Float32Array) => featureTable('test', values, SCANS);
const svm = protocolOf('svm-linear', 'two-class');

test('the copies are the draws that the mean is of', () => {
  const mean = pseudoFcFeatures(SCANS, ROIS, dataset.readSeries, { ...drawn, draws: 3 });
  const copies = [copy(0), copy(1), copy(2)];
  expect(copies[0]).not.toEqual(copies[1]);
  for (const [i, value] of mean.entries())
    expect(value).toBeCloseTo((copies[0][i] + copies[1][i] + copies[2][i]) / 3, 6);
});

test('decisions are those of an SVM of all copies of the training scans, standardised by them, on whole test scans', async () => {
  const copies = [copy(0), copy(1)];
  const whole = wholeTable();
  const contender = copiesContender('c', { whole: table(whole), copies: copies.map(table) }, svm, 0);
  const decisions = await contender.decide(task, split, 0);
  const columns = (ROIS * (ROIS - 1)) / 2;
  const rowOf = (values: Float32Array, position: number) => {
    const { row } = task.scans[position];
    return [...values.subarray(row * columns, (row + 1) * columns)];
  };
  const train = copies.flatMap((values) => split.train.map((i) => rowOf(values, i)));
  const mean = train[0].map((_, j) => train.reduce((sum, row) => sum + row[j], 0) / train.length);
  const deviation = mean.map((m, j) =>
    Math.sqrt(train.reduce((sum, row) => sum + (row[j] - m) ** 2, 0) / train.length),
  );
  const scaled = (row: number[]) => row.map((value, j) => (value - mean[j]) / deviation[j]);
  const product = (a: number[], b: number[]) => a.reduce((sum, value, j) => sum + value * b[j], 0);
  const [x, y] = [train.map(scaled), split.test.map((i) => scaled(rowOf(whole, i)))];
  const inside = Float64Array.from(x.flatMap((a) => x.map((b) => product(a, b))));
  const across = Float64Array.from(y.flatMap((a) => x.map((b) => product(a, b))));
  const labels = copies.flatMap(() => split.train.map((i) => task.scans[i].positive));
  const expected = svmDecisions(fitSvm(inside, labels), across);
  for (const [i, value] of decisions.entries()) expect(value).toBeCloseTo(expected[i], 6);
});

test('copies of test scans, and whole training scans, may be anything', async () => {
  const whole = wholeTable();
  const decide = (change: (values: Float32Array, positions: readonly number[]) => void) => {
    const copies = [copy(0), copy(1)];
    const changed = whole.slice();
    for (const values of copies) change(values, split.test);
    change(changed, split.train);
    return copiesContender('c', { whole: table(changed), copies: copies.map(table) }, svm, 0).decide(task, split, 0);
  };
  const columns = (ROIS * (ROIS - 1)) / 2;
  const spoilt = decide((values, positions) => {
    for (const i of positions) values.fill(1e6, task.scans[i].row * columns, (task.scans[i].row + 1) * columns);
  });
  expect(await spoilt).toEqual(await decide(() => {}));
});
