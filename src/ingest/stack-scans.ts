/** @file Whose the matrices of a stack are: a list of ids, or the rows of a table, in order. Node only. */
import type { Scan } from '../dataset/dataset.ts';
import { InputError } from '../errors/input-error.ts';
import { bidsEntities } from './file-name.ts';
import { fewOf } from './locate-scans.ts';
import { idKey } from './match-rows.ts';
import type { ParticipantRow, Participants } from './participants.ts';

/** What is known of a scan before its matrix is read. */
export type KnownScan = Omit<Scan, 'timepoints' | 'offset'>;

export interface StackOptions {
  /** Participant ids in the order of the stack, and the file they come from. */
  readonly ids?: { readonly values: readonly string[]; readonly where: string } | undefined;
  /** The table, and its path. */
  readonly participants?: { readonly table: Participants; readonly where: string } | undefined;
  /** Of all scans of the stack; else that of the table or the file's name. */
  readonly session?: string | undefined;
}

/**
 * The scans of a stack, in its order.
 *
 * @param name of the file: its BIDS session counts where nobody says another
 * @throws InputError when nobody says whose the matrices are, the numbers differ, or an id fits no row of the table or
 *   several
 */
export function scansOfStack(name: string, matrices: number, options: StackOptions): KnownScan[] {
  const { ids, participants, session } = options;
  const rows = participants === undefined ? [] : rowsOfSession(participants.table.rows, session);
  if (ids !== undefined) {
    checkCount(matrices, ids.values.length, name, `ids in ${ids.where}`);
    const find = participants === undefined ? undefined : rowFinder(rows, participants.where, ids.where);
    return ids.values.map((id) => scanOf(id, find?.(id), name, session));
  }
  if (participants === undefined)
    throw new InputError({
      where: name,
      problem: `the file holds ${matrices} matrices and does not say whose they are`,
      fix: 'pass --ids FILE with one participant id a line, or --participants with one row a matrix, in this order',
    });
  checkCount(matrices, rows.length, name, `rows in ${participants.where}`);
  return rows.map((row) => scanOf(row.participantId, row, name, session));
}

/** Rows of that session, where the table knows it; else all. */
function rowsOfSession(rows: readonly ParticipantRow[], session: string | undefined): readonly ParticipantRow[] {
  const own = rows.filter((row) => session !== undefined && row.session === session);
  return own.length > 0 ? own : rows;
}

function checkCount(matrices: number, people: number, where: string, what: string): void {
  if (matrices !== people)
    throw new InputError({
      where,
      problem: `the numbers of matrices and of ${what} differ, so that nobody knows whose is whose`,
      expected: `${people} matrices`,
      found: `${matrices}`,
      fix: 'name every matrix once, in order',
    });
}

function rowFinder(
  rows: readonly ParticipantRow[],
  table: string,
  ids: string,
): (id: string) => ParticipantRow | undefined {
  const byId = new Map<string, ParticipantRow[]>();
  for (const row of rows) byId.set(idKey(row.participantId), [...(byId.get(idKey(row.participantId)) ?? []), row]);
  return (id) => {
    const [row, other] = byId.get(idKey(id)) ?? [];
    if (row === undefined)
      throw new InputError({
        where: ids,
        problem: `participant "${id}" is not in ${table}`,
        found: fewOf(rows.map(({ participantId }) => participantId)),
        fix: 'add a row, or say with --id which column holds these ids',
      });
    if (other !== undefined)
      throw new InputError({
        where: other.where,
        problem: `the participant "${id}" is also in ${row.where}`,
        fix: 'pass --sessions with a session of the table, or keep one row a participant',
      });
    return row;
  };
}

function scanOf(id: string, row: ParticipantRow | undefined, name: string, given: string | undefined): KnownScan {
  const session = given ?? (row?.session || bidsEntities(name).session);
  const run = row?.run ?? '';
  return {
    scanId: [id, session, run].filter((part) => part !== '').join('_'),
    participantId: id,
    session,
    run,
    site: row?.site ?? '',
    tr: row?.tr,
    phenotype: row?.phenotype ?? {},
  };
}

/** The ids of a file, one a line. @throws InputError when it holds none, one twice, or lines of several values */
export function parseIds(text: string, where: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const ids = lines.filter((line) => line !== '');
  if (ids.length === 0) throw new InputError({ where, problem: 'the file holds no ids', expected: 'one id a line' });
  const wide = lines.findIndex((line) => /[\t,;\0]/.test(line));
  if (wide >= 0)
    throw new InputError({
      where: `${where} row ${wide + 1}`,
      problem: 'the line holds more than an id',
      expected: 'one id a line',
      found: `"${lines[wide]}"`,
      fix: 'keep the column with the ids, or pass a table by --participants',
    });
  const twice = ids.find((id, i) => ids.indexOf(id) < i);
  if (twice !== undefined)
    throw new InputError({
      where: `${where} row ${lines.lastIndexOf(twice) + 1}`,
      problem: `the id "${twice}" occurs twice`,
      fix: 'list every participant once; further sessions are stacks of their own, with --sessions',
    });
  return ids;
}
