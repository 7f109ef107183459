/** @file Made-up tasks of every kind for the tests of splits, and what a split is when rows have no order. */
import fc from 'fast-check';
import { PARTS } from '../../src/dataset/participant-split.ts';
import type { AnyTask } from '../../src/labels/task-kinds.ts';
import type { Split } from '../../src/splits/split.ts';

/** A person: the site and the class (or number) of each scan. */
export interface Member {
  id: string;
  scans: { site: string; value: number }[];
}

const dropped = { missing: 0, other: 0 };

function rowsOf(members: readonly Member[]) {
  return members
    .flatMap(({ id, scans }) =>
      scans.map(({ site, value }, k) => ({ scanId: `${id}_${k}`, participantId: id, site, value })),
    )
    .map((scan, row) => ({ ...scan, row }));
}

export function twoClasses(members: readonly Member[]): AnyTask {
  const scans = rowsOf(members).map(({ value, ...scan }) => ({ ...scan, positive: value > 0 }));
  return { kind: 'two-class', label: 'dx', positive: '1', control: '0', scans, dropped };
}

export function threeClasses(members: readonly Member[]): AnyTask {
  const scans = rowsOf(members).map(({ value, ...scan }) => ({ ...scan, class: value }));
  return { kind: 'multi-class', label: 'dx', classes: ['asd', 'adhd', 'hc'], scans, dropped };
}

export function numbers(members: readonly Member[]): AnyTask {
  const scans = rowsOf(members).map(({ value, ...scan }) => ({ ...scan, target: value }));
  return { kind: 'regression', label: 'age', scans, dropped };
}

/** People with one to three scans, at one site (now and then at two), `values` one a person (now and then two). */
export function membersWith(values: readonly number[], least: number): fc.Arbitrary<Member[]> {
  const site = fc.constantFrom('A', 'B', 'C', 'D');
  const value = fc.constantFrom(...values);
  const steady = fc
    .tuple(site, value, fc.integer({ min: 1, max: 3 }))
    .map(([where, v, n]) => Array.from({ length: n }, () => ({ site: where, value: v })));
  const mixed = fc.array(fc.record({ site, value }), { minLength: 2, maxLength: 3 });
  const person = fc.oneof({ weight: 5, arbitrary: steady }, { weight: 1, arbitrary: mixed });
  return fc.array(person, { maxLength: 60 }).map((drawn) => {
    // Enough of each value at two sites for any split.
    const certain = values.flatMap((v) =>
      Array.from({ length: least }, (_, k) => [{ site: k % 2 === 0 ? 'A' : 'B', value: v }]),
    );
    return [...certain, ...drawn].map((scans, i) => ({ id: `p${(i * 37) % 1009}`, scans }));
  });
}

/** Scan ids of each side, sorted: what must not depend on the order of rows. */
export function idsOf(task: AnyTask, split: Split): string[][] {
  return PARTS.map((part) => split[part].map((i) => task.scans[i].scanId).sort());
}

/** The participants of some scans. */
export function peopleOn(task: AnyTask, positions: readonly number[]): Set<string> {
  return new Set(positions.map((i) => task.scans[i].participantId));
}
