/** @file Which files of connectivity there are, and whose their matrices are: one a file, or stacks. Node only. */
import { InputError, isInputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import { parseTable } from '../files/table.ts';
import { isHopeless } from './bad-scans.ts';
import { checkSources, type FoundFile, type FoundFiles, findFiles } from './found-files.ts';
import type { LocatedScan } from './identify-scans.ts';
import { fewOf, type Located, type LocateOptions, locateScans } from './locate-scans.ts';
import { idKey } from './match-rows.ts';
import { type Participants, readParticipants } from './participants.ts';
import { type ConnectivityFile, readConnectivityFile } from './read-connectivity.ts';
import type { OpenConnectivity } from './read-connectivity-scan.ts';
import { parseIds, scansOfStack } from './stack-scans.ts';

export interface LocateMatricesOptions extends LocateOptions {
  /** Which array of files with several. */
  readonly array?: string;
  /** A text file with one participant id a line: those of every stack, in order. */
  readonly ids?: string;
  /** The session of each stack. */
  readonly sessions?: readonly string[];
}

export interface LocatedConnectivity {
  readonly located: Located;
  /** The first file that can be read. */
  readonly first: { readonly file: ConnectivityFile; readonly where: string };
  /** Files hold many matrices, each of which is a scan of its own. */
  readonly stacked: boolean;
}

/**
 * Finds files and scans. Files are stacks when ids or sessions are given for them, or when the first one holds several
 * matrices; stacks are opened to count these.
 *
 * @throws InputError when a source, table or list is wrong, or no file can be read
 */
export async function locateConnectivity(
  sources: readonly string[],
  options: LocateMatricesOptions,
  open: OpenConnectivity = readConnectivityFile,
): Promise<LocatedConnectivity> {
  const { participants: path, columns = {} } = options;
  checkSources(sources);
  const table = path === undefined ? undefined : readParticipants(parseTable(readText(path), path), columns, path);
  const asStacks = options.ids !== undefined || options.sessions !== undefined;
  const selection = { ...options.selection, content: 'connectivity' } as const;
  const alone = { ...options, selection };
  if (!asStacks && table?.columns.file !== undefined) {
    const located = locateScans(sources, alone);
    return { located, first: await firstReadable(located.scans, options, open), stacked: false };
  }
  const found = findFiles(sources, { selection });
  if (found.files.length === 0)
    throw new InputError({
      where: sources.join(', '),
      problem: 'there is no file of connectivity',
      fix: 'name the files, or ingest series without --connectivity',
    });
  const first = await firstReadable(found.files, options, open);
  if (asStacks || first.file.matrices > 1)
    return { located: await stacks(found, table, options, open), first, stacked: true };
  return { located: locateScans(sources, alone), first, stacked: false };
}

/** What is wrong with those before is said when all are read. @throws InputError as of the first when none can be read */
async function firstReadable(
  files: readonly (FoundFile & Partial<LocatedScan>)[],
  { array }: LocateMatricesOptions,
  open: OpenConnectivity,
): Promise<LocatedConnectivity['first']> {
  const errors: InputError[] = [];
  for (const { path, found, where = path } of files) {
    try {
      return { file: await open(path, array ?? found?.array), where };
    } catch (error) {
      if (!isInputError(error)) throw error;
      errors.push(error);
    }
    if (isHopeless(errors.length, 0)) break;
  }
  throw errors[0];
}

/** Many matrices a file, in the order of a list, of the names in the file, or of the table. */
async function stacks(
  { files, discoveries, notes }: FoundFiles,
  table: Participants | undefined,
  { sessions, participants: path, ids: list, array }: LocateMatricesOptions,
  open: OpenConnectivity,
): Promise<Located> {
  if (sessions !== undefined && sessions.length !== files.length)
    throw new InputError({
      where: `--sessions ${sessions.join(',')}`,
      problem: 'every stack needs a session',
      expected: `${files.length} names, parted by commas`,
      found: `${sessions.length}`,
      fix: 'name them in the order of the files',
    });
  const given = list === undefined ? undefined : { values: parseIds(readText(list), list), where: list };
  const participants = table === undefined || path === undefined ? undefined : { table, where: path };
  const scans: LocatedScan[] = [];
  for (const [i, file] of files.entries()) {
    const { matrices, rowNames, form } = await open(file.path, array ?? file.found?.array);
    const own = form === 'upper triangles' ? rowNames : undefined;
    const ids = given ?? (own === undefined ? undefined : { values: own, where: file.path });
    const ofStack = scansOfStack(file.name, matrices, { ids, participants, session: sessions?.[i] });
    for (const [matrix, scan] of ofStack.entries()) {
      const where = matrices === 1 ? file.path : `${file.path}, matrix ${matrix + 1} (${scan.scanId})`;
      scans.push({ ...file, name: `${file.name}#${matrix + 1}`, where, matrix, scan });
    }
  }
  const taken = new Set(scans.map(({ scan }) => idKey(scan.participantId)));
  const unused = (table?.rows ?? []).filter(({ participantId }) => !taken.has(idKey(participantId)));
  return {
    scans,
    phenotypeColumns: table?.phenotypeColumns ?? [],
    ...(table === undefined ? {} : { columns: table.columns }),
    ...{ left: [], unused: [], unknown: [], discoveries },
    notes: [
      ...notes,
      `${scans.length} matrices were taken in the order of ${list ?? path ?? 'the names in the file'}: ` +
        'a stack does not say whose they are',
      ...(unused.length === 0 || given === undefined
        ? []
        : [`${unused.length} rows of the table belong to no matrix: ${fewOf(unused.map((row) => row.participantId))}`]),
    ],
  };
}
