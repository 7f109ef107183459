/** @file How good a prediction of more than two classes is. Undefined is null with a reason, never NaN. */
import { largestScores } from '../classifiers/class-scores.ts';
import type { Matrix } from '../linear-algebra/kernel.ts';
import { areaUnderRoc, type MetricValue } from './metrics.ts';

export const MULTICLASS_METRICS = ['accuracy', 'balanced_accuracy', 'macro_f1', 'macro_auc'] as const;
export type MulticlassMetric = (typeof MULTICLASS_METRICS)[number];

/**
 * Metrics of class scores; a row is called the class of its largest score.
 *
 * - `balanced_accuracy`: mean over classes of the share of its rows found;
 * - `macro_f1`: mean over classes of F1 (0 for a class that is there and never rightly called);
 * - `macro_auc`: mean over classes of the area under the ROC curve of the class against all others, by its own score.
 *
 * A class without a test row leaves no mean over classes; scikit-learn would take it over those that are there.
 *
 * @param scores `[rows, classes]`
 * @param truth `[rows]`, 0 to classes - 1
 */
export function multiclassMetrics(scores: Matrix, truth: readonly number[]): Record<MulticlassMetric, MetricValue> {
  const { values, columns } = scores;
  if (scores.rows !== truth.length) throw new RangeError(`${scores.rows} rows of scores, ${truth.length} of truth`);
  if (values.some((value) => Number.isNaN(value))) throw new RangeError('a score is not a number');
  if (truth.length === 0) {
    const none = { value: null, reason: 'there are no scans' };
    return { accuracy: none, balanced_accuracy: none, macro_f1: none, macro_auc: none };
  }
  const called = largestScores(scores);
  const classes = Array.from({ length: columns }, (_, k) => k);
  const count = (of: readonly number[], k: number) => of.filter((own) => own === k).length;
  const right = classes.map((k) => truth.filter((own, i) => own === k && called[i] === k).length);
  const accuracy = { value: right.reduce((sum, hits) => sum + hits, 0) / truth.length };
  const missing = classes.findIndex((k) => count(truth, k) === 0);
  if (missing !== -1) {
    const none = { value: null, reason: `no scan is of class ${missing + 1} of ${columns}` };
    return { accuracy, balanced_accuracy: none, macro_f1: none, macro_auc: none };
  }
  const areas = classes.map((k) =>
    areaUnderRoc(
      truth.map((_, i) => values[i * columns + k]),
      truth.map((own) => own === k),
    ),
  );
  const undefinedArea = areas.find(({ value }) => value === null);
  return {
    accuracy,
    balanced_accuracy: { value: meanOf(classes.map((k) => right[k] / count(truth, k))) },
    macro_f1: { value: meanOf(classes.map((k) => (2 * right[k]) / (count(truth, k) + count(called, k)))) },
    macro_auc: undefinedArea ?? { value: meanOf(areas.map(({ value }) => value ?? 0)) },
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
