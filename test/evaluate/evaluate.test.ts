/** @file Whole evaluations of made-up features: nothing is found where nothing is, what is planted is found. */
import { describe, expect, it } from 'vitest';
import { type EvaluationRequest, evaluate } from '../../src/evaluate/evaluate.ts';
import { type Features, featureTable, stackFeatures, upperTriangles } from '../../src/evaluate/features.ts';
import { parseProtocol, svmOnSplit } from '../../src/evaluate/protocol-svm.ts';
import { repeatedSplits } from '../../src/evaluate/splits.ts';
import { transferTask } from '../../src/evaluate/transfer.ts';
import { verdict } from '../../src/evaluate/verdict.ts';
import { cohort, gaussianFeatures } from './cohort.ts';

const task = cohort(120);
const strong = gaussianFeatures(task, 12, 2, 1);
const none = gaussianFeatures(task, 12, 0, 2);
function request(model: Features, baseline: Features, more: Partial<EvaluationRequest> = {}): EvaluationRequest {
  const splits = repeatedSplits(task, 5, 0);
  return {
    task,
    splits,
    sampling: { kind: 'repeats' },
    protocol: 'svm',
    model,
    baselines: { fc_svm: baseline },
    ...more,
  };
}

describe('an evaluation', () => {
  it.each(['svm', 'svm-linear'] as const)(
    'finds planted separation (%s) and sets it beside the baselines',
    (protocol) => {
      const { metrics, baselines, auc_difference, n, classes, warnings, verdict } = evaluate(
        request(strong, none, { protocol }),
      );
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
      expect(auc_difference.fc_svm.mean).toBeCloseTo(metrics.auc.mean! - baselines.fc_svm.auc.mean!, 12);
      expect([n, classes.positive.participants, classes.control.scans]).toEqual([120, 60, 60]);
      expect(verdict).toMatch(/^The model is above raw FC \(AUC difference \+0\.\d{3}, 95 % interval \+/);
      expect(warnings).toEqual([]);
    },
  );

  it('finds nothing in noise: AUC about one half over seeds', () => {
    const means = Array.from({ length: 12 }, (_, seed) => {
      const noise = gaussianFeatures(task, 12, 0, 100 + seed);
      return evaluate(request(noise, none, { splits: repeatedSplits(task, 3, seed) })).metrics.auc.mean!;
    });
    const mean = means.reduce((a, b) => a + b) / means.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.06);
    expect(
      verdict({ fc_svm: evaluate(request(none, gaussianFeatures(task, 12, 0, 3))).auc_difference.fc_svm }),
    ).toMatch(/^The model is not distinguishable from raw FC/);
  });

  it('lists the decision of every test scan of every split', () => {
    const { predictions, metrics } = evaluate(request(strong, none));
    expect(predictions).toHaveLength(3 * 5 * 18);
    const model = predictions.filter(({ features }) => features === 'model');
    const right = model.filter(({ decision, positive }) => decision > 0 === positive).length;
    expect(right / model.length).toBeCloseTo(metrics.accuracy.mean!, 12);
  });

  it('warns of a classifier that calls every scan the same, of pretraining on test scans, and of duplicates', () => {
    const flat = featureTable('flat', new Float32Array(120 * 2), 120);
    const { warnings } = evaluate(request(flat, none, { pretrainedOn: task.scans.map((scan) => scan.participantId) }));
    expect(warnings[0]).toBe('model calls all test scans the same class in 5 of 5 splits');
    expect(warnings[1]).toMatch(/^\d+ of \d+ test participants were in the model's pretraining data/);
    const copied = Float32Array.from(none.values);
    copied.copyWithin(12, 0, 12);
    expect(evaluate(request(strong, featureTable('copied', copied, 120))).warnings).toEqual([
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
  it('fits once and takes intervals over test participants', () => {
    const second = cohort(40, { sessions: 2 });
    const other = {
      ...second,
      scans: second.scans.map((scan) => ({ ...scan, participantId: `q${scan.participantId}` })),
    };
    const { task: both, split } = transferTask(task, 120, other);
    const sampling = { kind: 'bootstrap', draws: 200, seed: 0 } as const;
    const { metrics, auc_difference, baselines } = evaluate({
      task: both,
      splits: [split],
      sampling,
      protocol: 'svm',
      model: stackFeatures(strong, gaussianFeatures(second, 12, 2, 7)),
      baselines: { fc_svm: stackFeatures(none, gaussianFeatures(second, 12, 0, 8)) },
    });
    expect(metrics.auc.mean).toBeGreaterThan(0.95);
    expect(metrics.auc.low).toBeLessThan(metrics.auc.mean!);
    expect(metrics.auc.high).toBeGreaterThanOrEqual(metrics.auc.mean!);
    expect(auc_difference.fc_svm.low).toBeGreaterThan(0);
    expect(baselines.majority.precision.reason).toBe('undefined on the test set: no scan was called positive');
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

it('refuses a protocol that does not exist', () => {
  expect(() => parseProtocol('svm-liner')).toThrow(
    '--protocol svm-liner: there is no such protocol, expected svm or svm-linear; did you mean svm-linear.',
  );
});
