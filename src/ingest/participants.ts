/** @file The table that names participants, files and phenotypes, in whatever columns people call them. */
import { isMissing } from '../dataset/missing-value.ts';
import { repetitionTime, SCAN_COLUMNS } from '../dataset/scans-table.ts';
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import type { Table } from '../files/table.ts';

/** The columns with a meaning of their own, and the names they go by, best first; case does not matter. */
const KNOWN_NAMES = {
  id: ['participant_id', 'subject', 'subject_id', 'sub_id', 'participant', 'sub', 'id', 'scandir id', 'scandirid'],
  file: ['file', 'filename', 'file_name', 'path'],
  session: ['session', 'session_id', 'ses'],
  run: ['run', 'run_id'],
  site: ['site', 'site_id'],
  tr: ['tr', 'repetitiontime', 'repetition_time'],
} as const;
type Role = keyof typeof KNOWN_NAMES;
const ROLES = Object.keys(KNOWN_NAMES) as readonly Role[];

/** Columns given by name; the others are found by {@link KNOWN_NAMES}. */
export type ColumnChoice = { readonly [role in Role]?: string };

/** One row of the table: a scan, or (when it names no file) a participant. */
export interface ParticipantRow {
  /** Row of the table, the header being row 1. */
  readonly row: number;
  /** For messages: `participants.csv row 3`. */
  readonly where: string;
  readonly participantId: string;
  /** As in the table; undefined when it has no such column. */
  readonly file: string | undefined;
  readonly session: string;
  readonly run: string;
  readonly site: string;
  /** Seconds. */
  readonly tr: number | undefined;
  readonly phenotype: Readonly<Record<string, string>>;
}

export interface Participants {
  readonly rows: readonly ParticipantRow[];
  readonly phenotypeColumns: readonly string[];
  /** Which column was taken for what. */
  readonly columns: ColumnChoice;
}

/**
 * Understands a participants table. Every column without a meaning of its own is a phenotype, as given.
 *
 * @param where the table's path, for messages
 * @throws InputError when no column holds the ids, a named column is absent, a phenotype has a reserved name, or an id,
 *   file or TR is empty or wrong
 */
export function readParticipants(table: Table, choice: ColumnChoice, where: string): Participants {
  const columns = chooseColumns(table.columns, choice, where);
  const special = new Set(Object.values(columns));
  const phenotypeColumns = table.columns.filter((column) => !special.has(column));
  const reserved = phenotypeColumns.find((column) => (SCAN_COLUMNS as readonly string[]).includes(column));
  if (reserved !== undefined)
    throw new InputError({
      where: `${where} column "${reserved}"`,
      problem: 'the data set keeps this name for itself',
      fix: 'rename the column',
    });
  if (table.rows.length === 0) throw new InputError({ where, problem: 'the table has no rows' });
  const rows = table.rows.map((row, i) => participantRow(row, i + 2, columns, phenotypeColumns, where));
  return { rows, phenotypeColumns, columns };
}

type Chosen = ColumnChoice & { readonly id: string };

function chooseColumns(columns: readonly string[], choice: ColumnChoice, where: string): Chosen {
  const taken = new Set<string>();
  const chosen: { [role in Role]?: string } = {};
  for (const role of ROLES) {
    const named = choice[role];
    if (named !== undefined && !columns.includes(named)) throw absentColumn(named, columns, where);
    const column = named ?? knownColumn(columns, role);
    if (column === undefined || taken.has(column)) continue;
    chosen[role] = column;
    taken.add(column);
  }
  const { id } = chosen;
  if (id === undefined)
    throw new InputError({
      where,
      problem: 'no column is known to hold the participant ids',
      expected: KNOWN_NAMES.id.join(', '),
      found: columns.join(', '),
      fix: 'pass --id COLUMN',
    });
  return { ...chosen, id };
}

function knownColumn(columns: readonly string[], role: Role): string | undefined {
  return KNOWN_NAMES[role].flatMap((name) => columns.filter((column) => column.toLowerCase() === name))[0];
}

function absentColumn(name: string, columns: readonly string[], where: string): InputError {
  const nearest = nearestName(name, columns);
  return new InputError({
    where,
    problem: `there is no column "${name}"`,
    found: columns.join(', '),
    ...(nearest === undefined ? {} : { fix: `the nearest is "${nearest}"` }),
  });
}

function participantRow(
  cells: Readonly<Record<string, string>>,
  row: number,
  columns: Chosen,
  phenotypeColumns: readonly string[],
  table: string,
): ParticipantRow {
  const where = `${table} row ${row}`;
  const cell = (role: Role) => {
    const column = columns[role];
    return column === undefined || isMissing(cells[column]) ? '' : cells[column];
  };
  const file = columns.file === undefined ? undefined : cell('file');
  for (const [role, value] of [['id', cell('id')] as const, ['file', file] as const])
    if (value === '')
      throw new InputError({
        where,
        problem: `the column "${columns[role]}" is empty`,
        fix: 'fill it in, or remove the row',
      });
  const tr = cell('tr');
  return {
    row,
    where,
    participantId: cell('id'),
    file,
    session: cell('session'),
    run: cell('run'),
    site: cell('site'),
    tr: tr === '' ? undefined : repetitionTime(tr, where),
    phenotype: Object.fromEntries(phenotypeColumns.map((column) => [column, cells[column]])),
  };
}
