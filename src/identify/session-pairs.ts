/** @file Who was scanned in two sessions (or runs, or conditions), and which scans those are. */
import type { Dataset } from '../dataset/dataset.ts';
import { isMissing } from '../dataset/missing-value.ts';
import { siteOf } from '../dataset/participant-split.ts';
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import { columnValue } from '../labels/label-rule.ts';
import { rowsByKey } from '../labels/training-rows.ts';

export interface SessionRequest {
  /** The column that tells the scans of a person apart: `session`, `run` or a phenotype. */
  readonly by: string;
  /** Whose scans are looked for; chosen when not given. */
  readonly target?: string | undefined;
  /** Among whose scans they are looked for; chosen when not given. */
  readonly database?: string | undefined;
}

/** Somebody with scans in both sessions. */
export interface PairedParticipant {
  readonly id: string;
  /** Empty when the sessions are the sites. */
  readonly site: string;
  /** Scans of the data set, as `database`: several when there are several runs. */
  readonly target: readonly number[];
  readonly database: readonly number[];
}

export interface SessionPairs {
  readonly by: string;
  readonly target: string;
  readonly database: string;
  /** By id. */
  readonly participants: readonly PairedParticipant[];
  /** Participants without a scan in one of the two. */
  readonly leftOut: number;
}

/**
 * Pairs the scans of two sessions by participant. Where sessions are not named, they are the two that most participants
 * have; the first by name is the database.
 *
 * @throws InputError when the column or a session does not exist, or fewer than two participants have both sessions
 */
export function sessionPairs(
  dataset: Pick<Dataset, 'directory' | 'scans' | 'phenotypeColumns'>,
  request: SessionRequest,
): SessionPairs {
  const { by } = request;
  checkColumn(dataset, by);
  const values = dataset.scans.map((scan) => columnValue(scan, by));
  const people = rowsByKey(dataset.scans.map(({ participantId }) => participantId));
  const { target, database } = chooseSessions(dataset.directory, request, attendance(values, people));
  const participants = [...people]
    .map(([id, scans]) => ({
      id,
      site: by === 'site' ? '' : siteOf(scans.map((i) => dataset.scans[i].site)),
      target: scans.filter((i) => values[i] === target),
      database: scans.filter((i) => values[i] === database),
    }))
    .filter((person) => person.target.length > 0 && person.database.length > 0)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  if (participants.length < 2)
    throw new InputError({
      where: dataset.directory,
      problem: `too few participants have a scan of both "${database}" and "${target}" in column "${by}"`,
      expected: 'at least 2',
      found: String(participants.length),
      fix: 'name other sessions with --target and --database, or another column with --by',
    });
  return { by, target, database, participants, leftOut: people.size - participants.length };
}

function checkColumn({ directory, phenotypeColumns }: Parameters<typeof sessionPairs>[0], by: string): void {
  const columns = ['session', 'run', 'site', ...phenotypeColumns];
  if (columns.includes(by)) return;
  const nearest = nearestName(by, columns);
  throw new InputError({
    where: directory,
    problem: `there is no column "${by}" to tell sessions apart`,
    found: columns.join(', '),
    fix: nearest === undefined ? 'name one of these with --by' : `did you mean --by ${nearest}`,
  });
}

/** Participants of each session, most first; of as many, the first by name. Scans without a value are of none. */
function attendance(values: readonly string[], people: ReadonlyMap<string, readonly number[]>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const scans of people.values())
    for (const value of new Set(scans.map((i) => values[i])))
      if (!isMissing(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return new Map([...counts].sort((a, b) => b[1] - a[1] || inOrder(a[0], b[0])));
}

/** `ses-2` is before `ses-10`. */
function inOrder(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function chooseSessions(
  where: string,
  { by, target, database }: SessionRequest,
  counts: ReadonlyMap<string, number>,
): { readonly target: string; readonly database: string } {
  const known = [...counts.keys()];
  for (const [option, name] of [['--target', target] as const, ['--database', database] as const])
    if (name !== undefined && !counts.has(name)) {
      const nearest = nearestName(name, known);
      throw new InputError({
        where: `${option} ${name}`,
        problem: `no scan has this in column "${by}"`,
        found: known.length === 0 ? 'no value at all' : known.slice(0, 12).join(', '),
        ...(nearest === undefined ? {} : { fix: `did you mean ${option} ${nearest}` }),
      });
    }
  if (target !== undefined && target === database)
    throw new InputError({
      where: `--target ${target}`,
      problem: 'target and database are the same',
      fix: 'name two sessions',
    });
  const free = known.filter((name) => name !== target && name !== database);
  const [first, second] = [target, database].every((name) => name === undefined)
    ? free.slice(0, 2).sort(inOrder)
    : [database ?? free[0], target ?? free[0]];
  if (first !== undefined && second !== undefined) return { database: first, target: second };
  throw new InputError({
    where,
    problem: `column "${by}" does not tell two sessions apart`,
    expected: 'at least two values',
    found: known.length === 0 ? 'none' : `only "${known[0]}"`,
    fix: 'name a column that tells the scans of a person apart with --by (run, a condition)',
  });
}
