/** @file Who is dealt with whom: people of the same class, or of about the same number, so that each side gets its share. */
import { siteOf } from '../dataset/participant-split.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import { rowsByKey } from '../labels/training-rows.ts';

/** A person with all their scans: dealt whole. */
export interface Dealt {
  readonly id: string;
  /** The first by name, of somebody scanned at several. */
  readonly site: string;
  /** Positions in `task.scans`, in the order of rows. */
  readonly scans: readonly number[];
}

/** People alike in what is predicted. */
export interface Stratum {
  /** Classes of their scans, ascending: more than one in paired designs. Of a regression, the one bin of numbers. */
  readonly classes: readonly number[];
  /** By id. */
  readonly people: readonly Dealt[];
}

/** A number is dealt in quantiles of at least so many people: 15 % of them are three. */
const SMALLEST_BIN = 20;
const MOST_BINS = 5;

/**
 * The strata of a task, by classes: `[0]`, `[0, 1]`, `[1]`. People of one class then follow each other, with those of
 * both in the middle. A number is cut into at most five quantiles of at least 20 people, by each person's mean.
 *
 * Depends on participants, not on the order of rows.
 */
export function strataOf(task: AnyTask): Stratum[] {
  const kind = kindOfPerson(task);
  const strata = new Map<string, { classes: readonly number[]; people: Dealt[] }>();
  const byId = [...rowsByKey(task.scans.map((scan) => scan.participantId))].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [id, scans] of byId) {
    const classes = kind(id, scans);
    const stratum = strata.get(classes.join()) ?? { classes, people: [] };
    strata.set(classes.join(), stratum);
    stratum.people.push({ id, site: siteOf(scans.map((i) => task.scans[i].site)), scans });
  }
  return [...strata.values()].sort((a, b) => compare(a.classes, b.classes));
}

/** Names of a task's classes in order; of two, the control first. None for a number. */
export function classNames(task: AnyTask): readonly string[] {
  switch (task.kind) {
    case 'two-class':
      return [task.control, task.positive];
    case 'multi-class':
      return task.classes;
    case 'regression':
      return [];
  }
}

/** Class of each scan: a position in {@link classNames}. None for a number. */
export function classOfScans(task: AnyTask): number[] {
  switch (task.kind) {
    case 'two-class':
      return task.scans.map((scan) => (scan.positive ? 1 : 0));
    case 'multi-class':
      return task.scans.map((scan) => scan.class);
    case 'regression':
      return [];
  }
}

function kindOfPerson(task: AnyTask): (id: string, scans: readonly number[]) => number[] {
  if (task.kind === 'regression') {
    const bins = binOfPeople(task.scans);
    return (id) => [bins.get(id) ?? 0];
  }
  const classes = classOfScans(task);
  return (_, scans) => [...new Set(scans.map((i) => classes[i]))].sort((a, b) => a - b);
}

function binOfPeople(
  scans: readonly { readonly participantId: string; readonly target: number }[],
): Map<string, number> {
  const means = [...rowsByKey(scans.map((scan) => scan.participantId))].map(([id, own]) => {
    // In order of size, so that rounding does not depend on the order of rows.
    const targets = own.map((i) => scans[i].target).sort((a, b) => a - b);
    return { id, mean: targets.reduce((sum, target) => sum + target, 0) / own.length };
  });
  means.sort((a, b) => a.mean - b.mean || (a.id < b.id ? -1 : 1));
  const bins = Math.max(1, Math.min(MOST_BINS, Math.floor(means.length / SMALLEST_BIN)));
  return new Map(means.map(({ id }, rank) => [id, Math.floor((rank * bins) / means.length)]));
}

function compare(a: readonly number[], b: readonly number[]): number {
  const differs = a.findIndex((value, i) => value !== b[i]);
  if (differs === -1) return a.length - b.length;
  return b.length <= differs ? 1 : a[differs] - b[differs];
}
