/** @file The same scan under two names: a leak that no grouping by participant can see. */
import type { Features } from './features.ts';
import type { Task } from './labels.ts';

/** Leading features compared, to the last bit. Two real scans do not share so many. */
const COMPARED = 64;

/** A warning for scans of different participants that are identical; empty when there are none. */
export function duplicateWarning(task: Task, features: Features): string[] {
  const { values, columns } = features;
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const seen = new Map<string, number>();
  const pairs: string[] = [];
  for (const [i, { row, scanId, participantId }] of task.scans.entries()) {
    const key = bits.subarray(row * columns, row * columns + Math.min(columns, COMPARED)).join();
    const first = seen.get(key);
    if (first === undefined) seen.set(key, i);
    else if (task.scans[first].participantId !== participantId) pairs.push(`${task.scans[first].scanId} and ${scanId}`);
  }
  if (pairs.length === 0) return [];
  const listed = `${pairs.slice(0, 3).join('; ')}${pairs.length > 3 ? '; …' : ''}`;
  return [`scans of different participants are identical (${listed}): scores may be too good`];
}
