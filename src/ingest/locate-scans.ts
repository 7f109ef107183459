/** @file Which file is which scan: the rows of a participants table matched with files, or files alone. Node only. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import { findScans } from '../series/find-scans.ts';
import { bidsEntities, stem } from './file-name.ts';
import { identifyScans, type LocatedScan, type Match } from './identify-scans.ts';
import type { ParticipantRow, Participants } from './participants.ts';

export interface LocateOptions {
  /** Leave out rows of the table whose file is missing. */
  readonly allowMissing: boolean;
  /** Path of the participants table: its files may be relative to its folder. */
  readonly table?: string;
}

export interface Located {
  readonly scans: readonly LocatedScan[];
  /** Rows of the table that were left out for want of a file. */
  readonly left: readonly string[];
  /** Files of the sources that belong to no row, when the rows were matched by id. */
  readonly unused: readonly string[];
}

interface Matches {
  readonly matches: readonly Match[];
  readonly left: readonly string[];
  readonly unused: readonly string[];
}

/**
 * Finds the file of every scan and gives every scan its id: `participant[_session][_run]`, and where that is not unique
 * the file's name.
 *
 * @param sources folders and files
 * @param participants the table; without it every readable file is one scan, named by its BIDS entities or its name
 * @throws InputError when a source or the file of a row is missing, a file fits several rows, or a file or scan id occurs
 *   twice
 */
export function locateScans(
  sources: readonly string[],
  participants: Participants | undefined,
  options: LocateOptions,
): Located {
  for (const source of sources)
    if (!existsSync(source))
      throw new InputError({ where: source, problem: 'there is no such file or folder', fix: 'check the path' });
  if (sources.length === 0)
    throw new InputError({ problem: 'no source is given', fix: 'name the folder or the files that hold the scans' });
  if (participants === undefined) return { scans: identifyScans(listFiles(sources)), left: [], unused: [] };
  const named = participants.columns.file !== undefined;
  const { matches, left, unused } = named
    ? matchByName(participants.rows, sources, options)
    : matchById(participants.rows, listFiles(sources));
  if (left.length > 0 && (!options.allowMissing || matches.length === 0))
    throw new InputError({
      where: options.table ?? 'the table',
      problem: `${left.length} of ${participants.rows.length} rows have no file (${fewOf(left)})`,
      fix: 'correct the table or the source folder, or pass --allow-missing to leave some of them out',
    });
  return { scans: identifyScans(matches), left, unused };
}

/** The first five of a list, for a message. */
export function fewOf(items: readonly string[]): string {
  return items.slice(0, 5).join('; ') + (items.length > 5 ? '; …' : '');
}

/** All scans of the sources; a file that is named itself is taken as it is. */
function listFiles(sources: readonly string[]): Match[] {
  return sources.flatMap((source) =>
    statSync(source).isDirectory()
      ? findScans(source).map((path) => ({ path, name: unixPath(relative(source, path)) }))
      : [{ path: source, name: unixPath(isAbsolute(source) ? basename(source) : source) }],
  );
}

function unixPath(path: string): string {
  return path.replaceAll(sep, '/');
}

/** Rows that name their file: one of the files given, or relative to a source folder or else to the table's. */
function matchByName(rows: readonly ParticipantRow[], sources: readonly string[], { table }: LocateOptions): Matches {
  const folders = sources.filter((source) => statSync(source).isDirectory());
  const files = new Map<string, string[]>();
  for (const source of sources)
    if (!folders.includes(source)) files.set(basename(source), [...(files.get(basename(source)) ?? []), source]);
  const matches: Match[] = [];
  const left: string[] = [];
  for (const row of rows) {
    const name = row.file ?? '';
    const below = (bases: readonly string[]) => bases.map((base) => join(base, name)).filter(isFile);
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
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/**
 * Rows of participants, each with one file or several: a file belongs to the participant of its `sub-` entity, else to
 * the one whose id stands in its name between `_`, `-`, `.` or blanks (`Pitt_0050004_rois.1D` for `Pitt_0050004`,
 * `0050004` and `50004`).
 */
function matchById(rows: readonly ParticipantRow[], files: readonly Match[]): Matches {
  const byId = new Map<string, ParticipantRow>();
  for (const row of rows) {
    const key = idKey(row.participantId);
    const other = byId.get(key);
    if (other !== undefined)
      throw new InputError({
        where: row.where,
        problem: `the participant "${row.participantId}" is also in ${other.where}`,
        fix: 'add a column "file" that says which file each row is about',
      });
    byId.set(key, row);
  }
  const matches = files.flatMap((file) => {
    const row = rowOf(file, byId);
    return row === undefined ? [] : [{ ...file, row }];
  });
  const used = new Set(matches.map(({ path }) => path));
  const unused = files.filter(({ path }) => !used.has(path)).map(({ name }) => name);
  const found = new Set(matches.map(({ row }) => row));
  const left = rows.filter((row) => !found.has(row)).map((row) => `row ${row.row} participant ${row.participantId}`);
  return { matches, left, unused };
}

/** `sub-` and the zeros before a number do not count. */
function idKey(id: string): string {
  return id.replace(/^sub-/, '').replace(/^0+(?=\d+$)/, '');
}

function rowOf({ name }: Match, byId: ReadonlyMap<string, ParticipantRow>): ParticipantRow | undefined {
  const { participant } = bidsEntities(name);
  if (participant !== '') return byId.get(idKey(participant));
  const found = new Set<ParticipantRow>();
  for (const part of partsOf(stem(name))) {
    const row = byId.get(idKey(part));
    if (row !== undefined) found.add(row);
  }
  if (found.size > 1)
    throw new InputError({
      where: name,
      problem: `the name fits several participants (${[...found].map((row) => row.participantId).join(', ')})`,
      fix: 'add a column "file" to the table',
    });
  return [...found][0];
}

/** Every run of words of a name: `a_b-c` has `a`, `a_b`, `a_b-c`, `b`, `b-c`, `c`. */
function partsOf(name: string): string[] {
  const words = [...name.matchAll(/[^_\-.\s]+/g)].map((word) => [word.index, word.index + word[0].length] as const);
  return words.flatMap(([start], i) => words.slice(i).map(([, end]) => name.slice(start, end)));
}
