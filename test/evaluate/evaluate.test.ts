/** @file Whole evaluations of made-up features: nothing is found where nothing is, what is planted is found. */
import { describe, expect, it } from 'vitest';
import { type Contender, fixedSource, frozenContender, sharedRows } from '../../src/classifiers/contender.ts';
import { svmOnSplit } from '../../src/classifiers/protocol-svm.ts';
import { type ProtocolName, protocolNamed, protocolOf } from '../../src/classifiers/protocols.ts';
import { duplicateWarning } from '../../src/evaluate/duplicates.ts';
import { type Contest, evaluate } from '../../src/evaluate/evaluate.ts';
import { verdict } from '../../src/evaluate/verdict.ts';
import { type Features, featureTable, stackFeatures, upperTriangles } from '../../src/features/features.ts';
import { repeatedSplits } from '../../src/splits/repeated-splits.ts';
import { transferTask } from '../../src/splits/transfer.ts';
import { cohort, gaussianFeatures } from '../splits/cohort.ts';

const task = cohort(120);
const strong = gaussianFeatures(task, 12, 2, 1);
const none = gaussianFeatures(task, 12, 0, 2);

function frozen(name: string, features: Features, protocol: ProtocolName = 'svm'): Contender {
  return frozenContender(name, sharedRows(fixedSource(features)), protocolOf(protocol, 'two-class'), 0);
}

function contest(
  model: Features,
  baseline: Features,
  { protocol = 'svm', ...more }: Partial<Contest> & { protocol?: ProtocolName } = {},
): Contest {
  return {
    task,
    splits: repeatedSplits(task, 5, 0),
    sampling: { kind: 'repeats' },
    model: frozen('model', model, protocol),
    baselines: [frozen('fc_svm', baseline, protocol)],
    ...more,
  };
}

describe('an evaluation', () => {
  it.each(['svm', 'svm-linear', 'logistic', 'ridge', 'knn', 'prototype'] as const)(
    'finds planted separation (%s) and sets it beside the baselines',
    async (protocol) => {
      const { metrics, baselines, difference, warnings, verdict } = await evaluate(contest(strong, none, { protocol }));
      expect(metrics.auc.mean).toBeGreaterThan(0.95);
      expect(metrics.auc.low).toBeLessThan(metrics.auc.mean!);
      expect(metrics.sensitivity.mean).toBeGreaterThan(0.75);
      expect(metrics.specificity.mean).toBeGreaterThan(0.75);
      expect(baselines.fc_svm.auc.mean).toBeLessThan(0.7);
      expect(baselines.majority.auc.mean).toBe(0.5);
      expect(baselines.majority.accuracy.mean).toBe(0.5);
      expect(baselines.majority.precision).toEqual({
        mean: null,
        low: null,
        high: null,
        reason: 'undefined in 5 of 5 repeats: no scan was called positive',
      });
      expect(difference.fc_svm.mean).toBeCloseTo(metrics.auc.mean! - baselines.fc_svm.auc.mean!, 12);
      expect(verdict).toMatch(/^The model is above raw FC \(AUC difference \+0\.\d{3}, 95 % interval \+/);
      expect(warnings).toEqual([]);
    },
  );

  it('tests the model against each baseline, corrected for their number', async () => {
    const { tests, difference } = await evaluate(contest(strong, none));
    expect(tests.fc_svm.method).toBe('corrected-resampled-t');
    expect(tests.fc_svm.difference).toBeCloseTo(difference.fc_svm.mean!, 12);
    expect(tests.fc_svm.p).toBeLessThan(0.05);
    const smaller = Math.min(tests.fc_svm.p!, tests.majority.p!);
    expect(Math.min(tests.fc_svm.p_holm!, tests.majority.p_holm!)).toBeCloseTo(2 * smaller, 12);
  });

  it('finds nothing in noise: AUC about one half over seeds', async () => {
    const means: number[] = [];
    for (let seed = 0; seed < 12; seed++) {
      const noise = gaussianFeatures(task, 12, 0, 100 + seed);
      means.push((await evaluate(contest(noise, none, { splits: repeatedSplits(task, 3, seed) }))).metrics.auc.mean!);
    }
    const mean = means.reduce((a, b) => a + b) / means.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.06);
    const { difference } = await evaluate(contest(none, gaussianFeatures(task, 12, 0, 3)));
    expect(verdict({ fc_svm: difference.fc_svm })).toMatch(/^The model is not distinguishable from raw FC/);
  });

  it('has the decision of every test scan of every split', async () => {
    const { decisions, metrics } = await evaluate(contest(strong, none));
    expect(Object.keys(decisions)).toEqual(['model', 'fc_svm', 'majority']);
    const splits = repeatedSplits(task, 5, 0);
    expect(decisions.model.map((values) => values.length)).toEqual(splits.map(({ test }) => test.length));
    const right = splits.flatMap(({ test }, s) =>
      test.map((i, at) => decisions.model[s][at] > 0 === task.scans[i].positive),
    );
    expect(right.filter(Boolean).length / right.length).toBeCloseTo(metrics.accuracy.mean!, 12);
  });

  it('warns of a classifier that calls every scan the same', async () => {
    const flat = featureTable('flat', new Float32Array(120 * 2), 120);
    const { warnings } = await evaluate(contest(flat, none));
    expect(warnings).toEqual(['model calls all test scans the same class in 5 of 5 splits']);
  });

  it('is warned of duplicates', () => {
    const copied = Float32Array.from(none.values);
    copied.copyWithin(12, 0, 12);
    expect(duplicateWarning(task, featureTable('copied', copied, 120))).toEqual([
      'scans of different participants are identical (p000_0 and p001_0): scores may be too good',
    ]);
  });
});

describe('leaks', () => {
  it('cannot come from test or validation features: changing others leaves a scan its decision', () => {
    const [split] = repeatedSplits(task, 1, 0);
    const before = svmOnSplit(strong, task, split, 'svm');
    const values = Float32Array.from(strong.values);
    for (const i of [...split.validation, ...split.test.slice(1)]) values.fill(1e3, i * 12, (i + 1) * 12);
    const after = svmOnSplit(featureTable('changed', values, 120), task, split, 'svm');
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });

  it('cannot come from test labels: decisions do not change when they are swapped', () => {
    const [split] = repeatedSplits(task, 1, 0);
    const held = new Set([...split.validation, ...split.test]);
    const scans = task.scans.map((scan, i) => (held.has(i) ? { ...scan, positive: !scan.positive } : scan));
    expect(svmOnSplit(strong, { ...task, scans }, split, 'svm')).toEqual(svmOnSplit(strong, task, split, 'svm'));
  });
});

describe('testing on a second data set', () => {
  it('fits once and takes intervals over test participants', async () => {
    const second = cohort(40, { sessions: 2 });
    const other = {
      ...second,
      scans: second.scans.map((scan) => ({ ...scan, participantId: `q${scan.participantId}` })),
    };
    const { task: both, split } = transferTask(task, 120, other);
    const { metrics, difference, baselines, tests } = await evaluate({
      task: both,
      splits: [split],
      sampling: { kind: 'bootstrap', draws: 200, seed: 0 },
      model: frozen('model', stackFeatures(strong, gaussianFeatures(second, 12, 2, 7))),
      baselines: [frozen('fc_svm', stackFeatures(none, gaussianFeatures(second, 12, 0, 8)))],
    });
    expect(metrics.auc.mean).toBeGreaterThan(0.95);
    expect(metrics.auc.low).toBeLessThan(metrics.auc.mean!);
    expect(metrics.auc.high).toBeGreaterThanOrEqual(metrics.auc.mean!);
    expect(difference.fc_svm.low).toBeGreaterThan(0);
    expect(baselines.majority.precision.reason).toBe('undefined on the test set: no scan was called positive');
    expect(tests.fc_svm.method).toBe('delong');
    expect(tests.fc_svm.p).toBeLessThan(0.001);
  });
});

describe('features', () => {
  it('are the upper triangle of connectivity, row by row', () => {
    const matrix = Float32Array.from({ length: 9 }, (_, i) => i);
    const features = upperTriangles(2, 3, (scan) => matrix.map((value) => value + 10 * scan));
    expect([...features]).toEqual([1, 2, 5, 11, 12, 15]);
  });

  it('are refused when not finite', () => {
    expect(() => featureTable('embedding', Float32Array.of(0, 1, Number.NaN, 2), 2)).toThrow(
      'embedding, scan 2: feature 1 is not a finite number, found NaN; check the series of this scan and the checkpoint.',
    );
  });
});

it('refuses a protocol that does not exist, or is for another kind of question', () => {
  expect(() => protocolNamed('svm-liner', 'two-class')).toThrow(
    '--protocol svm-liner: there is no such protocol, expected svm, svm-linear, logistic, ridge, knn, prototype, finetune or finetune-head; did you mean svm-linear.',
  );
  expect(() => protocolNamed('svm', 'regression')).toThrow(
    '--protocol svm: this protocol cannot predict a number, expected ridge-regression, svr, finetune or finetune-head; choose one of these, or leave out --regress.',
  );
  expect(() => protocolNamed('svr', 'multi-class')).toThrow('this protocol cannot predict classes');
});
