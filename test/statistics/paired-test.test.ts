/** @file Paired tests and adjusted p-values against SciPy and NumPy (fixtures/make-statistics-fixtures.py) and by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { svmOnSplit } from '../../src/classifiers/protocol-svm.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { repeatedSplits } from '../../src/splits/repeated-splits.ts';
import { deLongTest, type PairedDecision } from '../../src/statistics/delong.ts';
import { resampledInterval } from '../../src/statistics/interval.ts';
import { classificationMetrics } from '../../src/statistics/metrics.ts';
import { benjaminiHochberg, holm } from '../../src/statistics/multiple-tasks.ts';
import { normalTwoSided } from '../../src/statistics/normal-distribution.ts';
import { correctedResampledTest, pairedTest } from '../../src/statistics/paired-test.ts';
import { studentTTwoSided } from '../../src/statistics/student-t.ts';
import { cohort, gaussianFeatures, taskOf } from '../splits/cohort.ts';
import { fixture } from './statistics-fixture.ts';

const relative = (value: number | null, expected: number) => Math.abs((value ?? Number.NaN) / expected - 1);

describe('two-sided tails', () => {
  it.each(fixture.tails.normal)('of the normal distribution at %f', (z, p) => {
    expect(relative(normalTwoSided(z), p)).toBeLessThan(1e-12);
  });

  it.each(fixture.tails.t)("of Student's t at %f with %i degrees of freedom", (t, degrees, p) => {
    expect(relative(studentTTwoSided(t, degrees), p)).toBeLessThan(1e-10);
  });
});

describe('corrected resampled t-test', () => {
  const { differences, ratio, p, plainP } = fixture.correctedT;

  it("has SciPy's p-value, and without the correction that of ttest_1samp", () => {
    expect(relative(correctedResampledTest(differences, ratio).p, p)).toBeLessThan(1e-10);
    expect(relative(correctedResampledTest(differences, 0).p, plainP)).toBeLessThan(1e-10);
  });

  it('is below 0.05 just when the interval leaves out 0', () => {
    const repeats = fc.array(fc.double({ min: -0.2, max: 0.25, noNaN: true }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(repeats, (values) => {
        const test = correctedResampledTest(values, 0.2);
        const { low, high } = resampledInterval(values, 0.2, [-1, 1]);
        if (test.p !== null) expect(test.p < 0.05).toBe(low! > 0 || high! < 0);
      }),
    );
  });

  it('has no p-value without spread or from one repeat', () => {
    expect(correctedResampledTest([0.1, 0.1, 0.1], 0.2)).toMatchObject({
      p: null,
      reason: 'the difference is the same in every repeat',
    });
    expect(correctedResampledTest([0.1], 0.2)).toMatchObject({ p: null, reason: 'one repeat gives no test' });
  });
});

describe("DeLong's test", () => {
  const alone = (a: number[], b: number[], positive: boolean[]): PairedDecision[] =>
    a.map((value, i) => ({ participantId: `p${i}`, positive: positive[i], a: value, b: b[i] }));

  it.each(fixture.delong)(
    'has the numbers of the NumPy statement',
    ({ a, b, positive, difference, standardError, p }) => {
      const result = deLongTest(alone(a, b, positive))!;
      expect(result.difference).toBeCloseTo(difference, 13);
      expect(relative(result.standardError, standardError)).toBeLessThan(1e-11);
      expect(relative(result.p, p)).toBeLessThan(1e-10);
      expect(result.high - result.low).toBeCloseTo(2 * 1.959963984540054 * standardError, 12);
      const aucs = [a, b].map((values) => classificationMetrics(values, positive).auc.value!);
      expect(result.difference).toBeCloseTo(aucs[0] - aucs[1], 12);
      expect(deLongTest(alone(b, a, positive))!.p).toBeCloseTo(result.p!, 12);
    },
  );

  it('does not take copies of a scan for more participants', () => {
    const [{ a, b, positive }] = fixture.delong;
    const once = alone(a, b, positive);
    const copied = deLongTest([...once, ...once, ...once])!;
    const single = deLongTest(once)!;
    expect(copied.difference).toBeCloseTo(single.difference, 12);
    expect(copied.standardError).toBeCloseTo(single.standardError, 12);
  });

  it('finds in 5 % of paired designs what is not there', () => {
    const stream = randomStream({ seed: 2, purpose: 'simulate' });
    const found = Array.from({ length: 400 }, () => {
      const scans = Array.from({ length: 25 }, (_, person) => {
        const own = [2 * normal(stream), 2 * normal(stream)];
        return [false, true].map((positive) => ({
          participantId: String(person),
          positive,
          a: own[0] + normal(stream) + Number(positive),
          b: own[1] + normal(stream) + Number(positive),
        }));
      }).flat();
      return deLongTest(scans)!.p! < 0.05;
    }).filter((is) => is).length;
    // 5 % of 400, three standard deviations either way; without the term between classes hardly any would be found.
    expect(found).toBeGreaterThan(20 - 3 * 4.4);
    expect(found).toBeLessThan(20 + 3 * 4.4);
  });

  it('has no p-value without spread, and no result from one participant of a class', () => {
    const positive = [true, true, false, false];
    expect(deLongTest(alone([4, 3, 2, 1], [9, 8, 7, 6], positive))).toMatchObject({ difference: 0, p: null });
    expect(deLongTest(alone([4, 3, 2, 1], [0, 0, 0, 0], positive))).toMatchObject({ difference: 0.5, p: null });
    expect(deLongTest(alone([4, 3, 2], [9, 1, 7], [true, false, false]))).toBeUndefined();
  });
});

describe('model against baseline', () => {
  const task = cohort(120);
  const strong = gaussianFeatures(task, 8, 1.5, 1);
  const none = gaussianFeatures(task, 8, 0, 2);
  const splits = repeatedSplits(task, 6, 0);
  const decisions = (features: typeof strong) => splits.map((split) => svmOnSplit(features, task, split, 'svm'));
  const [model, baseline] = [decisions(strong), decisions(none)];

  it('is tested over repeats of any metric', () => {
    const test = pairedTest(task, splits, model, baseline, 'balanced_accuracy');
    expect(test.method).toBe('corrected-resampled-t');
    expect(test.difference).toBeGreaterThan(0.2);
    expect(test.p).toBeLessThan(0.01);
    expect(pairedTest(task, splits, baseline, model).difference).toBeLessThan(0);
  });

  it("is tested on one split by DeLong's test", () => {
    const one = [splits[0], [model[0]], [baseline[0]]] as const;
    const test = pairedTest(task, [one[0]], one[1], one[2]);
    expect(test.method).toBe('delong');
    expect(test.p).toBeLessThan(0.05);
    expect(pairedTest(task, [one[0]], one[1], one[2], 'f1').reason).toBe('one split is tested on auc only');
    expect(pairedTest(task, [one[0]], one[1], one[1]).p).toBeNull();
  });

  it('says where a metric is undefined', () => {
    const never = splits.map((split) => new Float64Array(split.test.length).fill(-1));
    const { p, reason } = pairedTest(task, splits, model, never, 'precision');
    expect([p, reason]).toEqual([null, 'undefined in some repeats: no scan was called positive']);
    const small = taskOf([
      { id: 'a', site: 's', positive: [true, true] },
      { id: 'b', site: 's', positive: [false] },
      { id: 'c', site: 's', positive: [false] },
    ]);
    const split = { train: [0, 1, 2, 3], validation: [], test: [0, 1, 2, 3] };
    const values = [Float64Array.of(1, 2, 3, 4)];
    expect(pairedTest(small, [split], values, values).reason).toBe('a class has fewer than 2 test participants');
  });
});

describe('several tasks', () => {
  it.each(fixture.multiple)('have the adjusted p-values of the papers: $p', ({ p, holm: expectedHolm, bh }) => {
    holm(p).forEach((value, i) => {
      expect(value).toBeCloseTo(expectedHolm[i], 14);
    });
    benjaminiHochberg(p).forEach((value, i) => {
      expect(value).toBeCloseTo(bh[i], 14);
    });
  });

  it('leave out a task without a p-value', () => {
    expect(holm([0.01, null, 0.04])).toEqual([0.02, null, 0.04]);
    expect(benjaminiHochberg([null, 0.03, 0.04])).toEqual([null, 0.04, 0.04]);
    expect(holm([])).toEqual([]);
    expect(() => holm([0.1, Number.NaN])).toThrow(RangeError);
    expect(() => benjaminiHochberg([1.1])).toThrow(RangeError);
  });
});
