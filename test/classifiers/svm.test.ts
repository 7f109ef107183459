/** @file The SVM, scaler and kernels against scikit-learn (fixtures/make-svm-fixtures.py) and against first principles. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fitStandardScaler, standardise } from '../../src/classifiers/standard-scaler.ts';
import { fitSvm, svmDecisions } from '../../src/classifiers/svm.ts';
import { type Features, featureTable } from '../../src/features/features.ts';
import { type Kernel, kernelMatrix, scaleGamma } from '../../src/linear-algebra/kernel.ts';
import { normal, randomStream, uniform } from '../../src/random/draws.ts';
import { classificationMetrics } from '../../src/statistics/metrics.ts';

interface Case {
  n: number;
  p: number;
  shift: number;
  kernel: 'rbf' | 'linear';
  c: number;
  nTrain: number;
  nSupport: [number, number];
  intercept: number;
  objective: number;
  decision: number[];
  auc: number;
  balancedAccuracy: number;
  f1: number;
}
const { cases } = JSON.parse(readFileSync(new URL('fixtures/svm.json', import.meta.url), 'utf8')) as { cases: Case[] };

/** The features of the fixture script. */
function problem(n: number, p: number, shift: number): { features: Features; positive: boolean[] } {
  const positive = Array.from({ length: n }, (_, i) => (i * 7) % 11 < 5);
  const values = new Float32Array(n * p);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < p; j++) {
      const weyl = (i * 0.6180339887498949 + j * 0.41421356237309515 + i * j * 0.7320508075688772) % 1;
      const moved = weyl - 0.5 + shift * Number(positive[i]) * ((j % 3) - 1);
      values[i * p + j] = j === p - 1 ? 0.1 : moved * (1 + (j % 4));
    }
  return { features: featureTable('fixture', values, n), positive };
}

describe('SVM equal to scikit-learn', () => {
  it.each(cases)('$kernel kernel, C = $c, $n x $p', (expected) => {
    const { features, positive } = problem(expected.n, expected.p, expected.shift);
    const rows = [...positive.keys()];
    const trainRows = rows.slice(0, expected.nTrain);
    const scaler = fitStandardScaler(features, trainRows);
    const train = standardise(scaler, features, trainRows);
    const test = standardise(scaler, features, rows.slice(expected.nTrain));
    const kernel: Kernel =
      expected.kernel === 'linear' ? { kind: 'linear' } : { kind: 'rbf', gamma: scaleGamma(train) };
    const svm = fitSvm(kernelMatrix(kernel, train, train), positive.slice(0, expected.nTrain), { c: expected.c });
    const decision = svmDecisions(svm, kernelMatrix(kernel, test, train));
    expect(Math.max(...decision.map((value, i) => Math.abs(value - expected.decision[i])))).toBeLessThan(1e-10);
    expect([svm.supportVectors.control, svm.supportVectors.positive]).toEqual(expected.nSupport);
    expect(svm.intercept).toBeCloseTo(expected.intercept, 10);
    expect(svm.objective).toBeCloseTo(expected.objective, 5);
    const metrics = classificationMetrics(decision, positive.slice(expected.nTrain));
    expect(metrics.auc.value).toBeCloseTo(expected.auc, 12);
    expect(metrics.balanced_accuracy.value).toBeCloseTo(expected.balancedAccuracy, 12);
    expect(metrics.f1.value).toBeCloseTo(expected.f1, 12);
  });
});

describe('SVM from first principles', () => {
  it.each([1, 2, 3, 4, 5, 6])('satisfies the optimality conditions within 1e-3 on random problem %i', (seed) => {
    const stream = randomStream({ seed, purpose: 'simulate' });
    const n = 20 + seed * 15;
    const c = 10 ** (2 * uniform(stream) - 1);
    const positive = Array.from({ length: n }, (_, i) => i % 3 === 0);
    const x = { values: Float64Array.from({ length: n * 5 }, () => normal(stream)), rows: n, columns: 5 };
    const kernel = kernelMatrix({ kind: 'rbf', gamma: 0.2 }, x, x);
    const svm = fitSvm(kernel, positive, { c });
    const decision = svmDecisions(svm, kernel);
    expect(svm.coefficients.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 9);
    for (let i = 0; i < n; i++) {
      const y = positive[i] ? 1 : -1;
      const alpha = y * svm.coefficients[i];
      const margin = y * decision[i];
      expect(alpha).toBeGreaterThanOrEqual(0);
      expect(alpha).toBeLessThanOrEqual(c);
      if (alpha < c) expect(margin).toBeGreaterThan(1 - 1e-3);
      if (alpha > 0) expect(margin).toBeLessThan(1 + 1e-3);
    }
  });

  it('reaches the optimum that projected gradient descent on the dual finds', () => {
    const stream = randomStream({ seed: 9, purpose: 'simulate' });
    const n = 24;
    const positive = Array.from({ length: n }, (_, i) => i % 2 === 0);
    const x = { values: Float64Array.from({ length: n * 3 }, () => normal(stream)), rows: n, columns: 3 };
    const kernel = kernelMatrix({ kind: 'rbf', gamma: 0.5 }, x, x);
    const optimum = dualByProjectedGradient(kernel, positive, 1);
    expect(fitSvm(kernel, positive, { tolerance: 1e-7 }).objective).toBeCloseTo(optimum, 5);
  });

  it('splits two points half-way', () => {
    const x = { values: Float64Array.of(0, 2), rows: 2, columns: 1 };
    const svm = fitSvm(kernelMatrix({ kind: 'linear' }, x, x), [false, true]);
    const [atControl, atPositive, between] = svmDecisions(svm, Float64Array.of(0, 0, 0, 4, 0, 2));
    expect(atControl).toBeCloseTo(-1, 12);
    expect(atPositive).toBeCloseTo(1, 12);
    expect(between).toBeCloseTo(0, 12);
  });
});

/** Minimises ½ aᵀQa − 1ᵀa over 0 <= a <= c, yᵀa = 0: gradient steps, each projected by bisection on the multiplier. */
function dualByProjectedGradient(kernel: Float64Array, positive: boolean[], c: number): number {
  const n = positive.length;
  const y = positive.map((is) => (is ? 1 : -1));
  let a = new Float64Array(n);
  const gradientAt = (i: number) => a.reduce((sum, value, j) => sum + y[i] * y[j] * kernel[i * n + j] * value, -1);
  for (let iteration = 0; iteration < 4000; iteration++) {
    const moved = a.map((value, i) => value - gradientAt(i) / n);
    let low = -100;
    let high = 100;
    const projected = (shift: number) => moved.map((value, i) => Math.min(c, Math.max(0, value - shift * y[i])));
    for (let k = 0; k < 60; k++) {
      const middle = (low + high) / 2;
      const balance = projected(middle).reduce((sum, value, i) => sum + y[i] * value, 0);
      if (balance > 0) low = middle;
      else high = middle;
    }
    a = projected((low + high) / 2);
  }
  return a.reduce((sum, value, i) => sum + (value * (gradientAt(i) - 1)) / 2, 0);
}
