/** @file How good a prediction of a number (age, a score) is. Undefined is null with a reason, never NaN. */
import type { MetricValue } from './metrics.ts';

export const REGRESSION_METRICS = ['mae', 'rmse', 'r2', 'r2_training_mean', 'pearson', 'spearman'] as const;
export type RegressionMetric = (typeof REGRESSION_METRICS)[number];

/**
 * Metrics of predictions.
 *
 * - `mae`, `rmse`: mean absolute and root mean squared error, in units of the target;
 * - `r2`: 1 - squared error / squared error of the test rows' own mean (scikit-learn's r2_score; below 0 when worse);
 * - `r2_training_mean`: the same against the mean of the training rows, which is what could be known without features;
 * - `pearson`, `spearman`: correlation of values and of ranks (equal values share their mean rank).
 *
 * @param predicted `[rows]`
 * @param truth `[rows]`
 * @param trainingMean mean target of the training rows
 */
export function regressionMetrics(
  predicted: Float64Array,
  truth: Float64Array,
  trainingMean: number,
): Record<RegressionMetric, MetricValue> {
  if (predicted.length !== truth.length)
    throw new RangeError(`${predicted.length} predictions of ${truth.length} rows`);
  if (![...predicted, ...truth, trainingMean].every(Number.isFinite)) throw new RangeError('a value is not finite');
  const n = truth.length;
  if (n === 0) {
    const none = { value: null, reason: 'there are no scans' };
    return { mae: none, rmse: none, r2: none, r2_training_mean: none, pearson: none, spearman: none };
  }
  const errors = truth.map((value, i) => value - predicted[i]);
  const squares = sumOfSquares(errors);
  const explained = (reference: number, reason: string): MetricValue => {
    const deviations = truth.map((value) => value - reference);
    const rest = sumOfSquares(deviations);
    return rest === 0 ? { value: null, reason } : { value: 1 - squares / rest };
  };
  return {
    mae: { value: errors.reduce((sum, value) => sum + Math.abs(value), 0) / n },
    rmse: { value: Math.sqrt(squares / n) },
    r2: isConstant(truth) ? { value: null, reason: CONSTANT_TRUTH } : explained(meanOf(truth), CONSTANT_TRUTH),
    r2_training_mean: explained(trainingMean, 'all test targets are the training mean'),
    pearson: correlation(predicted, truth),
    spearman:
      isConstant(predicted) || isConstant(truth)
        ? correlation(predicted, truth)
        : correlation(averageRanks(predicted), averageRanks(truth)),
  };
}

const CONSTANT_TRUTH = 'all test targets are the same';

function correlation(predicted: Float64Array, truth: Float64Array): MetricValue {
  if (isConstant(predicted)) return { value: null, reason: 'all predictions are the same' };
  if (isConstant(truth)) return { value: null, reason: CONSTANT_TRUTH };
  const a = unitDeviations(predicted);
  const b = unitDeviations(truth);
  const product = a.reduce((sum, value, i) => sum + value * b[i], 0);
  return { value: Math.min(1, Math.max(-1, product)) };
}

/** All equal, up to the rounding of sums that should be (SciPy warns of a nearly constant input at the same point). */
function isConstant(values: Float64Array): boolean {
  const mean = meanOf(values);
  return Math.sqrt(sumOfSquares(values.map((value) => value - mean))) <= 1e-13 * Math.abs(mean);
}

function unitDeviations(values: Float64Array): Float64Array {
  const mean = meanOf(values);
  const deviations = values.map((value) => value - mean);
  const length = Math.sqrt(sumOfSquares(deviations));
  return deviations.map((value) => value / length);
}

/** Ranks from 1; equal values share the mean of their places. */
function averageRanks(values: Float64Array): Float64Array {
  const order = [...values.keys()].sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let at = start; at < end; at++) ranks[order[at]] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sumOfSquares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
