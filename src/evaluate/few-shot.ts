/**
 * @file Learning curves: what is reached with few labelled participants, for the model and what it is compared with.
 *
 * Everybody learns from the same subsets and is tested on the same test rows of the same splits.
 */

import type { Contender } from '../classifiers/contender.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import type { Progress } from '../progress.ts';
import { type Shots, shotQueues, shotsName, takeShots } from '../splits/shots.ts';
import type { Split } from '../splits/split.ts';
import { type Estimate, percentileInterval } from '../statistics/interval.ts';
import type { MetricValue } from '../statistics/metrics.ts';
import { type Scores, scoringOf } from '../statistics/scoring.ts';
import type { FewShot } from './shots-schema.ts';

/** A contender of a curve: which features, and what learns from them. */
export interface ShotLearner {
  readonly features: string;
  readonly protocol: string;
  readonly contender: Contender;
}

export interface FewShotRequest {
  /** Of classes. */
  readonly task: AnyTask;
  readonly splits: readonly Split[];
  /** Test scans of all splits are scored together (one site left out), else those of each split by themselves. */
  readonly pooled: boolean;
  readonly shots: readonly Shots[];
  /** Subsets of each split. */
  readonly draws: number;
  readonly seed: number;
  readonly learners: readonly ShotLearner[];
  readonly progress?: Progress | undefined;
}

/** Subsets of one size: `[draw][split]`. */
interface Subsets {
  readonly splits: readonly (readonly Split[])[];
  /** Trained on, averaged over draws and splits. */
  readonly participants: number;
}

/**
 * Draws subsets of the training participants of every split, lets everybody learn from them, and scores the test rows.
 * A point is the mean over draws and splits, its band the middle 95 % of them: how far one small sample can fall from
 * another, not how well the mean is known. Where a class has too few participants in any split, the point is undefined.
 *
 * @throws InputError as the contenders do
 * @throws RangeError for the prediction of a number (a programming error)
 */
export async function fewShotCurves(request: FewShotRequest): Promise<FewShot> {
  const { task, shots, draws, seed, learners, progress } = request;
  if (task.kind === 'regression') throw new RangeError('few-shot of a number');
  const scoring = scoringOf(task);
  const metrics = [scoring.primary, 'balanced_accuracy'];
  const curves = learners.map(({ features, protocol }) => ({
    features,
    protocol,
    points: [] as FewShot['curves'][number]['points'],
  }));
  const drawn = shots.map((size) => ({ size, subsets: subsetsOf(request, size) }));
  const total = drawn.reduce((sum, { subsets }) => sum + (typeof subsets === 'string' ? 0 : fitsOf(subsets)), 0);
  let done = 0;
  for (const { size, subsets } of drawn) {
    const about = { shots: shotsName(size), ...size };
    if (typeof subsets === 'string') {
      const none = { mean: null, low: null, high: null, reason: subsets };
      const scores = Object.fromEntries(metrics.map((metric) => [metric, none]));
      for (const curve of curves) curve.points.push({ ...about, participants: null, draws: 0, scores });
      continue;
    }
    const scored: Scores[][] = learners.map(() => []);
    for (const splits of subsets.splits) {
      const decided: Float64Array[][] = learners.map(() => []);
      for (const [s, split] of splits.entries())
        for (const [l, { contender }] of learners.entries()) {
          decided[l].push(await contender.decide(task, split, s));
          progress?.(++done, total * learners.length, `${about.shots} ${contender.name}`);
        }
      for (const [l, decisions] of decided.entries()) scored[l].push(...scoresOf(request, splits, decisions));
    }
    for (const [l, curve] of curves.entries()) {
      const estimates = metrics.map((name) => [name, bandOf(scored[l].map((scores) => scores[name]))] as const);
      const { participants } = subsets;
      curve.points.push({ ...about, participants, draws: scored[l].length, scores: Object.fromEntries(estimates) });
    }
  }
  return { draws, seed, metric: scoring.primary, curves };
}

function fitsOf({ splits }: Subsets): number {
  return splits.reduce((sum, own) => sum + own.length, 0);
}

/** Subsets of one size, or why there are none. */
function subsetsOf({ task, splits, draws, seed }: FewShotRequest, size: Shots): Subsets | string {
  // All participants are the same participants however often they are drawn.
  const count = size.kind === 'percent' && size.percent === 100 ? 1 : draws;
  const subsets: Split[][] = [];
  let participants = 0;
  for (let draw = 0; draw < count; draw++) {
    const own: Split[] = [];
    for (const [index, split] of splits.entries()) {
      const taken = takeShots(shotQueues(task, split, { seed, split: index, draw }), size);
      if (taken.kind === 'too-few') return splits.length === 1 ? taken.reason : `split ${index + 1}: ${taken.reason}`;
      own.push({ train: taken.train, validation: [], test: split.test });
      participants += taken.participants;
    }
    subsets.push(own);
  }
  return { splits: subsets, participants: participants / (count * splits.length) };
}

/** Scores of one draw: one a split, or of all its splits together. */
function scoresOf(
  { task, pooled }: FewShotRequest,
  splits: readonly Split[],
  decisions: readonly Float64Array[],
): Scores[] {
  const { score } = scoringOf(task);
  if (!pooled) return decisions.map((values, s) => score(values, splits[s].test, splits[s].train));
  const values = Float64Array.from(decisions.flatMap((own) => [...own]));
  const all = (side: 'test' | 'train') => splits.flatMap((split) => split[side]);
  return [score(values, all('test'), all('train'))];
}

function bandOf(values: readonly MetricValue[]): Estimate {
  const defined = values.flatMap(({ value }) => (value === null ? [] : [value]));
  const missing = values.find(({ value }) => value === null);
  const extent = `undefined in ${values.length - defined.length} of ${values.length} draws: ${missing?.reason}`;
  if (defined.length === 0) return { mean: null, low: null, high: null, reason: extent };
  const mean = defined.reduce((sum, value) => sum + value, 0) / defined.length;
  if (defined.length === 1) return { mean, low: null, high: null, reason: 'one draw gives no band' };
  return { ...percentileInterval(mean, defined), ...(missing === undefined ? {} : { reason: extent }) };
}
