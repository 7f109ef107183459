/** @file The tables of participants and sessions that lie beside a preprocessor's outputs. Node only. */
import { isMissing } from '../dataset/missing-value.ts';
import { SCAN_COLUMNS } from '../dataset/scans-table.ts';
import { InputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import { parseTable } from '../files/table.ts';
import type { Discovery } from '../preprocessors/found.ts';
import { bidsEntities } from './file-name.ts';
import type { FoundFile } from './found-files.ts';
import type { Match } from './identify-scans.ts';
import { idKey, rowFinder, sessionKey } from './match-rows.ts';
import { type ColumnChoice, type ParticipantRow, readParticipants } from './participants.ts';

export interface FoundParticipants {
  readonly matches: readonly Match[];
  readonly phenotypeColumns: readonly string[];
  /** Which column of which table was taken for what. */
  readonly columns?: ColumnChoice;
  /** Files whose participant is not in the table: they go in without phenotypes. */
  readonly unknown: readonly string[];
}

/**
 * Files with the rows of the tables that came with them. Nothing is left out: who is in no table has no phenotypes.
 *
 * @throws InputError when a table is damaged
 */
export function withFoundParticipants(
  files: readonly FoundFile[],
  { participantsTable, sessionsTables = [] }: Pick<Discovery, 'participantsTable' | 'sessionsTables'>,
  choice: ColumnChoice,
): FoundParticipants {
  const table =
    participantsTable === undefined
      ? undefined
      : readParticipants(parseTable(readText(participantsTable), participantsTable), choice, participantsTable);
  const find = rowFinder(table?.rows ?? []);
  const sessions = sessionRows(sessionsTables);
  const columns = [...new Set([...(table?.phenotypeColumns ?? []), ...sessions.columns])];
  const unknown: string[] = [];
  const matches = files.map((file, i): Match => {
    const { path, name, found } = file;
    const participant = found?.participant ?? bidsEntities(name).participant;
    const known = find(participant, found?.session ?? '');
    if (known === undefined && table !== undefined) unknown.push(name);
    const session = sessions.rows.get(`${idKey(participant)} ${sessionKey(found?.session ?? '')}`);
    if (known === undefined && session === undefined) return file;
    const row: ParticipantRow = {
      row: known?.row ?? i,
      where: known?.where ?? path,
      participantId: participant,
      file: undefined,
      session: '',
      run: '',
      site: session?.site || (known?.site ?? ''),
      tr: known?.tr,
      phenotype: { ...known?.phenotype, ...session?.phenotype },
    };
    return { ...file, row };
  });
  return {
    matches,
    phenotypeColumns: columns,
    ...(table === undefined ? {} : { columns: table.columns }),
    unknown,
  };
}

interface SessionRow {
  readonly site: string;
  /** Without missing values: what the table of participants says of them holds. */
  readonly phenotype: Readonly<Record<string, string>>;
}

/** What `sub-X_sessions.tsv` says, by participant and session. */
function sessionRows(tables: readonly string[]): { columns: string[]; rows: ReadonlyMap<string, SessionRow> } {
  const columns = new Set<string>();
  const rows = new Map<string, SessionRow>();
  for (const path of tables) {
    const { participant } = bidsEntities(path);
    const table = parseTable(readText(path), path);
    if (!table.columns.includes('session_id'))
      throw new InputError({
        where: path,
        problem: 'the table of sessions has no column session_id',
        found: table.columns.join(', '),
        fix: 'name the column of its sessions so',
      });
    const site = ['site', 'site_id'].find((column) => table.columns.includes(column));
    const own = table.columns.filter((column) => column !== site && !NAMES_OF_SCANS.has(column));
    for (const column of own) columns.add(column);
    for (const row of table.rows) {
      const said = own.filter((column) => !isMissing(row[column]));
      rows.set(`${idKey(participant)} ${sessionKey(row.session_id)}`, {
        site: site === undefined || isMissing(row[site]) ? '' : row[site],
        phenotype: Object.fromEntries(said.map((column) => [column, row[column]])),
      });
    }
  }
  return { columns: [...columns], rows };
}

/** Columns of a table of sessions that say which scan it is, or what the data set says of scans itself. */
const NAMES_OF_SCANS: ReadonlySet<string> = new Set(['session_id', ...SCAN_COLUMNS]);
