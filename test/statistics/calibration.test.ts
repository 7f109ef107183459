/** @file Platt scaling and calibration against scikit-learn and SciPy (fixtures/make-statistics-fixtures.py) and by hand. */
import { describe, expect, it } from 'vitest';
import { fitPlatt, plattOnSplit, plattProbabilities } from '../../src/classifiers/platt.ts';
import { svmOnSplit } from '../../src/classifiers/protocol-svm.ts';
import type { Task } from '../../src/labels/labels.ts';
import { randomStream, uniform } from '../../src/random/draws.ts';
import { repeatedSplits } from '../../src/splits/repeated-splits.ts';
import type { Split } from '../../src/splits/split.ts';
import { calibrationOf } from '../../src/statistics/calibration.ts';
import { cohort, gaussianFeatures, taskOf } from '../splits/cohort.ts';
import { fixture } from './statistics-fixture.ts';

describe('Platt scaling', () => {
  it.each(fixture.calibration)('has the line of least log loss', ({ decisions, positive, platt, sklearnPlatt }) => {
    const { slope, intercept } = fitPlatt(decisions, positive);
    expect(slope).toBeCloseTo(platt[0], 8);
    expect(intercept).toBeCloseTo(platt[1], 8);
    // scikit-learn stops earlier.
    expect(slope).toBeCloseTo(sklearnPlatt[0], 5);
    expect(intercept).toBeCloseTo(sklearnPlatt[1], 5);
    const shifted = fitPlatt(
      decisions.map((value) => 1e4 + 1e-3 * value),
      positive,
    );
    expect(shifted.slope / slope).toBeCloseTo(1e3, 3);
  });

  it('has a finite line where decisions separate the classes or are all the same', () => {
    const separate = fitPlatt([-2, -1, 1, 2], [false, false, true, true]);
    const [low, , , high] = plattProbabilities(separate, [-2, -1, 1, 2]);
    expect(low).toBeGreaterThan(0);
    expect(high).toBeLessThan(1);
    expect(high).toBeGreaterThan(0.7);
    const constant = plattProbabilities(fitPlatt([1, 1, 1, 1], [false, false, true, false]), [1]);
    // (1 x 2/3 + 3 x 1/5) / 4: the mean of Platt's targets.
    expect(constant[0]).toBeCloseTo((2 / 3 + 3 / 5) / 4, 9);
    expect([...plattProbabilities({ slope: 100, intercept: 0 }, [-1e3, 1e3])]).toEqual([0, 1]);
  });

  describe('of a split', () => {
    const task = cohort(200, { sessions: 2 });
    const [split] = repeatedSplits(task, 1, 0);
    const stream = () => randomStream({ seed: 4, purpose: 'split', c: 2 });

    it('is learnt from training participants who were held out', () => {
      const fits: Split[] = [];
      const decide = (inner: Split) => {
        fits.push(inner);
        return Float64Array.from(inner.test, (i) => (task.scans[i].positive ? 1 : -1));
      };
      plattOnSplit(task, split, decide, stream());
      expect(fits).toHaveLength(5);
      expect(fits.flatMap(({ test }) => test).sort((a, b) => a - b)).toEqual(split.train);
      for (const { train, test } of fits) {
        expect([...train, ...test].sort((a, b) => a - b)).toEqual(split.train);
        const people = new Set(train.map((i) => task.scans[i].participantId));
        expect(test.filter((i) => people.has(task.scans[i].participantId))).toEqual([]);
      }
    });

    it('gives probabilities that are better than saying one half', () => {
      const features = gaussianFeatures(task, 6, 0.8, 3);
      const decide = (inner: Split) => svmOnSplit(features, task, inner, 'svm');
      const scaling = plattOnSplit(task, split, decide, stream())!;
      const truth = split.test.map((i) => task.scans[i].positive);
      const { brier, slope } = calibrationOf(plattProbabilities(scaling, decide(split)), truth);
      expect(brier).toBeLessThan(0.2);
      expect(slope.value).toBeGreaterThan(0.4);
      expect(slope.value).toBeLessThan(2.5);
    });

    it('is undefined when there is nobody to hold out', () => {
      const people = [true, false, false, false].map((is, i) => ({ id: `p${i}`, site: 's', positive: [is] }));
      const tiny: Task = taskOf(people);
      const all: Split = { train: [0, 1, 2, 3], validation: [], test: [] };
      expect(plattOnSplit(tiny, all, () => new Float64Array(4), stream())).toBeUndefined();
    });
  });
});

describe('calibration', () => {
  it.each(fixture.calibration)("has scikit-learn's and SciPy's numbers", (expected) => {
    const { brier, expected_error, slope, intercept, points, n } = calibrationOf(
      expected.probabilities,
      expected.positive,
    );
    expect(brier).toBeCloseTo(expected.brier, 14);
    expect(expected_error).toBeCloseTo(expected.expectedError, 14);
    expect(slope.value).toBeCloseTo(expected.slope, 7);
    expect(intercept.value).toBeCloseTo(expected.intercept, 9);
    expect(points.map((point) => point.observed)).toEqual(expected.observed.map((x) => expect.closeTo(x, 12)));
    expect(points.map((point) => point.predicted)).toEqual(expected.predicted.map((x) => expect.closeTo(x, 12)));
    expect(points.reduce((sum, point) => sum + point.n, 0)).toBe(n);
  });

  it('is near perfect for probabilities that are true', () => {
    const stream = randomStream({ seed: 1, purpose: 'simulate' });
    const p = Array.from({ length: 20_000 }, () => uniform(stream));
    const { slope, intercept, expected_error, brier } = calibrationOf(
      p,
      p.map((value) => uniform(stream) < value),
    );
    expect(slope.value).toBeCloseTo(1, 1);
    expect(intercept.value).toBeCloseTo(0, 1);
    expect(expected_error).toBeLessThan(0.02);
    // The mean of p (1 - p) over [0, 1].
    expect(brier).toBeCloseTo(1 / 6, 2);
  });

  it('says why there is no line', () => {
    const one = calibrationOf([0.2, 0.9], [true, true]);
    expect(one.slope).toEqual({ value: null, reason: 'only one class is there' });
    expect(one.intercept.value).toBeNull();
    const flat = calibrationOf([0.4, 0.4, 0.4, 0.4], [true, true, false, false]);
    expect(flat.slope).toEqual({ value: null, reason: 'all probabilities are the same' });
    expect(flat.intercept.value).toBeCloseTo(Math.log(0.6 / 0.4), 10);
    const separate = calibrationOf([0, 0.3, 0.3, 1], [false, false, true, true]);
    expect(separate.slope.reason).toBe('the probabilities separate the classes');
    expect(Number.isFinite(separate.intercept.value)).toBe(true);
    expect(separate.points.map(({ n }) => n)).toEqual([1, 2, 1]);
  });

  it('has bins that hold their upper edge', () => {
    const { points } = calibrationOf([0, 0.1, 0.11, 1], [false, true, false, true]);
    expect(points.map(({ n, observed }) => [n, observed])).toEqual([
      [2, 0.5],
      [1, 0],
      [1, 1],
    ]);
  });

  it('refuses what is no probability', () => {
    expect(() => calibrationOf([0.2, Number.NaN], [true, false])).toThrow(RangeError);
    expect(() => calibrationOf([0.2, 1.2], [true, false])).toThrow(RangeError);
    expect(() => calibrationOf([], [])).toThrow(RangeError);
  });
});
