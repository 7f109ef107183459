/** @file Which file is which scan: the rows of a participants table matched with files, or files alone. Node only. */
import { InputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import { parseTable } from '../files/table.ts';
import type { Discovery, Selection, Skipped } from '../preprocessors/found.ts';
import { checkSources, type FoundFile, findFiles } from './found-files.ts';
import { withFoundParticipants } from './found-participants.ts';
import { identifyScans, type LocatedScan, type Match } from './identify-scans.ts';
import { matchById, matchByName } from './match-rows.ts';
import { type ColumnChoice, type Participants, readParticipants } from './participants.ts';

export interface LocateOptions {
  /** Path of a table (csv or tsv) of participants, files and phenotypes; its files may be relative to its folder. */
  readonly participants?: string;
  readonly columns?: ColumnChoice;
  /** Leave out rows of the table whose file is missing. */
  readonly allowMissing?: boolean;
  /** Which of a preprocessor's outputs are wanted. */
  readonly selection?: Selection;
  /** Where the ROIs of images are; images are looked for when it is given. */
  readonly labels?: string;
}

export interface Located {
  readonly scans: readonly LocatedScan[];
  readonly phenotypeColumns: readonly string[];
  /** Which column of the table was taken for what. */
  readonly columns?: ColumnChoice;
  /** Rows of the table that were left out for want of a file. */
  readonly left: readonly string[];
  /** Files of the sources that belong to no row of the table, when the rows were matched by id. */
  readonly unused: readonly string[];
  /** Scans that go in without phenotypes: the table that lies beside them does not know them. */
  readonly unknown: readonly string[];
  readonly discoveries: readonly Discovery[];
  /** What a person should know of the way that scans were found, in sentences. */
  readonly notes?: readonly string[];
}

/**
 * Finds the file of every scan and gives every scan its id: `participant[_session][_run]`, and where that is not unique
 * the file's name. Without a table of participants every readable file is one scan, named by its BIDS entities or its
 * name; a table that a preprocessor's outputs bring along is used then.
 *
 * @param sources folders and files
 * @throws InputError when a source or the file of a row is missing, a file fits several rows, or a file or scan id occurs
 *   twice
 */
export function locateScans(sources: readonly string[], options: LocateOptions): Located {
  const { participants: path, columns = {}, selection = {} } = options;
  const table = path === undefined ? undefined : readParticipants(parseTable(readText(path), path), columns, path);
  checkSources(sources);
  if (table?.columns.file !== undefined) return located(matchByName(table.rows, sources, path), table, [], options);
  const { files, discoveries, notes } = findFiles(sources, {
    selection,
    images: options.labels !== undefined,
    hasTable: table !== undefined,
  });
  const known =
    table === undefined
      ? withTablesOf(discoveries, files, columns)
      : located(
          matchById(
            table.rows,
            files,
            faultsOf({ discoveries }).map(({ name }) => name),
          ),
          table,
          discoveries,
          options,
        );
  return { ...known, notes };
}

function located(
  { matches, left, unused, unwanted }: ReturnType<typeof matchById>,
  { rows, phenotypeColumns, columns }: Participants,
  discoveries: readonly Discovery[],
  options: LocateOptions,
): Located {
  if (left.length > 0 && (options.allowMissing !== true || matches.length === 0))
    throw new InputError({
      where: options.participants ?? 'the table',
      problem: `${left.length} of ${rows.length} rows have no file (${fewOf(left)})`,
      fix: 'correct the table or the source folder, or pass --allow-missing to leave some of them out',
    });
  const names = unused.map(({ name }) => name);
  const wanted = discoveries.map((discovery) => ({
    ...discovery,
    skipped: discovery.skipped.map(({ faulty, ...file }) =>
      faulty === true && unwanted?.has(file.name) !== true ? { ...file, faulty } : file,
    ),
  }));
  return {
    scans: identifyScans(matches),
    ...{ phenotypeColumns, columns, left, unused: names, unknown: [], discoveries: wanted },
  };
}

/** Files without a table of the person's own; those of each preprocessor with the tables beside them. */
function withTablesOf(discoveries: readonly Discovery[], files: readonly FoundFile[], choice: ColumnChoice): Located {
  const phenotypeColumns = new Set<string>();
  const unknown: string[] = [];
  let matches: readonly Match[] = files;
  let columns: ColumnChoice | undefined;
  for (const discovery of discoveries) {
    const own = new Set(discovery.scans.map(({ path }) => path));
    const found = withFoundParticipants(
      matches.filter(({ path }) => own.has(path)),
      discovery,
      choice,
    );
    const rows = new Map(found.matches.map((match) => [match.path, match]));
    matches = matches.map((match) => rows.get(match.path) ?? match);
    for (const column of found.phenotypeColumns) phenotypeColumns.add(column);
    unknown.push(...found.unknown);
    columns ??= found.columns;
  }
  return {
    scans: identifyScans(matches),
    phenotypeColumns: [...phenotypeColumns],
    ...(columns === undefined ? {} : { columns }),
    left: [],
    unused: [],
    unknown,
    discoveries,
  };
}

/** Scans that were wanted, about which something is wrong that was seen before they were read. */
export function faultsOf({ discoveries }: Pick<Located, 'discoveries'>): readonly Skipped[] {
  return discoveries.flatMap(({ skipped }) => skipped.filter(({ faulty }) => faulty === true));
}

/** The first five of a list, for a message. */
export function fewOf(items: readonly string[]): string {
  return items.slice(0, 5).join('; ') + (items.length > 5 ? '; …' : '');
}
