/** @file Made-up cohorts for the evaluation tests. */
import { type Features, featureTable } from '../../src/features/features.ts';
import type { LabelledScan, Task } from '../../src/labels/labels.ts';
import { normal, randomStream } from '../../src/random/draws.ts';

export interface Person {
  id: string;
  site: string;
  /** One entry a scan. */
  positive: boolean[];
}

export function taskOf(people: readonly Person[]): Task {
  const scans = people.flatMap(({ id, site, positive }) =>
    positive.map(
      (is, k): Omit<LabelledScan, 'row'> => ({ scanId: `${id}_${k}`, participantId: id, site, positive: is }),
    ),
  );
  const dropped = { missing: 0, other: 0 };
  const rows = scans.map((scan, row) => ({ ...scan, row }));
  return { kind: 'two-class', label: 'dx', positive: '1', control: '0', scans: rows, dropped };
}

/** `count` people, half of them patients, over `sites` sites, `sessions` scans each. */
export function cohort(count: number, { sites = 3, sessions = 1 } = {}): Task {
  return taskOf(
    Array.from({ length: count }, (_, i) => ({
      id: `p${String(i).padStart(3, '0')}`,
      site: `site${(i >> 1) % sites}`,
      positive: new Array<boolean>(sessions).fill(i % 2 === 1),
    })),
  );
}

/** Standard normal features; patients are moved by `effect` in the first three columns. */
export function gaussianFeatures(task: Task, columns: number, effect: number, seed: number): Features {
  const stream = randomStream({ seed, purpose: 'simulate' });
  const values = Float32Array.from({ length: task.scans.length * columns }, (_, at) => {
    const moved = task.scans[Math.floor(at / columns)].positive && at % columns < 3;
    return normal(stream) + (moved ? effect : 0);
  });
  return featureTable('made-up', values, task.scans.length);
}
