/** @file Intervals of pooled predictions: participants are drawn again with replacement (bootstrap). */
import type { LabelledScan, Task } from '../labels/labels.ts';
import { integerBelow, randomStream } from '../random/draws.ts';
import { groupByParticipant, type Participant } from '../splits/participants.ts';
import type { Split } from '../splits/split.ts';
import { type Estimate, percentileInterval } from './interval.ts';
import type { MetricValue } from './metrics.ts';
import type { Decisions } from './scoring.ts';

/** The decision for one test scan of one split. */
export interface PooledPrediction extends LabelledScan {
  readonly decision: number;
}

/** How often to draw, and from where. */
export interface Draws {
  readonly draws: number;
  readonly seed: number;
}

/** Below this, drawing again within a site would understate the spread by more than a tenth: (n - 1) / n. */
const SMALLEST_STRATUM = 5;

/** Test predictions of all splits, one after the other. A scan tested in several splits is there as often. */
export function pooledPredictions(task: Task, splits: readonly Split[], decisions: Decisions): PooledPrediction[] {
  return splits.flatMap(({ test }, index) =>
    test.map((i, at) => ({ ...task.scans[i], decision: decisions[index][at] })),
  );
}

/**
 * Scores of pooled predictions with their 95 % percentile interval: participants are drawn again within class and site, and
 * bring all their predictions. It says how far the score could move with other people to test, the fitted classifiers
 * being what they are; that other training people would give other classifiers is in `resampledInterval`.
 *
 * Draws in which a score is undefined are left out of its interval.
 *
 * @param score any scores of decisions and truth, `[predictions]` both
 */
export function bootstrapEstimates<Name extends string>(
  predictions: readonly PooledPrediction[],
  score: (decisions: Float64Array, positive: readonly boolean[]) => Readonly<Record<Name, MetricValue>>,
  draws: Draws,
): Readonly<Record<Name, Estimate>> {
  const scoreOf = (positions: readonly number[]) =>
    score(
      Float64Array.from(positions, (i) => predictions[i].decision),
      positions.map((i) => predictions[i].positive),
    );
  const point = scoreOf([...predictions.keys()]);
  const each = participantDraws(predictions, draws).map(scoreOf);
  const alone = [true, false].some((positive) => {
    const people = predictions.filter((prediction) => prediction.positive === positive);
    return new Set(people.map(({ participantId }) => participantId)).size === 1;
  });
  const estimate = (name: Name): Estimate => {
    const { value, reason = 'undefined' } = point[name];
    if (value === null) return { mean: null, low: null, high: null, reason };
    const defined = each.flatMap((scores) => scores[name].value ?? []);
    if (alone || defined.length === 0)
      return { mean: value, low: null, high: null, reason: 'one participant of a class gives no interval' };
    return percentileInterval(value, defined);
  };
  const names = Object.keys(point) as Name[];
  return Object.fromEntries(names.map((name) => [name, estimate(name)])) as Record<Name, Estimate>;
}

/**
 * Positions of test sets drawn again: as many participants of each class and site as in the real one, with replacement; a
 * participant brings all their scans. Sites with fewer than five participants of a class are drawn from together.
 */
export function participantDraws(
  scans: readonly Pick<LabelledScan, 'participantId' | 'site' | 'positive'>[],
  { draws, seed }: Draws,
): number[][] {
  const people = groupByParticipant(scans);
  const strata = (['control', 'positive', 'both'] as const).flatMap((classes) =>
    strataOf(people.filter((person) => person.classes === classes)),
  );
  return Array.from({ length: draws }, (_, draw) => {
    const stream = randomStream({ seed, purpose: 'bootstrap', a: draw });
    return strata.flatMap((stratum) => stratum.flatMap(() => stratum[integerBelow(stream, stratum.length)].scans));
  });
}

function strataOf(people: readonly Participant[]): Participant[][] {
  const sites = [...new Set(people.map(({ site }) => site))].sort();
  const bySite = sites.map((site) => people.filter((person) => person.site === site));
  const large = bySite.filter((stratum) => stratum.length >= SMALLEST_STRATUM);
  const small = bySite.filter((stratum) => stratum.length < SMALLEST_STRATUM).flat();
  if (small.length === 0) return large;
  // Too few even together: they join the last large site.
  const last = small.length < SMALLEST_STRATUM ? (large.pop() ?? []) : [];
  return [...large, [...last, ...small]];
}
