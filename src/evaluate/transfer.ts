/** @file Training on one data set and testing on another (external validation). */
import { InputError } from '../errors/input-error.ts';
import type { Task } from './labels.ts';
import type { Split } from './splits.ts';

/**
 * One task over both data sets: all labelled scans of the first to train on, all of the second to test on.
 *
 * @param firstRows scans of the first data set; the rows of the second follow them in stacked features
 * @throws InputError when the classes differ or a participant is in both
 */
export function transferTask(first: Task, firstRows: number, second: Task): { task: Task; split: Split } {
  if (first.positive !== second.positive || first.control !== second.control)
    throw new InputError({
      where: `--label ${first.label}`,
      problem: 'the two data sets have different classes',
      expected: `"${first.positive}" against "${first.control}"`,
      found: `"${second.positive}" against "${second.control}"`,
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
  const scans = [...first.scans, ...second.scans.map((scan) => ({ ...scan, row: scan.row + firstRows }))];
  const count = first.scans.length;
  return {
    task: {
      ...first,
      scans,
      dropped: {
        missing: first.dropped.missing + second.dropped.missing,
        other: first.dropped.other + second.dropped.other,
      },
    },
    split: {
      train: first.scans.map((_, i) => i),
      validation: [],
      test: second.scans.map((_, i) => count + i),
    },
  };
}
