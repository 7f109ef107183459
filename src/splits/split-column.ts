/** @file A fixed split that a column of the data set names: is_train with 1 and 0, or train, validation and test in words. */
import { PARTS, type Part } from '../dataset/participant-split.ts';
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import { columnValue, type LabelledDataset } from '../labels/label-rule.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import type { Split } from './split.ts';
import { refuseSharedParticipants, requireClasses } from './split-guards.ts';

const WORDS: Readonly<Record<Part, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'val'],
  test: ['test', 'testing'],
};
const YES: readonly string[] = ['1', '1.0', 'true', 'yes'];
const NO: readonly string[] = ['0', '0.0', 'false', 'no'];

/** What yes means in a column of this name, letters only; in others, yes and no say nothing. */
const YES_MEANS: Readonly<Record<string, Part>> = { istrain: 'train', train: 'train', istest: 'test', test: 'test' };

/**
 * The column's value for each scan of a task.
 *
 * @throws InputError when the data set has no such column
 */
export function splitColumnValues(dataset: LabelledDataset, task: AnyTask, column: string): string[] {
  const columns = [...dataset.phenotypeColumns, 'site', 'session', 'run'];
  if (!columns.includes(column)) {
    const nearest = nearestName(column, columns);
    throw new InputError({
      where: dataset.directory,
      problem: `there is no column "${column}" to take the split from`,
      found: columns.join(', '),
      ...(nearest === undefined ? {} : { fix: `did you mean ${nearest}` }),
    });
  }
  return task.scans.map(({ row }) => columnValue(dataset.scans[row], column));
}

/**
 * The split that a column names: `train`, `validation`, `test` (also `training`, `val`, …) in any case; in a column called
 * `is_train`, 1 or true for train and 0 or false for test; in one called `is_test`, the reverse. Where no scan is marked
 * for validation, there is no validation side.
 *
 * @param values one a scan of the task ({@link splitColumnValues})
 * @throws InputError at a value that says nothing (naming its row), a participant on two sides, or a side that lacks a
 * class
 */
export function columnSplit(task: AnyTask, column: string, values: readonly string[]): Split {
  if (values.length !== task.scans.length) throw new RangeError(`${values.length} values, ${task.scans.length} scans`);
  const yes = YES_MEANS[column.toLowerCase().replace(/[^a-z]/g, '')];
  const parts: Record<Part, number[]> = { train: [], validation: [], test: [] };
  for (const [i, value] of values.entries()) {
    const part = partNamed(value.trim().toLowerCase(), yes);
    if (part === undefined) throw unknownValue(task, i, column, value, yes);
    parts[part].push(i);
  }
  const where = `column "${column}"`;
  for (const part of ['train', 'test'] as const)
    if (parts[part].length === 0)
      throw new InputError({ where, problem: `no scan is on the ${part} side`, fix: 'mark some, or draw splits' });
  refuseSharedParticipants(task, parts, where);
  requireClasses(task, parts, where);
  return parts;
}

function partNamed(word: string, yes: Part | undefined): Part | undefined {
  const named = PARTS.find((part) => WORDS[part].includes(word));
  if (named !== undefined || yes === undefined) return named;
  if (YES.includes(word)) return yes;
  if (NO.includes(word)) return yes === 'train' ? 'test' : 'train';
  return undefined;
}

function unknownValue(task: AnyTask, at: number, column: string, value: string, yes: Part | undefined): InputError {
  const { row, scanId } = task.scans[at];
  const unclear = yes === undefined && [...YES, ...NO].includes(value.trim().toLowerCase());
  return new InputError({
    // Below the line of column names.
    where: `scans.tsv row ${row + 2} (scan ${scanId})`,
    problem: `column "${column}" does not say which side the scan is on`,
    expected: yes === undefined ? 'train, validation or test' : '1, 0, train, validation or test',
    found: value.trim() === '' ? 'an empty cell' : `"${value}"`,
    ...(unclear ? { fix: 'call the column is_train if 1 means train' } : {}),
  });
}
