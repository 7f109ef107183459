/** @file The three kinds of question about scans: two classes, several classes, a number. */
import { isMissing } from '../dataset/missing-value.ts';
import { InputError } from '../errors/input-error.ts';
import { columnValue, type LabelledDataset, type LabelRequest, labelRule } from './label-rule.ts';
import { labelScans, type Task, type TaskScan } from './labels.ts';

export const TASK_KINDS = ['two-class', 'multi-class', 'regression'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

/** Which of several classes is a scan of? */
export interface MultiClassTask {
  readonly kind: 'multi-class';
  readonly label: string;
  /** Values of the column, at least three: numbers ascending, or text in order. */
  readonly classes: readonly string[];
  /** `class` is a position in `classes`. */
  readonly scans: readonly (TaskScan & { readonly class: number })[];
  readonly dropped: Task['dropped'];
}

/** Which number (age, a score) belongs to a scan? */
export interface RegressionTask {
  readonly kind: 'regression';
  readonly label: string;
  readonly scans: readonly (TaskScan & { readonly target: number })[];
  readonly dropped: Task['dropped'];
}

export type AnyTask = Task | MultiClassTask | RegressionTask;

export interface TaskRequest extends LabelRequest {
  /** Take the column as a number to be predicted. */
  readonly regress?: boolean | undefined;
}

/** A column of more values is no list of classes. */
const MOST_CLASSES = 12;
const FEWEST_TARGETS = 4;

/**
 * The question that a request asks: of a number when `regress`; of several classes when the column holds three to twelve
 * values and neither `positive` nor `control` singles two out; else of two classes ({@link labelScans}).
 *
 * @throws InputError as `labelScans`; when a column has too many values for classes; when a number cannot be read
 */
export function labelTask(dataset: LabelledDataset, request: TaskRequest): AnyTask {
  if (request.regress === true) return numberTask(dataset, request);
  const { label, positive, control } = request;
  const known = [...dataset.phenotypeColumns, 'site', 'session', 'run'].includes(label);
  if (!known || positive !== undefined || control !== undefined) return labelScans(dataset, request);
  const values = [...new Set(dataset.scans.map((scan) => columnValue(scan, label)).filter((v) => !isMissing(v)))];
  if (values.length < 3) return labelScans(dataset, request);
  if (values.length > MOST_CLASSES)
    throw new InputError({
      where: dataset.directory,
      problem: `column "${label}" holds ${values.length} values, too many for classes`,
      expected: `at most ${MOST_CLASSES}`,
      fix: values.every((value) => Number.isFinite(Number(value)))
        ? `predict the number with --regress, or name a threshold: --label '${label}>VALUE'`
        : 'say which is the patient class with --positive VALUE',
    });
  return classTask(dataset, label, values.sort(byNumberThenText));
}

function classTask(dataset: LabelledDataset, label: string, classes: readonly string[]): MultiClassTask {
  const { kept, missing } = withValue(dataset, label);
  const scans = kept.map(({ scan, value }) => ({ ...scan, class: classes.indexOf(value) }));
  for (const [k, name] of classes.entries()) {
    const participants = new Set(scans.filter((scan) => scan.class === k).map((scan) => scan.participantId)).size;
    if (participants < 2)
      throw new InputError({
        where: dataset.directory,
        problem: `class "${name}" of label "${label}" has too few participants`,
        expected: 'at least 2',
        found: String(participants),
        fix: 'name two classes with --positive VALUE and --control VALUE, or join rare ones',
      });
  }
  return { kind: 'multi-class', label, classes, scans, dropped: { missing, other: 0 } };
}

function numberTask(dataset: LabelledDataset, { label, positive, control }: TaskRequest): RegressionTask {
  if (positive !== undefined || control !== undefined)
    throw new InputError({
      where: '--regress',
      problem: 'a number has no positive and no control class',
      fix: 'leave out --positive and --control, or --regress',
    });
  if (![...dataset.phenotypeColumns, 'site', 'session', 'run'].includes(label)) {
    // No column: the rule of two-class labels says which is nearest. A threshold on a column is one of two classes.
    labelRule(dataset, { label });
    throw new InputError({
      where: `--label ${label}`,
      problem: 'a threshold makes two classes of a number',
      fix: 'name the column alone, or leave out --regress',
    });
  }
  const { kept, missing } = withValue(dataset, label);
  const scans = kept.map(({ scan, value }) => {
    const target = Number(value);
    if (!Number.isFinite(target))
      throw new InputError({
        where: `scan ${scan.scanId}`,
        problem: `column "${label}" is not a number`,
        found: value,
        fix: 'mend the value, leave it empty, or predict classes without --regress',
      });
    return { ...scan, target };
  });
  const participants = new Set(scans.map((scan) => scan.participantId)).size;
  if (participants < FEWEST_TARGETS)
    throw new InputError({
      where: dataset.directory,
      problem: `column "${label}" has a number for too few participants`,
      expected: `at least ${FEWEST_TARGETS}`,
      found: String(participants),
    });
  if (new Set(scans.map((scan) => scan.target)).size < 2)
    throw new InputError({
      where: dataset.directory,
      problem: `column "${label}" holds one value only`,
      found: String(scans[0].target),
      fix: 'choose a column that varies',
    });
  return { kind: 'regression', label, scans, dropped: { missing, other: 0 } };
}

function withValue(dataset: LabelledDataset, column: string) {
  const kept: { readonly scan: TaskScan; readonly value: string }[] = [];
  let missing = 0;
  for (const [row, scan] of dataset.scans.entries()) {
    const value = columnValue(scan, column);
    const { scanId, participantId, site } = scan;
    if (isMissing(value)) missing++;
    else kept.push({ scan: { row, scanId, participantId, site }, value });
  }
  return { kept, missing };
}

function byNumberThenText(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  return Number.isNaN(difference) ? (a < b ? -1 : 1) : difference;
}
