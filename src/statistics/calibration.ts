/** @file Do probabilities mean what they say? Brier score, calibration line, expected calibration error, points to draw. */

import { logisticLine } from '../classifiers/logistic-line.ts';
import type { MetricValue } from './metrics.ts';

/** Predictions of one bin. */
export interface ReliabilityPoint {
  readonly n: number;
  /** Mean predicted probability. */
  readonly predicted: number;
  /** Share of positives. */
  readonly observed: number;
}

export interface Calibration {
  readonly n: number;
  /** Mean squared difference of probability and truth; 0 is perfect. */
  readonly brier: number;
  /** Mean over predictions of |share of positives - mean probability| in their bin. */
  readonly expected_error: number;
  /** Slope of the truth on the log odds predicted; 1 is perfect, below 1 the probabilities are too extreme. */
  readonly slope: MetricValue;
  /** Intercept with the slope held at 1; 0 is perfect, below 0 the probabilities are too high on the whole. */
  readonly intercept: MetricValue;
  /** Bins that hold predictions, ascending. */
  readonly points: readonly ReliabilityPoint[];
}

/** Probabilities of 0 and 1 have no log odds; they are taken as this far from it. */
const EDGE = 1e-12;

/**
 * Calibration of predicted probabilities. Bins are of equal width, each with its upper edge, as scikit-learn's
 * calibration_curve; slope and intercept as in Van Calster et al. (J Clin Epidemiol 74:167-176, 2016), after Cox (1958).
 *
 * @param probabilities `[predictions]`, at least one
 * @param positive `[predictions]`, the truth
 * @throws RangeError when there is none or one is no probability (a programming error)
 */
export function calibrationOf(probabilities: ArrayLike<number>, positive: readonly boolean[], bins = 10): Calibration {
  const n = positive.length;
  const p = Array.from(probabilities);
  if (n === 0 || p.length !== n) throw new RangeError(`${p.length} probabilities of ${n} scans`);
  for (const value of p) if (!(value >= 0 && value <= 1)) throw new RangeError(`probability ${value}`);
  const truth = positive.map(Number);
  const points = reliabilityPoints(p, truth, bins);
  return {
    n,
    brier: p.reduce((sum, value, i) => sum + (value - truth[i]) ** 2, 0) / n,
    expected_error: points.reduce((sum, bin) => sum + bin.n * Math.abs(bin.observed - bin.predicted), 0) / n,
    ...calibrationLine(p, positive),
    points,
  };
}

function reliabilityPoints(p: readonly number[], truth: readonly number[], bins: number): ReliabilityPoint[] {
  const sums = Array.from({ length: bins }, () => ({ n: 0, predicted: 0, observed: 0 }));
  for (const [i, value] of p.entries()) {
    const bin = sums[Math.max(0, Math.ceil(value * bins) - 1)];
    bin.n++;
    bin.predicted += value;
    bin.observed += truth[i];
  }
  return sums
    .filter(({ n }) => n > 0)
    .map(({ n, predicted, observed }) => ({ n, predicted: predicted / n, observed: observed / n }));
}

function calibrationLine(p: readonly number[], positive: readonly boolean[]): Pick<Calibration, 'slope' | 'intercept'> {
  const logOdds = p.map((value) => {
    const inside = Math.min(1 - EDGE, Math.max(EDGE, value));
    return Math.log(inside / (1 - inside));
  });
  const truth = positive.map(Number);
  const positives = logOdds.filter((_, i) => positive[i]);
  const controls = logOdds.filter((_, i) => !positive[i]);
  if (positives.length === 0 || controls.length === 0) {
    const none = { value: null, reason: 'only one class is there' };
    return { slope: none, intercept: none };
  }
  const intercept = { value: logisticLine(logOdds, truth, 1).intercept };
  const extent = (values: readonly number[]) => [
    values.reduce((least, value) => Math.min(least, value)),
    values.reduce((most, value) => Math.max(most, value)),
  ];
  const [lowestPositive, highestPositive] = extent(positives);
  const [lowestControl, highestControl] = extent(controls);
  if (Math.min(lowestPositive, lowestControl) === Math.max(highestPositive, highestControl))
    return { slope: { value: null, reason: 'all probabilities are the same' }, intercept };
  if (lowestPositive >= highestControl || highestPositive <= lowestControl)
    return { slope: { value: null, reason: 'the probabilities separate the classes' }, intercept };
  return { slope: { value: logisticLine(logOdds, truth).slope }, intercept };
}
