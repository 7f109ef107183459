/** @file Takes connectivity matrices, in files of their own or stacked, into one data set without series. Node only. */
import { type Atlas, unnamedAtlas } from '../atlas/atlas.ts';
import { findAtlas } from '../atlas/find-atlas.ts';
import { namedAtlas } from '../atlas/named-atlas.ts';
import { cleanConnectivity } from '../connectivity/clean-matrix.ts';
import type { StatedFcKind } from '../connectivity/kinds.ts';
import type { Source } from '../dataset/description.ts';
import { type Inspection, inspect } from '../dataset/inspect.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import { type NewMatrix, writeConnectivity } from '../dataset/write-connectivity.ts';
import { InputError } from '../errors/input-error.ts';
import type { Progress } from '../progress.ts';
import { type ConnectivityPlan, type PlannedFile, planConnectivity } from './connectivity-plan.ts';
import { type DiagonalCount, diagonalWarnings } from './connectivity-warnings.ts';
import type { LocateOptions } from './locate-scans.ts';
import { type ConnectivityFile, readConnectivityFile } from './read-connectivity.ts';
import { fileRecord } from './reading-plan.ts';
import { refuseOtherOrder } from './roi-order.ts';

export interface ConnectivityOptions extends LocateOptions {
  /** The data set to write. */
  readonly out: string;
  readonly overwrite?: boolean;
  /** Built-in id, file, or number of ROIs; else that of the first file. */
  readonly atlas?: string;
  /** Which array of files with several. */
  readonly array?: string;
  /** What the matrices are; `unknown` when nobody says. */
  readonly fcKind?: StatedFcKind;
  /** The values are Fisher's z, and become correlations. */
  readonly fisherZ?: boolean;
  /** A text file with one participant id a line: those of every stack, in order. */
  readonly ids?: string;
  /** The session of each stack. */
  readonly sessions?: readonly string[];
  readonly progress?: Progress;
}

/**
 * Ingests connectivity. Either the whole data set is written or nothing.
 *
 * @param sources folders and files: one matrix a file, or stacks of matrices or of upper triangles
 * @returns what the data set holds
 * @throws InputError when a file, matrix, table or option is wrong
 */
export async function ingestConnectivity(
  sources: readonly string[],
  options: ConnectivityOptions,
): Promise<Inspection> {
  const plan = await planConnectivity(sources, options);
  const atlas = await atlasOf(plan, options.atlas);
  const fcKind = options.fcKind ?? 'unknown';
  const seen: Seen = { sources: [], diagonals: [] };
  await writeConnectivity(
    options.out,
    {
      fcKind,
      atlas: atlas.id,
      roiNames: atlas.rois.map(({ name }) => name),
      phenotypeColumns: plan.phenotypeColumns,
      sources: seen.sources,
      reading: {
        missingRois: 'row, column and diagonal are 0',
        diagonal: 'set to 1',
        fisherZ: plan.files.some(({ fisherZ }) => fisherZ) ? 'turned back into correlations' : 'no',
        ...(options.participants === undefined
          ? {}
          : { participants: fileRecord(options.participants), columns: plan.columns }),
        ...(options.ids === undefined ? {} : { ids: fileRecord(options.ids) }),
        rowsWithoutFile: plan.left,
      },
    },
    matricesOf(plan, atlas, seen),
    {
      overwrite: options.overwrite ?? false,
      ...(plan.stacked ? {} : { total: plan.files.length }),
      ...(options.progress === undefined ? {} : { progress: options.progress }),
    },
  );
  const dataset = openDataset(options.out);
  try {
    const inspection = inspect(dataset);
    const warnings = [
      ...plan.warnings(dataset.scans),
      ...diagonalWarnings(seen.diagonals, dataset.scans.length),
      ...inspection.warnings,
    ];
    return { ...inspection, warnings };
  } finally {
    dataset.close();
  }
}

/** What is learnt while the files are read. */
interface Seen {
  readonly sources: Source[];
  readonly diagonals: DiagonalCount[];
}

async function atlasOf({ files, readFirst }: ConnectivityPlan, given: string | undefined): Promise<Atlas> {
  if (given !== undefined) return findAtlas(given);
  const { rois, columnNames, rowNames } = await readFirst();
  const names = [columnNames, rowNames].find((own) => own?.length === rois);
  if (rois < 3)
    throw new InputError({
      where: files[0].where,
      problem: 'the matrix is too small',
      expected: 'at least 3 ROIs',
      found: `${rois}`,
    });
  return names === undefined ? unnamedAtlas(rois) : namedAtlas(names);
}

async function* matricesOf(
  { files, readFirst }: ConnectivityPlan,
  atlas: Atlas,
  seen: Seen,
): AsyncGenerator<NewMatrix> {
  for (const [i, file] of files.entries()) {
    const read = i === 0 ? await readFirst() : await readConnectivityFile(file.path, file.array);
    checkFile(read, atlas, file);
    const scans = file.scansOf(read);
    const scan = scans.length === 1 ? { scan: scans[0].scanId } : {};
    seen.sources.push({ path: file.name, sha256: read.sha256, layout: read.form, ...scan });
    for (const [index, known] of scans.entries()) {
      const where = scans.length === 1 ? file.where : `${file.where}, matrix ${index + 1} (${known.scanId})`;
      const { values, diagonals } = cleanConnectivity(read.matrixAt(index), {
        rois: read.rois,
        fisherZ: file.fisherZ,
        where,
      });
      if (read.form !== 'upper triangles') seen.diagonals.push({ diagonals, fisherZ: file.fisherZ });
      yield { scan: { ...known, timepoints: volumesIn(known.phenotype) }, matrix: values, where };
    }
  }
}

function checkFile({ rois, columnNames, rowNames }: ConnectivityFile, atlas: Atlas, { where }: PlannedFile): void {
  if (rois !== atlas.rois.length)
    throw new InputError({
      where,
      problem: `the matrix is not of the atlas ${atlas.id}`,
      expected: `${atlas.rois.length} ROIs`,
      found: `${rois}`,
      fix: 'check --atlas, and ingest scans of different atlases into different data sets',
    });
  refuseOtherOrder(columnNames, atlas, { what: 'column', where });
  refuseOtherOrder(rowNames, atlas, { what: 'row', where });
  if (columnNames !== undefined) refuseOtherOrder(rowNames, namedAtlas(columnNames), { what: 'row', where });
}

/** Names of columns that say of how many volumes a matrix is. */
const VOLUME_COLUMNS = new Set(['n_volumes', 'num_volumes', 'volumes', 'timepoints', 'n_tps']);

/** Time points as the table says; 0 where it does not. */
function volumesIn(phenotype: Readonly<Record<string, string>>): number {
  const said = Object.entries(phenotype).find(([column]) => VOLUME_COLUMNS.has(column.toLowerCase()))?.[1] ?? '';
  return /^\d{1,7}$/.test(said) ? Number(said) : 0;
}
