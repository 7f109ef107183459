/** @file A mean over repeated splits with an interval that knows the splits overlap. */
import { studentTQuantile } from './student-t.ts';

/** A mean with its 95 % interval; null where undefined, and then why. */
export interface Estimate {
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly reason?: string | undefined;
}

/**
 * Mean over repeats with the corrected resampled t interval of Nadeau and Bengio (Machine Learning 52:239-281, 2003):
 * variance (1/k + n_test/n_train) s^2 with k - 1 degrees of freedom. The plain s^2/k would treat repeats as independent
 * although they share most training participants, and its interval would be several times too narrow.
 *
 * @param values one a repeat
 * @param testOverTrain participants tested on for each one trained on
 * @param bounds what the quantity cannot leave
 */
export function resampledInterval(
  values: readonly number[],
  testOverTrain: number,
  [least, most]: readonly [number, number],
): Estimate {
  const k = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / k;
  if (k < 2) return { mean, low: null, high: null, reason: 'one repeat gives no interval' };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (k - 1);
  const half = studentTQuantile(0.975, k - 1) * Math.sqrt((1 / k + testOverTrain) * variance);
  return { mean, low: Math.max(least, mean - half), high: Math.min(most, mean + half) };
}

/** The middle 95 % of bootstrap values around a point estimate (percentile method). */
export function percentileInterval(point: number, draws: readonly number[]): Estimate {
  const sorted = [...draws].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
  return { mean: point, low: at(0.025), high: at(0.975) };
}
