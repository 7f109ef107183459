/** @file Training on one data set and testing on another (external validation). */
import { InputError } from '../errors/input-error.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import type { Split } from './split.ts';
import { classNames } from './strata.ts';

/**
 * One task over both data sets: all labelled scans of the first to train on, all of the second to test on.
 *
 * @param firstRows scans of the first data set; the rows of the second follow them in stacked features
 * @throws InputError when the classes differ or a participant is in both
 */
export function transferTask(first: AnyTask, firstRows: number, second: AnyTask): { task: AnyTask; split: Split } {
  if (described(first) !== described(second))
    throw new InputError({
      where: `--label ${first.label}`,
      problem: 'the two data sets have different classes',
      expected: described(first),
      found: described(second),
      fix: 'name both with --positive VALUE and --control VALUE',
    });
  const trainedOn = new Set(first.scans.map((scan) => scan.participantId));
  const shared = [...new Set(second.scans.map((scan) => scan.participantId).filter((id) => trainedOn.has(id)))];
  if (shared.length > 0)
    throw new InputError({
      where: '--test',
      problem: `${shared.length} participants are in both data sets (${shared.slice(0, 3).join(', ')}${shared.length > 3 ? ', …' : ''})`,
      expected: 'nobody tested on who was trained on',
      fix: 'leave them out of one, or give other people other ids',
    });
  const count = first.scans.length;
  return {
    task: joined(first, firstRows, second),
    split: {
      train: first.scans.map((_, i) => i),
      validation: [],
      test: second.scans.map((_, i) => count + i),
    },
  };
}

/** The first task with the scans of the second behind its own. */
function joined(first: AnyTask, firstRows: number, second: AnyTask): AnyTask {
  const dropped = {
    missing: first.dropped.missing + second.dropped.missing,
    other: first.dropped.other + second.dropped.other,
  };
  const moved = <Scan extends { readonly row: number }>(scans: readonly Scan[]) =>
    scans.map((scan) => ({ ...scan, row: scan.row + firstRows }));
  if (first.kind === 'two-class' && second.kind === 'two-class')
    return { ...first, dropped, scans: [...first.scans, ...moved(second.scans)] };
  if (first.kind === 'multi-class' && second.kind === 'multi-class')
    return { ...first, dropped, scans: [...first.scans, ...moved(second.scans)] };
  if (first.kind === 'regression' && second.kind === 'regression')
    return { ...first, dropped, scans: [...first.scans, ...moved(second.scans)] };
  throw new RangeError(`${first.kind} and ${second.kind}`);
}

/** `"AD" against "CN"`; all classes of several; of a number, that it is one. */
function described(task: AnyTask): string {
  switch (task.kind) {
    case 'two-class':
      return `"${task.positive}" against "${task.control}"`;
    case 'multi-class':
      return classNames(task)
        .map((name) => `"${name}"`)
        .join(', ');
    case 'regression':
      return 'a number';
  }
}
