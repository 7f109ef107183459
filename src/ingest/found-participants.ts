/** @file The tables of participants and sessions that lie beside a preprocessor's outputs. Node only. */
import { readText } from '../files/atomic.ts';
import { parseTable } from '../files/table.ts';
import type { Discovery } from '../preprocessors/found.ts';
import { bidsEntities } from './file-name.ts';
import type { FoundFile } from './found-files.ts';
import type { Match } from './identify-scans.ts';
import { idKey } from './match-rows.ts';
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
  const byId = new Map(table?.rows.map((row) => [idKey(row.participantId), row]));
  const sessions = sessionRows(sessionsTables, new Set(table?.phenotypeColumns));
  const columns = [...(table?.phenotypeColumns ?? []), ...sessions.columns];
  const unknown: string[] = [];
  const matches = files.map((file, i): Match => {
    const { path, name, found } = file;
    const participant = found?.participant ?? bidsEntities(name).participant;
    const known = byId.get(idKey(participant));
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
      site: known?.site ?? '',
      tr: known?.tr,
      phenotype: { ...known?.phenotype, ...session },
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

function sessionKey(session: string): string {
  return session.replace(/^ses-/, '');
}

/** Columns of `sub-X_sessions.tsv`, by participant and session; those that the participants table has already are left. */
function sessionRows(
  tables: readonly string[],
  taken: ReadonlySet<string>,
): { columns: string[]; rows: ReadonlyMap<string, Record<string, string>> } {
  const columns = new Set<string>();
  const rows = new Map<string, Record<string, string>>();
  for (const path of tables) {
    const { participant } = bidsEntities(path);
    const table = parseTable(readText(path), path);
    const own = table.columns.filter((column) => column !== 'session_id' && !taken.has(column));
    for (const column of own) columns.add(column);
    for (const row of table.rows)
      rows.set(
        `${idKey(participant)} ${sessionKey(row.session_id ?? '')}`,
        Object.fromEntries(own.map((column) => [column, row[column]])),
      );
  }
  return { columns: [...columns], rows };
}
