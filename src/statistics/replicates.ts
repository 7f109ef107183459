/** @file The same score many times, over repeated splits or over resampled participants, and the interval that gives. */
import type { AnyTask } from '../labels/task-kinds.ts';
import type { Split } from '../splits/split.ts';
import { participantDraws } from './bootstrap.ts';
import { type Estimate, percentileInterval, resampledInterval } from './interval.ts';
import type { MetricValue } from './metrics.ts';
import type { Decisions } from './scoring.ts';
import { type Scores, scoringOf } from './scoring.ts';

/** Where the spread comes from. */
export type Sampling =
  /** Repeated splits or folds: the interval is over them, corrected for their overlap. */
  | { readonly kind: 'repeats' }
  /** Every scan is tested once (a second data set, one site after the other): test participants are drawn again. */
  | { readonly kind: 'bootstrap'; readonly draws: number; readonly seed: number };

/** Scores of one set of decisions. */
export interface Replicates {
  /** Of all test scans together, where they are drawn again. */
  readonly point: Scores | undefined;
  /** One a repeat, or one a draw. */
  readonly each: readonly Scores[];
}
/** Of each metric of the task's kind. */
export type Estimates<Name extends string = string> = Readonly<Record<Name, Estimate>>;

/** Turns decisions into scores and scores into intervals; two runs over one sampler are comparable pair by pair. */
export interface Sampler {
  readonly score: (decisions: Decisions) => Replicates;
  readonly estimates: (replicates: Replicates) => Estimates;
  /** One metric of `a` minus that of `b`. */
  readonly difference: (metric: string, a: Replicates, b: Replicates) => Estimate;
}

export function sampler(task: AnyTask, splits: readonly Split[], sampling: Sampling): Sampler {
  const scoring = scoringOf(task);
  const ratio = testOverTrain(task, splits);
  const tested = splits.flatMap((split) => split.test);
  const trained = splits.flatMap((split) => split.train);
  const draws = sampling.kind === 'bootstrap' ? participantDraws(drawnFrom(task, tested), sampling) : [];
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
      if (sampling.kind === 'repeats')
        return {
          point: undefined,
          each: decisions.map((values, s) => scoring.score(values, splits[s].test, splits[s].train)),
        };
      const values = joined(decisions);
      const each = draws.map((draw) =>
        scoring.score(
          rowsOf(values, scoring.width, draw),
          draw.map((at) => tested[at]),
          trained,
        ),
      );
      return { point: scoring.score(values, tested, trained), each };
    },
    estimates: ({ point, each }) =>
      Object.fromEntries(
        scoring.metrics.map((metric) => [
          metric,
          interval(
            each.map((scores) => scores[metric]),
            point?.[metric],
            scoring.bounds(metric),
          ),
        ]),
      ),
    difference: (metric, a, b) => {
      const [least, most] = scoring.bounds(metric);
      return interval(
        a.each.map((scores, i) => minus(scores[metric], b.each[i][metric])),
        a.point && b.point && minus(a.point[metric], b.point[metric]),
        [least - most, most - least],
      );
    },
  };
}

/** People are drawn within site, and within class where there are two. */
function drawnFrom(task: AnyTask, tested: readonly number[]) {
  if (task.kind === 'two-class') return tested.map((i) => task.scans[i]);
  return tested.map((i) => ({ ...task.scans[i], positive: false }));
}

function joined(decisions: Decisions): Float64Array {
  if (decisions.length === 1) return decisions[0];
  return Float64Array.from(decisions.flatMap((values) => [...values]));
}

function rowsOf(values: Float64Array, width: number, rows: readonly number[]): Float64Array {
  if (width === 1) return Float64Array.from(rows, (row) => values[row]);
  return Float64Array.from(rows.flatMap((row) => [...values.subarray(row * width, (row + 1) * width)]));
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
export function testOverTrain(task: AnyTask, splits: readonly Split[]): number {
  const people = (positions: readonly number[]) => new Set(positions.map((i) => task.scans[i].participantId)).size;
  return splits.reduce((sum, { train, test }) => sum + people(test) / people(train), 0) / splits.length;
}
