/** @file The rows of a participants table matched with files: by the file that they name, or by the participant. Node only. */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import { bidsEntities, stem } from './file-name.ts';
import { type FoundFile, unixPath } from './found-files.ts';
import type { Match } from './identify-scans.ts';
import type { ParticipantRow } from './participants.ts';

export interface Matches {
  readonly matches: readonly Match[];
  /** Rows without a file. */
  readonly left: readonly string[];
  /** Files without a row. */
  readonly unused: readonly FoundFile[];
  /** Of the files that cannot go in, those without a row: nobody wanted them. */
  readonly unwanted?: ReadonlySet<string>;
}

/** Rows that name their file: one of the files given, or relative to a source folder or else to the table's. */
export function matchByName(
  rows: readonly ParticipantRow[],
  sources: readonly string[],
  table: string | undefined,
): Matches {
  const folders = sources.filter((source) => statSync(source).isDirectory());
  const files = new Map<string, string[]>();
  for (const source of sources)
    if (!folders.includes(source)) files.set(basename(source), [...(files.get(basename(source)) ?? []), source]);
  const matches: Match[] = [];
  const left: string[] = [];
  for (const row of rows) {
    const name = row.file ?? '';
    const spellings = [...new Set([name, name.normalize('NFC'), name.normalize('NFD')])];
    const below = (bases: readonly string[]) =>
      bases.flatMap((base) => spellings.map((spelling) => join(base, spelling)).filter(isFile));
    const given = (files.get(basename(name)) ?? []).filter((file) => resolve(file).endsWith(join(sep, name)));
    const found = isAbsolute(name) ? [name].filter(isFile) : [...given, ...below(folders)];
    const [path, other] = found.length > 0 || table === undefined ? found : below([dirname(table)]);
    if (path === undefined) left.push(`row ${row.row} ${name}`);
    else if (other === undefined || realpathSync(path) === realpathSync(other))
      matches.push({ path, name: unixPath(isAbsolute(name) ? basename(name) : name), row });
    else
      throw new InputError({
        where: row.where,
        problem: `${name} may be ${path} or ${other}`,
        fix: 'name the file with its folder',
      });
  }
  return { matches, left, unused: [] };
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

/**
 * Rows of participants, each with one file or several: a file belongs to the participant of its `sub-` entity, else to
 * the one whose id stands in its name between `_`, `-`, `.` or blanks (`Pitt_0050004_rois.1D` for `Pitt_0050004`,
 * `0050004` and `50004`).
 *
 * @param faulty names of files that cannot go in: their rows are not left for want of a file
 */
export function matchById(
  rows: readonly ParticipantRow[],
  files: readonly FoundFile[],
  faulty: readonly string[] = [],
): Matches {
  const find = rowFinder(rows);
  const matches = files.flatMap((file) => {
    const row = rowOf(file, find);
    return row === undefined ? [] : [{ ...file, row }];
  });
  const used = new Set(matches.map(({ path }) => path));
  const unused = files.filter(({ path }) => !used.has(path));
  const rowOfFaulty = new Map(faulty.map((name) => [name, rowOf({ path: name, name }, find)]));
  const found = new Set([...matches.map(({ row }) => row), ...rowOfFaulty.values()]);
  const left = rows.filter((row) => !found.has(row)).map((row) => `row ${row.row} participant ${row.participantId}`);
  return { matches, left, unused, unwanted: new Set(faulty.filter((name) => rowOfFaulty.get(name) === undefined)) };
}

/** The row of a participant; of one with a row a session, that of the session. */
export type FindRow = (participant: string, session: string) => ParticipantRow | undefined;

/** @throws InputError, now or when it is looked for, where rows of one participant are not told apart by their session */
export function rowFinder(rows: readonly ParticipantRow[]): FindRow {
  const byId = new Map<string, ParticipantRow[]>();
  for (const row of rows) {
    const key = idKey(row.participantId);
    const own = byId.get(key) ?? [];
    const other = own.find(({ session }) => session === '' || sameSession(session, row.session));
    if (other !== undefined || (own.length > 0 && row.session === '')) throw repeated([other ?? own[0], row]);
    byId.set(key, [...own, row]);
  }
  const bySession = [...byId.values()].some((own) => own.length > 1);
  return (participant, session) => {
    const own = byId.get(idKey(participant)) ?? [];
    if (!bySession) return own[0];
    if (own.length > 1 && session === '') throw repeated(own);
    return own.find((row) => row.session === '' || sameSession(row.session, session));
  };
}

function repeated([first, second]: readonly ParticipantRow[]): InputError {
  return new InputError({
    where: second.where,
    problem: `the participant "${second.participantId}" is also in ${first.where}`,
    fix: 'add a column "file" that says which file each row is about',
  });
}

function sameSession(one: string, other: string): boolean {
  return sessionKey(one) === sessionKey(other);
}

/** `ses-` does not count. */
export function sessionKey(session: string): string {
  return session.replace(/^ses-/, '');
}

/** `sub-`, the zeros before a number and how an accent is written (macOS parts it from its letter) do not count. */
export function idKey(id: string): string {
  return id
    .normalize('NFC')
    .replace(/^sub-/, '')
    .replace(/^0+(?=\d+$)/, '');
}

function rowOf({ name, found }: FoundFile, find: FindRow): ParticipantRow | undefined {
  const known = found === undefined ? undefined : find(found.participant, found.session);
  if (known !== undefined) return known;
  const { participant, session } = bidsEntities(name);
  if (participant !== '') return find(participant, session);
  const fitting = new Set<ParticipantRow>();
  for (const part of partsOf(stem(name))) {
    const row = find(part, session);
    if (row !== undefined) fitting.add(row);
  }
  if (fitting.size > 1)
    throw new InputError({
      where: name,
      problem: `the name fits several participants (${[...fitting].map((row) => row.participantId).join(', ')})`,
      fix: 'add a column "file" to the table',
    });
  return [...fitting][0];
}

/** Every run of words of a name: `a_b-c` has `a`, `a_b`, `a_b-c`, `b`, `b-c`, `c`. */
function partsOf(name: string): string[] {
  const words = [...name.matchAll(/[^_\-.\s]+/g)].map((word) => [word.index, word.index + word[0].length] as const);
  return words.flatMap(([start], i) => words.slice(i).map(([, end]) => name.slice(start, end)));
}
