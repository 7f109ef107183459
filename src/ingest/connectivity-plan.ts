/** @file Which files of connectivity there are, and whose their matrices are: one a file, or stacks. Node only. */
import type { Scan } from '../dataset/dataset.ts';
import { InputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import { parseTable } from '../files/table.ts';
import { checkSources, type FoundFile, type FoundFiles, findFiles } from './found-files.ts';
import type { ConnectivityOptions } from './ingest-connectivity.ts';
import { ingestWarnings } from './ingest-warnings.ts';
import { fewOf, type Located, locateScans } from './locate-scans.ts';
import { idKey } from './match-rows.ts';
import { type ColumnChoice, type Participants, readParticipants } from './participants.ts';
import { type ConnectivityFile, readConnectivityFile } from './read-connectivity.ts';
import { type KnownScan, parseIds, scansOfStack } from './stack-scans.ts';

/** A file that is to be read. */
export interface PlannedFile {
  readonly path: string;
  readonly name: string;
  /** For messages. */
  readonly where: string;
  readonly array: string | undefined;
  readonly fisherZ: boolean;
  /** The scans of its matrices, in order. @throws InputError when their number is not that of the matrices */
  readonly scansOf: (file: ConnectivityFile) => readonly KnownScan[];
}

export interface ConnectivityPlan {
  readonly files: readonly PlannedFile[];
  /** The first file; read once. */
  readonly readFirst: () => Promise<ConnectivityFile>;
  readonly stacked: boolean;
  readonly phenotypeColumns: readonly string[];
  readonly columns: ColumnChoice | undefined;
  /** Rows of the table without a file. */
  readonly left: readonly string[];
  /** What to mind, once the scans are known. */
  readonly warnings: (scans: readonly Scan[]) => string[];
}

/**
 * Finds files and scans. Files are stacks when ids or sessions are given for them, or when the first one holds several
 * matrices.
 *
 * @throws InputError when a source, table or list is wrong
 */
export async function planConnectivity(
  sources: readonly string[],
  options: ConnectivityOptions,
): Promise<ConnectivityPlan> {
  const { participants: path, columns = {} } = options;
  checkSources(sources);
  const table = path === undefined ? undefined : readParticipants(parseTable(readText(path), path), columns, path);
  const asStacks = options.ids !== undefined || options.sessions !== undefined;
  const selection = { ...options.selection, content: 'connectivity' } as const;
  if (!asStacks && table?.columns.file !== undefined) return filesOfScans(sources, { ...options, selection });
  const found = findFiles(sources, { selection });
  const { files } = found;
  const [first] = files;
  if (first === undefined)
    throw new InputError({
      where: sources.join(', '),
      problem: 'there is no file of connectivity',
      fix: 'name the files, or ingest series without --connectivity',
    });
  const readFirst = once(first, options);
  if (asStacks || (await readFirst()).matrices > 1) return stacks(found, table, readFirst, options);
  return filesOfScans(sources, { ...options, selection });
}

function once({ path, found }: FoundFile, { array }: ConnectivityOptions): () => Promise<ConnectivityFile> {
  let read: Promise<ConnectivityFile> | undefined;
  return () => {
    read ??= readConnectivityFile(path, array ?? found?.array);
    return read;
  };
}

function planned({ path, name, found }: FoundFile, { array, fisherZ }: ConnectivityOptions) {
  return { path, name, array: array ?? found?.array, fisherZ: fisherZ ?? found?.fisherZ ?? false };
}

/** One matrix a file. */
function filesOfScans(sources: readonly string[], options: ConnectivityOptions): ConnectivityPlan {
  const located = locateScans(sources, options);
  const { scans, phenotypeColumns, columns, left } = located;
  const files = scans.map((file): PlannedFile => {
    const { scan, where } = file;
    const scansOf = ({ matrices }: ConnectivityFile) => {
      if (matrices === 1) return [scan];
      throw new InputError({
        where,
        problem: `the file holds ${matrices} matrices`,
        expected: 'one, as in the files before',
        fix: 'ingest stacks by themselves',
      });
    };
    return { ...planned(file, options), where, scansOf };
  });
  return {
    files,
    readFirst: once(scans[0], options),
    stacked: false,
    phenotypeColumns,
    columns,
    left,
    warnings: () => warningsOf(located),
  };
}

function warningsOf(located: Located): string[] {
  return ingestWarnings({ located, overlap: undefined, sources: [], bad: [], notes: [] });
}

/** Many matrices a file, in the order of a list, of the names in the file, or of the table. */
function stacks(
  { files, discoveries }: FoundFiles,
  table: Participants | undefined,
  readFirst: () => Promise<ConnectivityFile>,
  options: ConnectivityOptions,
): ConnectivityPlan {
  const { sessions, participants: path, ids: list } = options;
  if (sessions !== undefined && sessions.length !== files.length)
    throw new InputError({
      where: `--sessions ${sessions.join(',')}`,
      problem: 'every stack needs a session',
      expected: `${files.length} names, parted by commas`,
      found: `${sessions.length}`,
      fix: 'name them in the order of the files',
    });
  const given = list === undefined ? undefined : { values: parseIds(readText(list), list), where: list };
  const order = list ?? path ?? 'the names in the file';
  return {
    files: files.map((file, i) => ({
      ...planned(file, options),
      where: file.path,
      scansOf: ({ matrices, rowNames, form }) => {
        const own = form === 'upper triangles' ? rowNames : undefined;
        return scansOfStack(file.name, matrices, {
          ids: given ?? (own === undefined ? undefined : { values: own, where: file.path }),
          participants: table === undefined || path === undefined ? undefined : { table, where: path },
          session: sessions?.[i],
        });
      },
    })),
    readFirst,
    stacked: true,
    phenotypeColumns: table?.phenotypeColumns ?? [],
    columns: table?.columns,
    left: [],
    warnings: (scans) => {
      const taken = new Set(scans.map(({ participantId }) => idKey(participantId)));
      const unused = (table?.rows ?? []).filter(({ participantId }) => !taken.has(idKey(participantId)));
      return [
        `${scans.length} matrices were taken in the order of ${order}: a stack does not say whose they are`,
        ...(unused.length === 0 || given === undefined
          ? []
          : [
              `${unused.length} rows of the table belong to no matrix: ${fewOf(unused.map((row) => row.participantId))}`,
            ]),
        ...warningsOf({ scans: [], phenotypeColumns: [], left: [], unused: [], unknown: [], discoveries }),
      ];
    },
  };
}
