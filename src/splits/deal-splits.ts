/** @file The splits of a task by a plan. */
import type { AnyTask } from '../labels/task-kinds.ts';
import { repeatedSplits } from './repeated-splits.ts';
import type { Split } from './split.ts';
import { columnSplit } from './split-column.ts';
import { kFoldSplits, leaveOneSiteOutSplits } from './split-folds.ts';
import type { SplitPlan } from './split-plan.ts';

/**
 * Splits of a task: by participant, the same for the same plan and seed whatever the order of rows.
 *
 * @param columnValues of a `column` plan: its value for each scan of the task (`splitColumnValues`)
 * @throws InputError when the task cannot be split so
 */
export function dealSplits(
  task: AnyTask,
  plan: SplitPlan,
  seed: number,
  columnValues: readonly string[] = [],
): Split[] {
  switch (plan.kind) {
    case 'repeated':
      return repeatedSplits(task, plan.repeats, seed);
    case 'k-fold':
      return kFoldSplits(task, plan.folds, plan.repeats, seed);
    case 'leave-one-site-out':
      return leaveOneSiteOutSplits(task, seed);
    case 'column':
      return [columnSplit(task, plan.column, columnValues)];
  }
}
