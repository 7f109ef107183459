/** @file Does the model differ from a baseline? A paired test on the same splits. */
import type { Task } from '../labels/labels.ts';
import type { Split } from '../splits/split.ts';
import { deLongTest } from './delong.ts';
import type { Metric } from './metrics.ts';
import { sampler, testOverTrain } from './replicates.ts';
import type { Decisions } from './scoring.ts';
import { studentTTwoSided } from './student-t.ts';

export interface PairedTest {
  readonly method: 'corrected-resampled-t' | 'delong';
  readonly metric: Metric;
  /** Metric of the model minus that of the baseline; null where undefined. */
  readonly difference: number | null;
  /** Two-sided p-value; null where undefined, and then why. */
  readonly p: number | null;
  readonly reason?: string;
}

/**
 * Tests model against baseline: over repeated splits by the corrected resampled t-test, of one split (a second data set)
 * by DeLong's test, which is of AUC alone.
 *
 * @param model decisions in the order of each `split.test`
 * @param baseline as `model`
 */
export function pairedTest(
  task: Task,
  splits: readonly Split[],
  model: Decisions,
  baseline: Decisions,
  metric: Metric = 'auc',
): PairedTest {
  if (splits.length > 1) {
    const { score } = sampler(task, splits, { kind: 'repeats' });
    const [a, b] = [model, baseline].map((decisions) => score(decisions).each.map((metrics) => metrics[metric]));
    const missing = [...a, ...b].find(({ value }) => value === null);
    if (missing !== undefined)
      return undefinedTest('corrected-resampled-t', metric, `undefined in some repeats: ${missing.reason}`);
    const differences = a.flatMap(({ value }, i) => {
      const other = b[i].value;
      return value === null || other === null ? [] : [value - other];
    });
    return { metric, ...correctedResampledTest(differences, testOverTrain(task, splits)) };
  }
  if (metric !== 'auc') return undefinedTest('delong', metric, 'one split is tested on auc only');
  const scans = splits[0].test.map((i, at) => {
    const { participantId, positive } = task.scans[i];
    return { participantId, positive, a: model[0][at], b: baseline[0][at] };
  });
  const result = deLongTest(scans);
  if (result === undefined) return undefinedTest('delong', metric, 'a class has fewer than 2 test participants');
  const { difference, p } = result;
  const flat = { reason: 'the two differ alike on all test scans: there is no spread to test against' };
  return { method: 'delong', metric, difference, p, ...(p === null ? flat : {}) };
}

function undefinedTest(method: PairedTest['method'], metric: Metric, reason: string): PairedTest {
  return { method, metric, difference: null, p: null, reason };
}

/**
 * The corrected resampled t-test of Nadeau and Bengio (Machine Learning 52:239-281, 2003): t = mean / sqrt((1/k +
 * n_test/n_train) s^2) with k - 1 degrees of freedom. Its p is below 0.05 just when the interval of `resampledInterval`
 * leaves out 0.
 *
 * @param differences one a repeat
 * @param testOverTrain participants tested on for each one trained on
 */
export function correctedResampledTest(
  differences: readonly number[],
  testOverTrain: number,
): Omit<PairedTest, 'metric'> {
  const method = 'corrected-resampled-t';
  const k = differences.length;
  const difference = differences.reduce((sum, value) => sum + value, 0) / k;
  if (k < 2) return { method, difference, p: null, reason: 'one repeat gives no test' };
  const variance = differences.reduce((sum, value) => sum + (value - difference) ** 2, 0) / (k - 1);
  if (Math.sqrt(variance) < 1e-12)
    return { method, difference, p: null, reason: 'the difference is the same in every repeat' };
  const t = difference / Math.sqrt((1 / k + testOverTrain) * variance);
  return { method, difference, p: studentTTwoSided(t, k - 1) };
}
