/** @file How the answers to each kind of question are scored: the metrics, the one that is compared, their bounds. */
import type { AnyTask } from '../labels/task-kinds.ts';
import { classificationMetrics, METRICS, type MetricValue } from './metrics.ts';
import { MULTICLASS_METRICS, multiclassMetrics } from './multiclass-metrics.ts';
import { REGRESSION_METRICS, type RegressionMetric, regressionMetrics } from './regression-metrics.ts';

/** What a contender says of each split's test scans, in the order of `split.test`; `[scans, classes]` of several classes. */
export type Decisions = readonly Float64Array[];

/** The scores of a kind of question, by name. */
export type Scores = Readonly<Record<string, MetricValue>>;

export interface Scoring {
  readonly metrics: readonly string[];
  /** The metric that model and baselines are compared by; larger is better. */
  readonly primary: string;
  /** How a sentence calls it. */
  readonly primaryName: string;
  /** What a metric cannot leave. */
  readonly bounds: (metric: string) => readonly [number, number];
  /** Numbers that a contender gives for each scan. */
  readonly width: number;
  /**
   * Scores of some test scans.
   *
   * @param values `[positions, width]`
   * @param positions in `task.scans`
   * @param train positions that were trained on, for what can be known without features
   */
  readonly score: (values: Float64Array, positions: readonly number[], train: readonly number[]) => Scores;
}

/** How a task is scored. */
export function scoringOf(task: AnyTask): Scoring {
  switch (task.kind) {
    case 'two-class':
      return {
        metrics: METRICS,
        primary: 'auc',
        primaryName: 'AUC',
        bounds: () => [0, 1],
        width: 1,
        score: (values, positions) =>
          classificationMetrics(
            values,
            positions.map((i) => task.scans[i].positive),
          ),
      };
    case 'multi-class': {
      const columns = task.classes.length;
      return {
        metrics: MULTICLASS_METRICS,
        primary: 'macro_auc',
        primaryName: 'macro AUC',
        bounds: () => [0, 1],
        width: columns,
        score: (values, positions) =>
          multiclassMetrics(
            { values, rows: positions.length, columns },
            positions.map((i) => task.scans[i].class),
          ),
      };
    }
    case 'regression':
      return {
        metrics: REGRESSION_METRICS,
        primary: 'r2',
        primaryName: 'R2',
        bounds: (metric) => BOUNDS[metric as RegressionMetric],
        width: 1,
        score: (values, positions, train) => {
          const mean = train.reduce((sum, i) => sum + task.scans[i].target, 0) / train.length;
          const truth = Float64Array.from(positions, (i) => task.scans[i].target);
          return regressionMetrics(values, truth, mean);
        },
      };
  }
}

const BOUNDS: Readonly<Record<RegressionMetric, readonly [number, number]>> = {
  mae: [0, Number.POSITIVE_INFINITY],
  rmse: [0, Number.POSITIVE_INFINITY],
  r2: [Number.NEGATIVE_INFINITY, 1],
  r2_training_mean: [Number.NEGATIVE_INFINITY, 1],
  pearson: [-1, 1],
  spearman: [-1, 1],
};
