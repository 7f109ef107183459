/** @file Takes connectivity matrices, in files of their own or stacked, into one data set without series. Node only. */
import { type Atlas, unnamedAtlas } from '../atlas/atlas.ts';
import { findAtlas } from '../atlas/find-atlas.ts';
import { namedAtlas } from '../atlas/named-atlas.ts';
import type { StatedFcKind } from '../connectivity/kinds.ts';
import { type NewMatrix, writeConnectivity } from '../dataset/write-connectivity.ts';
import type { NewScan } from '../dataset/write-dataset.ts';
import { InputError } from '../errors/input-error.ts';
import { type LocatedConnectivity, type LocateMatricesOptions, locateConnectivity } from './locate-connectivity.ts';
import { lastFileKept, readConnectivityScan } from './read-connectivity-scan.ts';
import { fileRecord } from './reading-plan.ts';
import { type IngestReport, type IngestWork, runIngest, type WorkOptions } from './run-ingest.ts';

export interface ConnectivityOptions extends LocateMatricesOptions, WorkOptions {
  /** Built-in id, file, or number of ROIs; else that of the first file. */
  readonly atlas?: string;
  /** What the matrices are; `unknown` when nobody says. */
  readonly fcKind?: StatedFcKind;
}

/**
 * Ingests connectivity: whole or not at all (see {@link runIngest}).
 *
 * @param sources folders and files: one matrix a file, or stacks of matrices or of upper triangles
 * @returns what the data set holds
 * @throws InputError when a file, matrix, table or option is wrong
 */
export async function ingestConnectivity(
  sources: readonly string[],
  options: ConnectivityOptions,
): Promise<IngestReport> {
  const open = lastFileKept();
  const found = await locateConnectivity(sources, options, open);
  const { fcKind = 'unknown' } = options;
  const work: IngestWork = {
    content: 'connectivity',
    located: found.located,
    plan: async (known) => {
      const atlas = options.atlas === undefined ? (known ?? atlasOf(found)) : findAtlas(options.atlas);
      return {
        rules: { layout: 'auto', connectivity: true, atlas },
        record: { ...recordOf(found, options), fcKind },
        ...(found.stacked ? { read: (file) => readConnectivityScan(file, { atlas }, open) } : {}),
      };
    },
    write: (directory, dataset, scans, writing) =>
      // `dataset` says some things only when the last scan is read, so it is not copied.
      writeConnectivity(directory, Object.assign(dataset, { fcKind }), matricesOf(scans), writing),
  };
  return runIngest(work, options);
}

function atlasOf({ first: { file, where } }: LocatedConnectivity): Atlas {
  const { rois, columnNames, rowNames } = file;
  const names = [columnNames, rowNames].find((own) => own?.length === rois);
  if (rois < 3)
    throw new InputError({
      where,
      problem: 'the matrix is too small',
      expected: 'at least 3 ROIs',
      found: `${rois}`,
    });
  return names === undefined ? unnamedAtlas(rois) : namedAtlas(names);
}

function recordOf({ located }: LocatedConnectivity, { ids, fisherZ }: ConnectivityOptions) {
  const anyFisherZ = located.scans.some(({ found }) => fisherZ ?? found?.fisherZ ?? false);
  return {
    missingRois: 'row, column and diagonal are 0',
    diagonal: 'set to 1',
    fisherZ: anyFisherZ ? 'turned back into correlations' : 'no',
    ...(ids === undefined ? {} : { ids: fileRecord(ids) }),
  };
}

async function* matricesOf(scans: AsyncIterable<NewScan>): AsyncGenerator<NewMatrix> {
  for await (const { scan, series, where = `scan ${scan.scanId}` } of scans)
    yield { scan: { ...scan, timepoints: volumesIn(scan.phenotype) }, matrix: series.values, where };
}

/** Names of columns that say of how many volumes a matrix is. */
const VOLUME_COLUMNS = new Set(['n_volumes', 'num_volumes', 'volumes', 'timepoints', 'n_tps']);

/** Time points as the table says; 0 where it does not. */
function volumesIn(phenotype: Readonly<Record<string, string>>): number {
  const said = Object.entries(phenotype).find(([column]) => VOLUME_COLUMNS.has(column.toLowerCase()))?.[1] ?? '';
  return /^\d{1,7}$/.test(said) ? Number(said) : 0;
}
