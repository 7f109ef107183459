/** @file The same scan under two names: a leak that no grouping by participant can see. */
import { InputError } from '../errors/input-error.ts';
import type { Features } from '../features/features.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import type { Split } from '../splits/split.ts';

/** Leading features that a scan is looked up by; those that agree are compared whole, to the last bit. */
const LOOKED_UP = 64;

/**
 * Scans of different participants that are identical: a warning where each split has them on one side.
 *
 * @param features best raw connectivity, which no model can have flattened
 * @param splits what must not have one of them to test on and another to train on or to choose by
 * @returns nothing when there are none
 * @throws InputError when a split tests on a scan whose copy it trains or validates on
 */
export function duplicateWarning(task: AnyTask, features: Features, splits: readonly Split[] = []): string[] {
  const groups = identicalScans(task, features);
  if (groups.length === 0) return [];
  const pairs = groups.map(([first, ...others]) => {
    const other = others.find((i) => task.scans[i].participantId !== task.scans[first].participantId) ?? others[0];
    return `${task.scans[first].scanId} and ${task.scans[other].scanId}`;
  });
  for (const [index, { train, validation, test }] of splits.entries()) {
    const tested = new Set(test);
    const fittedOn = new Set([...train, ...validation]);
    const across = pairs.filter(
      (_, k) => groups[k].some((i) => tested.has(i)) && groups[k].some((i) => fittedOn.has(i)),
    );
    if (across.length > 0)
      throw new InputError({
        where: `split ${index + 1}`,
        problem: `scans of different participants are identical, and one is tested on while another is not (${listed(across)})`,
        expected: 'no scan tested on that was trained on under another name',
        fix: 'give both the same participant_id, or leave one out',
      });
  }
  return [`scans of different participants are identical (${listed(pairs)}): scores may be too good`];
}

/** Groups of identical scans with at least two participants: positions in `task.scans`, ascending. */
function identicalScans(task: AnyTask, { values, columns }: Features): number[][] {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const rowOf = (i: number) => bits.subarray(task.scans[i].row * columns, (task.scans[i].row + 1) * columns);
  const seen = new Map<string, number[][]>();
  for (const i of task.scans.keys()) {
    const row = rowOf(i);
    const key = row.subarray(0, LOOKED_UP).join();
    const groups = seen.get(key) ?? [];
    seen.set(key, groups);
    const same = groups.find(([first]) => rowOf(first).every((word, at) => word === row[at]));
    if (same === undefined) groups.push([i]);
    else same.push(i);
  }
  return [...seen.values()]
    .flat()
    .filter((group) => group.some((i) => task.scans[i].participantId !== task.scans[group[0]].participantId));
}

function listed(pairs: readonly string[]): string {
  return `${pairs.slice(0, 3).join('; ')}${pairs.length > 3 ? '; …' : ''}`;
}
