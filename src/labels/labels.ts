/** @file From a phenotype column to a two-class task: which scans are positive, which are controls, which are left out. */
import { isMissing } from '../dataset/missing-value.ts';
import { InputError } from '../errors/input-error.ts';
import { columnValue, type LabelledDataset, type LabelRequest, labelRule } from './label-rule.ts';

/** One scan of a task of any kind. */
export interface TaskScan {
  /** Row of the data set (and of its features). */
  readonly row: number;
  readonly scanId: string;
  readonly participantId: string;
  readonly site: string;
}

/** One scan of a two-class task. */
export interface LabelledScan extends TaskScan {
  readonly positive: boolean;
}

/** A two-class question about the scans of a data set. */
export interface Task {
  readonly kind: 'two-class';
  readonly label: string;
  /** What the two classes are in the column: a value, `>15`, or `not ASD`. */
  readonly positive: string;
  readonly control: string;
  readonly scans: readonly LabelledScan[];
  /** Scans left out: no value, or a value that is neither class. */
  readonly dropped: { readonly missing: number; readonly other: number };
}

/**
 * Labels the scans of a data set.
 *
 * @throws InputError when the column is absent, the classes are not two, or a class has fewer than 2 participants
 */
export function labelScans(dataset: LabelledDataset, request: LabelRequest): Task {
  const rule = labelRule(dataset, request);
  const scans: LabelledScan[] = [];
  const dropped = { missing: 0, other: 0 };
  for (const [row, scan] of dataset.scans.entries()) {
    const value = columnValue(scan, rule.column);
    if (isMissing(value)) {
      dropped.missing++;
      continue;
    }
    const verdict = rule.judge(value, scan);
    if (verdict === 'other') {
      dropped.other++;
      continue;
    }
    const { scanId, participantId, site } = scan;
    scans.push({ row, scanId, participantId, site, positive: verdict === 'positive' });
  }
  const { positive, control } = rule;
  const task: Task = { kind: 'two-class', label: request.label, positive, control, scans, dropped };
  requireTwoClasses(dataset, task);
  return task;
}

/** Distinct participants of one class. */
export function participantsOf(scans: readonly LabelledScan[], positive: boolean): number {
  return new Set(scans.filter((scan) => scan.positive === positive).map((scan) => scan.participantId)).size;
}

function requireTwoClasses(dataset: LabelledDataset, task: Task): void {
  for (const [is, name] of [
    [true, task.positive],
    [false, task.control],
  ] as const) {
    const participants = participantsOf(task.scans, is);
    if (participants < 2)
      throw new InputError({
        where: dataset.directory,
        problem: `class "${name}" of label "${task.label}" has too few participants`,
        expected: 'at least 2',
        found: String(participants),
      });
  }
}
