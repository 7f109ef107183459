/** @file More than two classes, against scikit-learn (fixtures/make-classifier-fixtures.py and make-linear-fixtures.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { largestScores } from '../../src/classifiers/class-scores.ts';
import { expansionValues } from '../../src/classifiers/kernel-expansion.ts';
import { fitLogistic } from '../../src/classifiers/logistic-regression.ts';
import { oneVsOneScores } from '../../src/classifiers/one-vs-one.ts';
import { oneVsRestScores } from '../../src/classifiers/one-vs-rest.ts';
import { InputError } from '../../src/errors/input-error.ts';
import { type Kernel, kernelMatrix, scaleGamma } from '../../src/linear-algebra/kernel.ts';
import { MULTICLASS_METRICS, multiclassMetrics } from '../../src/statistics/multiclass-metrics.ts';
import { largestDifference, rowsOf, withClasses } from './weyl.ts';

interface Problem {
  n: number;
  p: number;
  shift: number;
  nTrain: number;
}
interface Case extends Problem {
  kernel: 'rbf' | 'linear';
  c: number;
  scores: number[];
  called: number[];
  accuracy: number;
  balancedAccuracy: number;
  macroF1: number;
  macroAuc: number;
  softmaxMacroAuc: number;
}
const read = (name: string) => JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));
const { oneVsOne } = read('classifiers') as { oneVsOne: Case[] };
const { oneVsRest } = read('linear') as { oneVsRest: Problem & { decision: number[] } };

function sides({ n, p, shift, nTrain }: Problem) {
  const { x, classes } = withClasses(n, p, shift, 4);
  return {
    train: rowsOf(x, 0, nTrain),
    test: rowsOf(x, nTrain, n),
    own: classes.slice(0, nTrain),
    truth: classes.slice(nTrain),
  };
}

describe('four classes equal to scikit-learn', () => {
  it.each(oneVsOne)('one-vs-one SVM and its metrics: $kernel kernel, C = $c, $n x $p', (expected) => {
    const { train, test, own, truth } = sides(expected);
    const kernel: Kernel =
      expected.kernel === 'linear' ? { kind: 'linear' } : { kind: 'rbf', gamma: scaleGamma(train) };
    const inside = kernelMatrix(kernel, train, train);
    const scores = oneVsOneScores(inside, kernelMatrix(kernel, test, train), own, 4, { c: expected.c });
    expect(largestDifference(scores.values, expected.scores)).toBeLessThan(1e-9);
    expect(largestScores(scores)).toEqual(expected.called);
    const metrics = multiclassMetrics(scores, truth);
    expect(metrics.accuracy.value).toBeCloseTo(expected.accuracy, 12);
    expect(metrics.balanced_accuracy.value).toBeCloseTo(expected.balancedAccuracy, 12);
    expect(metrics.macro_f1.value).toBeCloseTo(expected.macroF1, 12);
    expect(metrics.macro_auc.value).toBeCloseTo(expected.macroAuc, 12);
    const softmax = scores.values.map((value, at) => {
      const row = scores.values.slice(4 * Math.floor(at / 4), 4 * Math.floor(at / 4) + 4);
      return Math.exp(value) / row.reduce((sum, other) => sum + Math.exp(other), 0);
    });
    expect(multiclassMetrics({ ...scores, values: softmax }, truth).macro_auc.value).toBeCloseTo(
      expected.softmaxMacroAuc,
      12,
    );
  });

  it('one-vs-rest logistic regression', () => {
    const { train, test, own } = sides(oneVsRest);
    const linear = { kind: 'linear' } as const;
    const inside = kernelMatrix(linear, train, train);
    const across = kernelMatrix(linear, test, train);
    const scores = oneVsRestScores((positive) => expansionValues(fitLogistic(inside, positive), across), own, 4);
    expect(largestDifference(scores.values, oneVsRest.decision)).toBeLessThan(1e-6);
  });

  it('refuses a class without rows', () => {
    expect(() => oneVsOneScores(new Float64Array(9), new Float64Array(3), [0, 2, 2], 3)).toThrow(
      'one-vs-one SVM: class 2 of 3 has no training row, expected at least one of each class, found 1, 0, 2;',
    );
    expect(() => oneVsRestScores(() => new Float64Array(1), [0, 0], 2)).toThrow(InputError);
  });
});

describe('multi-class metrics', () => {
  const scoresOf = (called: number[], columns = 3) => ({
    values: Float64Array.from(called.flatMap((own) => Array.from({ length: columns }, (_, k) => Number(k === own)))),
    rows: called.length,
    columns,
  });

  it('are those of a table worked by hand', () => {
    // Found: 2 of 2, 1 of 2, 0 of 1; called: 3, 1, 1.
    const metrics = multiclassMetrics(scoresOf([0, 0, 1, 2, 0]), [0, 0, 1, 1, 2]);
    expect(metrics.accuracy.value).toBeCloseTo(3 / 5, 15);
    expect(metrics.balanced_accuracy.value).toBeCloseTo((1 + 1 / 2 + 0) / 3, 15);
    expect(metrics.macro_f1.value).toBeCloseTo((4 / 5 + 2 / 3 + 0) / 3, 15);
    expect(metrics.macro_auc.value).toBeCloseTo((5 / 6 + 3 / 4 + 3 / 8) / 3, 15);
  });

  it('are at chance for a constant answer', () => {
    const metrics = multiclassMetrics(scoresOf([1, 1, 1, 1, 1, 1]), [0, 0, 1, 1, 2, 2]);
    expect(metrics.macro_auc.value).toBe(0.5);
    expect(metrics.balanced_accuracy.value).toBeCloseTo(1 / 3, 15);
  });

  it('say why there is none', () => {
    const metrics = multiclassMetrics(scoresOf([0, 1]), [0, 1]);
    expect(metrics.accuracy).toEqual({ value: 1 });
    for (const metric of ['balanced_accuracy', 'macro_f1', 'macro_auc'] as const)
      expect(metrics[metric]).toEqual({ value: null, reason: 'no scan is of class 3 of 3' });
    const empty = multiclassMetrics(scoresOf([]), []);
    for (const metric of MULTICLASS_METRICS)
      expect(empty[metric]).toEqual({ value: null, reason: 'there are no scans' });
    expect(multiclassMetrics(scoresOf([0, 0], 1), [0, 0]).macro_auc.value).toBeNull();
    expect(() => multiclassMetrics(scoresOf([0]), [0, 1])).toThrow(RangeError);
    expect(() => multiclassMetrics({ values: Float64Array.of(Number.NaN), rows: 1, columns: 1 }, [0])).toThrow(
      RangeError,
    );
  });
});
