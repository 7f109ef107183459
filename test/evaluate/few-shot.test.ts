/** @file Few-shot: subsets are nested and addressed, curves rise where there is something to learn and nowhere else. */
import { describe, expect, it } from 'vitest';
import { fixedSource, frozenContender, sharedRows } from '../../src/classifiers/contender.ts';
import { type ProtocolName, protocolOf } from '../../src/classifiers/protocols.ts';
import { evaluate } from '../../src/evaluate/evaluate.ts';
import { fewShotCurves, type ShotLearner } from '../../src/evaluate/few-shot.ts';
import type { Features } from '../../src/features/features.ts';
import type { Task } from '../../src/labels/labels.ts';
import { repeatedSplits } from '../../src/splits/repeated-splits.ts';
import { parseShots, type Shots, shotQueues, shotsName, takeShots } from '../../src/splits/shots.ts';
import type { Split } from '../../src/splits/split.ts';
import { areaUnderRoc } from '../../src/statistics/metrics.ts';
import { cohort, gaussianFeatures } from '../splits/cohort.ts';

const task = cohort(120, { sessions: 2 });
const splits = repeatedSplits(task, 3, 0);
const SIZES = ['1', '2', '4', '8', '10%', '50%', '100%'].flatMap(parseShots);

function subset(of: Task, split: Split, size: Shots, draw = 0, index = 0, seed = 5): readonly number[] {
  const taken = takeShots(shotQueues(of, split, { seed, split: index, draw }), size);
  if (taken.kind === 'too-few') throw new Error(taken.reason);
  return taken.train;
}
const peopleOf = (of: Task, positions: readonly number[]) => new Set(positions.map((i) => of.scans[i].participantId));

function learner(features: Features, protocol: ProtocolName = 'svm'): ShotLearner {
  const rows = sharedRows(fixedSource(features));
  return {
    features: 'model',
    protocol,
    contender: frozenContender('model', rows, protocolOf(protocol, 'two-class'), 0),
  };
}

describe('subsets of training participants', () => {
  it('are k participants of each class with all their scans, all of them trained on', () => {
    for (const [s, split] of splits.entries())
      for (const count of [1, 2, 4, 8, 32]) {
        const train = subset(task, split, { kind: 'per-class', count }, 3, s);
        expect(train).toEqual([...new Set(train)].sort((a, b) => a - b));
        expect(train.every((i) => split.train.includes(i))).toBe(true);
        for (const positive of [true, false]) {
          const own = train.filter((i) => task.scans[i].positive === positive);
          expect(peopleOf(task, own).size).toBe(count);
          expect(own).toHaveLength(2 * count);
        }
      }
  });

  it('are nested: each within the next larger one of its kind, and all within the training rows', () => {
    for (const kind of ['per-class', 'percent'])
      for (let draw = 0; draw < 10; draw++) {
        const own = SIZES.filter((size) => size.kind === kind).map((size) => subset(task, splits[0], size, draw));
        for (const [i, smaller] of own.slice(0, -1).entries()) {
          expect(smaller.length).toBeLessThan(own[i + 1].length);
          expect(smaller.every((at) => own[i + 1].includes(at))).toBe(true);
        }
        if (kind === 'percent') expect(own.at(-1)).toEqual(splits[0].train);
      }
  });

  it('depend on seed, split and draw, not on the order of rows nor on who is tested', () => {
    const size: Shots = { kind: 'per-class', count: 4 };
    const [split] = splits;
    const first = subset(task, split, size);
    expect(subset(task, { ...split, test: [] }, size)).toEqual(first);
    for (const other of [
      subset(task, split, size, 1),
      subset(task, split, size, 0, 1),
      subset(task, split, size, 0, 0, 6),
    ])
      expect(other).not.toEqual(first);
    const turned: Task = { ...task, scans: [...task.scans].reverse() };
    const last = task.scans.length - 1;
    const moved = subset(turned, { ...split, train: split.train.map((i) => last - i) }, size);
    expect(peopleOf(turned, moved)).toEqual(peopleOf(task, first));
  });

  it('take each participant about equally often', () => {
    const counts = new Map<string, number>();
    const draws = 400;
    for (let draw = 0; draw < draws; draw++)
      for (const id of peopleOf(task, subset(task, splits[0], { kind: 'per-class', count: 4 }, draw)))
        counts.set(id, (counts.get(id) ?? 0) + 1);
    // 42 participants a class: 400 draws take each 38 times on average, deviation 5.9.
    expect(counts.size).toBe(84);
    for (const count of counts.values()) expect(Math.abs(count - (draws * 4) / 42)).toBeLessThan(5 * 5.9);
  });

  it('are refused, not cut, where a class has too few', () => {
    const taken = takeShots(shotQueues(task, splits[0], { seed: 0, split: 0, draw: 0 }), {
      kind: 'per-class',
      count: 43,
    });
    expect(taken).toEqual({ kind: 'too-few', reason: 'class "0" has 42 training participants, 43 are asked for' });
  });
});

describe('--few-shot', () => {
  it('reads numbers and percentages', () => {
    expect(parseShots('1, 32,10%,12.5 %').map(shotsName)).toEqual(['1', '32', '10%', '12.5%']);
  });

  it.each([
    ['0', '"0"'],
    ['1,2.5', '"2.5"'],
    ['4,', '""'],
    ['101%', '"101%"'],
    ['0%', '"0%"'],
    ['all', '"all"'],
  ])('refuses %s', (text, found) => {
    expect(() => parseShots(text)).toThrow(
      `--few-shot ${text}: this is not a number of participants, expected whole numbers from 1 and percentages up to 100 %, such as 1,2,4,10%, found ${found}.`,
    );
  });

  it('refuses a size twice', () => {
    expect(() => parseShots('2,4,2')).toThrow('--few-shot 2,4,2: 2 is named twice; name it once.');
  });
});

describe('learning curves', () => {
  const request = { task, splits, pooled: false, shots: SIZES, draws: 8, seed: 1 };
  const planted = gaussianFeatures(task, 12, 1, 1);

  it.each(['svm', 'prototype', 'logistic'] as const)(
    'rise with k where an effect is planted (%s)',
    async (protocol) => {
      const shots = parseShots('1,4,16');
      const { curves } = await fewShotCurves({ ...request, shots, learners: [learner(planted, protocol)] });
      const [one, four, sixteen] = curves[0].points.map(({ scores }) => scores.auc.mean!);
      expect(four).toBeGreaterThan(one + 0.03);
      expect(sixteen).toBeGreaterThan(four + 0.03);
      expect(sixteen).toBeGreaterThan(0.75);
    },
  );

  it('stay about one half where there is none', async () => {
    const { curves } = await fewShotCurves({
      ...request,
      draws: 12,
      learners: [learner(gaussianFeatures(task, 12, 0, 4))],
    });
    for (const { scores, draws } of curves[0].points) {
      if (draws < 30) continue;
      expect(Math.abs(scores.auc.mean! - 0.5)).toBeLessThan(0.1);
      expect(scores.auc.low!).toBeLessThan(0.5);
      expect(scores.auc.high!).toBeGreaterThan(0.5);
    }
  });

  it('are mean and middle 95 % of AUC over draws and splits (stated naively)', async () => {
    const { curves } = await fewShotCurves({ ...request, learners: [learner(planted)] });
    const values: number[] = [];
    for (let draw = 0; draw < 8; draw++)
      for (const [s, split] of splits.entries()) {
        const train = subset(task, split, { kind: 'per-class', count: 2 }, draw, s, 1);
        const decisions = (await learner(planted).contender.decide(task, { ...split, train }, s)) as Float64Array;
        const truth = split.test.map((i) => task.scans[i].positive);
        values.push(areaUnderRoc(decisions, truth).value!);
      }
    values.sort((a, b) => a - b);
    const point = curves[0].points[1];
    expect(point).toMatchObject({ shots: '2', kind: 'per-class', count: 2, participants: 4, draws: 24 });
    expect(point.scores.auc.mean).toBeCloseTo(values.reduce((a, b) => a + b) / 24, 12);
    expect([point.scores.auc.low, point.scores.auc.high]).toEqual([values[1], values[22]]);
  });

  it('end, with all participants, where the evaluation is', async () => {
    const { curves } = await fewShotCurves({ ...request, learners: [learner(planted)] });
    const { metrics } = await evaluate({
      task,
      splits,
      sampling: { kind: 'repeats' },
      model: learner(planted).contender,
      baselines: [],
    });
    const last = curves[0].points.at(-1);
    expect(last).toMatchObject({ shots: '100%', draws: 3 });
    expect(last?.scores.auc.mean).toBeCloseTo(metrics.auc.mean!, 12);
    expect(last?.scores.balanced_accuracy.mean).toBeCloseTo(metrics.balanced_accuracy.mean!, 12);
  });

  it('have no point where a class is too small in any split, and say so', async () => {
    const { curves } = await fewShotCurves({ ...request, shots: parseShots('4,43'), learners: [learner(planted)] });
    const reason = 'split 1: class "0" has 42 training participants, 43 are asked for';
    expect(curves[0].points[0].scores.auc.mean).not.toBeNull();
    expect(curves[0].points[1]).toMatchObject({ shots: '43', participants: null, draws: 0 });
    expect(curves[0].points[1].scores.auc).toEqual({ mean: null, low: null, high: null, reason });
  });

  it('score all splits together where one by itself may lack a class', async () => {
    const halves = [true, false].map((positive): Split => {
      const test = [...task.scans.keys()].filter((i) => i < 40 && task.scans[i].positive === positive);
      return { train: [...task.scans.keys()].slice(40), validation: [], test };
    });
    const shots = parseShots('8');
    const one = { ...request, splits: halves, shots, learners: [learner(planted)] };
    const pooled = (await fewShotCurves({ ...one, pooled: true })).curves[0].points[0];
    expect(pooled.draws).toBe(8);
    expect(pooled.scores.auc.mean).toBeGreaterThan(0.5);
    const apart = (await fewShotCurves(one)).curves[0].points[0];
    expect(apart.scores.auc).toMatchObject({
      mean: null,
      reason: 'undefined in 16 of 16 draws: only one class is there',
    });
  });
});
