/** @file The ROC curve of one split, and the average of many with a band. */
import { resampledInterval } from '../statistics/interval.ts';
import type { Point } from './svg.ts';

/** Decisions for the test scans of one split, `[scans]`, with the truth. */
export interface ScoredSplit {
  readonly decisions: ArrayLike<number>;
  readonly positive: readonly boolean[];
}

/** The mean true positive rate at one false positive rate; no interval from one split. */
interface RocPoint {
  readonly fpr: number;
  readonly tpr: number;
  readonly low: number | null;
  readonly high: number | null;
}

export interface AverageRoc {
  /** At 101 false positive rates from 0 to 1; none when no split has both classes. */
  readonly points: readonly RocPoint[];
  /** Splits left out, since they test one class only. */
  readonly leftOut: number;
}

const STEPS = 100;

/**
 * The ROC curve as (false, true) positive rates, from (0, 0) to (1, 1): one point for each distinct decision, tied scans
 * together, as scikit-learn's `roc_curve(drop_intermediate=False)`. Undefined when one class is missing.
 *
 * @throws RangeError for a decision that is NaN (a programming error)
 */
export function rocPoints({ decisions, positive }: ScoredSplit): readonly Point[] | undefined {
  const order = [...positive.keys()].sort((a, b) => decisions[b] - decisions[a]);
  const positives = positive.filter(Boolean).length;
  const controls = positive.length - positives;
  if (positives === 0 || controls === 0) return undefined;
  const points: Point[] = [[0, 0]];
  let found = 0;
  for (const [i, scan] of order.entries()) {
    if (Number.isNaN(decisions[scan])) throw new RangeError(`decision ${scan} is NaN`);
    if (positive[scan]) found++;
    const tied = i + 1 < order.length && decisions[order[i + 1]] === decisions[scan];
    if (!tied) points.push([(i + 1 - found) / controls, found / positives]);
  }
  return points;
}

/**
 * Vertical averaging (Fawcett, Pattern Recognition Letters 27:861-874, 2006, algorithm 4): the mean over splits of the true
 * positive rate at each false positive rate, the curve of a split being linear between its points and, where it is
 * vertical, at its top. The band is the corrected resampled interval of `resampledInterval`, point by point.
 *
 * @param testOverTrain participants tested on for each one trained on
 */
export function averageRoc(splits: readonly ScoredSplit[], testOverTrain: number): AverageRoc {
  const curves = splits.flatMap((split) => {
    const points = rocPoints(split);
    return points === undefined ? [] : [points];
  });
  const leftOut = splits.length - curves.length;
  if (curves.length === 0) return { points: [], leftOut };
  const points = Array.from({ length: STEPS + 1 }, (_, i) => {
    const fpr = i / STEPS;
    const rates = curves.map((curve) => rateAt(curve, fpr));
    const { mean, low, high } = resampledInterval(rates, testOverTrain, [0, 1]);
    return { fpr, tpr: mean ?? 0, low, high };
  });
  return { points, leftOut };
}

function rateAt(curve: readonly Point[], fpr: number): number {
  // Rates of counts and of hundredths differ by rounding where they should be equal.
  const after = curve.findIndex(([rate]) => rate > fpr + 1e-12);
  if (after === -1) return 1;
  const [[x0, y0], [x1, y1]] = [curve[after - 1], curve[after]];
  return y0 + ((y1 - y0) * Math.max(0, fpr - x0)) / (x1 - x0);
}
