/** @file A scan whose file holds connectivity: one matrix, or one of a stack. Node only. */
import type { Atlas } from '../atlas/atlas.ts';
import { namedAtlas } from '../atlas/named-atlas.ts';
import { cleanConnectivity } from '../connectivity/clean-matrix.ts';
import { InputError } from '../errors/input-error.ts';
import { type ConnectivityFile, readConnectivityFile } from './read-connectivity.ts';
import { refuseOtherOrder } from './roi-order.ts';
import type { ReadingRules, ScanFile, ScanRead } from './scan-to-read.ts';

export type OpenConnectivity = typeof readConnectivityFile;

/** Opens files and keeps the last one, for who takes the matrices of a stack one by one. */
export function lastFileKept(): OpenConnectivity {
  let last: { readonly key: string; readonly file: Promise<ConnectivityFile> } | undefined;
  return (path, array) => {
    const key = JSON.stringify([path, array]);
    if (last?.key !== key) last = { key, file: readConnectivityFile(path, array) };
    return last.file;
  };
}

/** @throws InputError when it cannot be read, is not of the atlas, or holds no correlations ({@link cleanConnectivity}) */
export async function readConnectivityScan(
  { path, where, array, matrix, fisherZ = false }: ScanFile,
  { atlas }: Pick<ReadingRules, 'atlas'>,
  open: OpenConnectivity = readConnectivityFile,
): Promise<ScanRead> {
  const file = await open(path, array);
  const { form, rois, matrices, sha256 } = file;
  if (matrix === undefined && matrices !== 1)
    throw new InputError({
      where,
      problem: `the file holds ${matrices} matrices`,
      expected: 'one, as in the files before',
      fix: 'ingest stacks by themselves',
    });
  refuseOtherRois(file, atlas, where);
  const { values, missing, diagonals } = cleanConnectivity(file.matrixAt(matrix ?? 0), { rois, fisherZ, where });
  return {
    series: { values, timepoints: rois, rois },
    facts: {
      ...{ sha256, layout: form, rois, missing: missing.length },
      ...(fisherZ ? { fisherZ } : {}),
      ...(form === 'upper triangles' ? {} : { diagonals: [...diagonals].sort() }),
    },
  };
}

function refuseOtherRois({ rois, columnNames, rowNames }: ConnectivityFile, atlas: Atlas, where: string): void {
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
