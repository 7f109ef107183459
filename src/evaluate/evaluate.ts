/** @file An evaluation: a model and its baselines on the same splits, scored, compared and doubted. */
import type { Contender } from '../classifiers/contender.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import type { Progress } from '../progress.ts';
import type { Split } from '../splits/split.ts';
import { type ComparedTest, compare } from '../statistics/comparison.ts';
import type { Estimate } from '../statistics/interval.ts';
import { type Estimates, type Replicates, type Sampling, sampler } from '../statistics/replicates.ts';
import { type Decisions, scoringOf } from '../statistics/scoring.ts';
import { ruleWithoutFeatures } from './baselines.ts';
import { type AgainstLinear, constantWarnings, linearBaselines, verdict, verdictAgainstLinear } from './verdict.ts';

export interface Contest {
  readonly task: AnyTask;
  readonly splits: readonly Split[];
  readonly sampling: Sampling;
  readonly model: Contender;
  /** What it is compared with, beside the rule that looks at no feature (`majority`, of numbers `mean`). */
  readonly baselines: readonly Contender[];
  readonly progress?: Progress | undefined;
}

export interface Evaluation {
  readonly metrics: Estimates;
  /** The baselines asked for, and always `majority` (of numbers, `mean`). */
  readonly baselines: Readonly<Record<string, Estimates>>;
  /** The task's first metric (AUC, macro AUC, R2) of the model minus that of each baseline, pair by pair. */
  readonly difference: Readonly<Record<string, Estimate>>;
  /** Model against each baseline: p-values, and corrected for there being several. */
  readonly tests: Readonly<Record<string, ComparedTest>>;
  readonly verdict: string;
  readonly against_linear: AgainstLinear;
  /** Contenders that say the same of every scan. */
  readonly warnings: readonly string[];
}

/** What was scored, for tables and further statistics. */
export interface Scored extends Evaluation {
  /** Of `model` and every baseline. */
  readonly decisions: Readonly<Record<string, Decisions>>;
  readonly replicates: Readonly<Record<string, Replicates>>;
}

/**
 * Runs model and baselines over the same splits and compares them.
 *
 * @throws InputError as the contenders do
 */
export async function evaluate(contest: Contest): Promise<Scored> {
  const { task, splits, sampling } = contest;
  const decisions = await decide(contest);
  const scores = sampler(task, splits, sampling);
  const replicates = mapValues(decisions, scores.score);
  const { model, ...baselines } = replicates as { readonly model: Replicates } & Record<string, Replicates>;
  const { primary, primaryName } = scoringOf(task);
  const difference = mapValues(baselines, (baseline) => scores.difference(primary, model, baseline));
  const linear = linearBaselines(difference);
  return {
    metrics: scores.estimates(model),
    baselines: mapValues(baselines, scores.estimates),
    difference,
    tests: compare(task, splits, sampling, decisions, replicates),
    verdict: verdict(difference, primaryName),
    against_linear: verdictAgainstLinear(linear, primaryName),
    warnings: constantWarnings(task, decisions),
    decisions,
    replicates,
  };
}

/** Split after split; contenders that learn from the same features follow each other and share what is computed. */
async function decide({ task, splits, model, baselines, progress }: Contest): Promise<Record<string, Decisions>> {
  const contenders = [model, ...baselines, ruleWithoutFeatures(task)];
  const decisions: Record<string, Float64Array[]> = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  let done = 0;
  for (const [index, split] of splits.entries())
    for (const { name, decide } of contenders) {
      decisions[name].push(await decide(task, split, index));
      progress?.(++done, contenders.length * splits.length, name);
    }
  return decisions;
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
