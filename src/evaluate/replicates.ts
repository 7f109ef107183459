/** @file The same score many times, over repeated splits or over resampled participants, and the interval that gives. */
import { participantDraws } from './bootstrap.ts';
import { type Estimate, percentileInterval, resampledInterval } from './interval.ts';
import type { Task } from './labels.ts';
import { classificationMetrics, METRICS, type Metric, type Metrics, type MetricValue } from './metrics.ts';
import type { Split } from './splits.ts';

/** Decision values of each split's test scans, in the order of `split.test`. */
export type Decisions = readonly Float64Array[];

/** Where the spread comes from. */
export type Sampling =
  /** Repeated splits: the interval is over repeats, corrected for their overlap. */
  | { readonly kind: 'repeats' }
  /** One split (a second data set): test participants are drawn again, within class and site. */
  | { readonly kind: 'bootstrap'; readonly draws: number; readonly seed: number };

/** Scores of one set of decisions. */
export interface Replicates {
  readonly point: Metrics | undefined;
  readonly each: readonly Metrics[];
}
export type Estimates = Readonly<Record<Metric, Estimate>>;

/** Turns decisions into scores and scores into intervals; two runs over one sampler are comparable pair by pair. */
export interface Sampler {
  readonly score: (decisions: Decisions) => Replicates;
  readonly estimates: (replicates: Replicates) => Estimates;
  /** One metric of `a` minus that of `b`. */
  readonly difference: (metric: Metric, a: Replicates, b: Replicates) => Estimate;
}

export function sampler(task: Task, splits: readonly Split[], sampling: Sampling): Sampler {
  const truth = splits.map((split) => split.test.map((i) => task.scans[i].positive));
  const ratio = testOverTrain(task, splits);
  const tested = splits[0].test.map((i) => task.scans[i]);
  const draws = sampling.kind === 'bootstrap' ? participantDraws(tested, sampling) : [];
  const interval = (
    values: readonly MetricValue[],
    point: MetricValue | undefined,
    bounds: readonly [number, number],
  ) => {
    const defined = values.flatMap(({ value }) => (value === null ? [] : [value]));
    const missing = values.length - defined.length;
    switch (sampling.kind) {
      case 'repeats':
        return missing > 0 ? undefinedIn(values, 'repeats') : resampledInterval(defined, ratio, bounds);
      case 'bootstrap':
        if (point?.value === null || point === undefined || defined.length === 0)
          return undefinedIn([point ?? values[0]], 'test set');
        return percentileInterval(point.value, defined);
    }
  };
  return {
    score: (decisions) => {
      const scored = decisions.map((values, i) => classificationMetrics(values, truth[i]));
      if (sampling.kind === 'repeats') return { point: undefined, each: scored };
      const [values] = decisions;
      const [positive] = truth;
      const each = draws.map((draw) =>
        classificationMetrics(
          draw.map((i) => values[i]),
          draw.map((i) => positive[i]),
        ),
      );
      return { point: scored[0], each };
    },
    estimates: ({ point, each }) =>
      Object.fromEntries(
        METRICS.map((metric) => [
          metric,
          interval(
            each.map((m) => m[metric]),
            point?.[metric],
            [0, 1],
          ),
        ]),
      ) as Record<Metric, Estimate>,
    difference: (metric, a, b) =>
      interval(
        a.each.map((metrics, i) => minus(metrics[metric], b.each[i][metric])),
        a.point && b.point && minus(a.point[metric], b.point[metric]),
        [-1, 1],
      ),
  };
}

function minus(a: MetricValue, b: MetricValue): MetricValue {
  if (a.value === null) return a;
  return b.value === null ? b : { value: a.value - b.value };
}

function undefinedIn(values: readonly MetricValue[], over: string): Estimate {
  const missing = values.filter(({ value }) => value === null);
  const extent = values.length === 1 ? `on the ${over}` : `in ${missing.length} of ${values.length} ${over}`;
  return { mean: null, low: null, high: null, reason: `undefined ${extent}: ${missing[0]?.reason}` };
}

/** Participants tested on for each one trained on, averaged over splits. */
export function testOverTrain(task: Task, splits: readonly Split[]): number {
  const people = (positions: readonly number[]) => new Set(positions.map((i) => task.scans[i].participantId)).size;
  return splits.reduce((sum, { train, test }) => sum + people(test) / people(train), 0) / splits.length;
}
