/** @file Everybody in an ablation on the same splits: scored, and compared with the full method scan by scan. */
import type { Contender } from '../classifiers/contender.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import type { Progress } from '../progress.ts';
import type { Split } from '../splits/split.ts';
import type { Estimate } from '../statistics/interval.ts';
import { holm } from '../statistics/multiple-tasks.ts';
import type { Estimates, Sampling } from '../statistics/replicates.ts';
import { scoringOf } from '../statistics/scoring.ts';

export interface CellContest {
  readonly task: AnyTask;
  readonly splits: readonly Split[];
  readonly sampling: Sampling;
  readonly full: Contender;
  /** Every other run, augmentation and baseline, once each. */
  readonly others: readonly Contender[];
  readonly progress?: Progress | undefined;
}

/** A contender against the full method, by the task's first metric. */
export interface AgainstFull {
  /** Of the contender minus that of the full method: below 0 where it is worse. */
  readonly difference: Estimate;
  /** Two-sided, paired over splits (or DeLong's, where every scan is tested once). */
  readonly p: number | null;
  /** Holm's correction over all contenders. */
  readonly p_holm: number | null;
  readonly reason?: string | undefined;
}

export interface ComparedContender {
  readonly metrics: Estimates;
  /** Absent of the full method itself, and of the rule that looks at no feature. */
  readonly against?: AgainstFull;
}

export interface CellComparison {
  /** The metric that is compared, and how a sentence calls it. */
  readonly metric: string;
  readonly metricName: string;
  /** By the contender's name; the rule that looks at no feature (`majority`, of numbers `mean`) is there as well. */
  readonly contenders: Readonly<Record<string, ComparedContender>>;
  /** Contenders that say the same of every scan. */
  readonly warnings: readonly string[];
}

/**
 * Evaluates and compares.
 *
 * @throws InputError as the contenders do
 */
export async function compareCells({ full, others, ...contest }: CellContest): Promise<CellComparison> {
  const { primary, primaryName } = scoringOf(contest.task);
  const evaluation = await evaluate({ ...contest, model: { ...full, name: 'model' }, baselines: others });
  const corrected = holm(others.map(({ name }) => evaluation.tests[name].p));
  const compared = others.map(({ name }, i): [string, ComparedContender] => {
    const { p, reason } = evaluation.tests[name];
    const difference = negated(evaluation.difference[name]);
    const against = { difference, p, p_holm: corrected[i], ...(reason === undefined ? {} : { reason }) };
    return [name, { metrics: evaluation.baselines[name], against }];
  });
  const rules = Object.entries(evaluation.baselines)
    .filter(([name]) => others.every((other) => other.name !== name))
    .map(([name, metrics]): [string, ComparedContender] => [name, { metrics }]);
  return {
    metric: primary,
    metricName: primaryName,
    contenders: Object.fromEntries([[full.name, { metrics: evaluation.metrics }], ...compared, ...rules]),
    warnings: evaluation.warnings.map((warning) => warning.replace(/^model /, `${full.name} `)),
  };
}

/** From full minus other to other minus full. */
function negated({ mean, low, high, reason }: Estimate): Estimate {
  const minus = (value: number | null) => (value === null ? null : 0 - value);
  return { mean: minus(mean), low: minus(high), high: minus(low), ...(reason === undefined ? {} : { reason }) };
}
