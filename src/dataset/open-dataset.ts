/** @file Opens a data set: the tables at once, the series or connectivity of a scan when it is asked for. Node only. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import { openArrayFile } from './array-file.ts';
import type { Dataset, Scan } from './dataset.ts';
import { type ConnectivityDescription, type DatasetDescription, parseDescription } from './description.ts';
import { noSeries } from './scan-connectivity.ts';
import { parseScans } from './scans-table.ts';

/** Correlations of equal series may round to just above 1. */
const LARGEST_R = 1.0001;

type Description = DatasetDescription | ConnectivityDescription;

/** Reads `dataset.json` of a data set. @throws InputError when the directory is not a data set */
export function readDescription(directory: string): Description {
  return parseDescription(readPart(directory, 'dataset.json'), join(directory, 'dataset.json'));
}

/**
 * Opens a data set. Phenotype columns may have been added to `scans.tsv` since it was written; the hash says so.
 *
 * @throws InputError when a file is missing, of another version, or does not fit the others
 */
export function openDataset(directory: string): Dataset {
  const description = readDescription(directory);
  const text = readPart(directory, 'scans.tsv');
  const { scans, phenotypeColumns } = parseScans(text, join(directory, 'scans.tsv'));
  checkScans(scans, description, join(directory, 'scans.tsv'));
  return {
    directory,
    atlas: description.atlas,
    roiNames: description.rois,
    scans,
    phenotypeColumns,
    ...(description.content === 'connectivity'
      ? { fcKind: description.fcKind, ...openConnectivity(directory, description, scans) }
      : openSeries(directory, description, scans)),
    hash: createHash('sha256').update(numbersSha256(description)).update('\n').update(text).digest('hex'),
  };
}

function numbersSha256(description: Description): string {
  return description.content === 'connectivity' ? description.connectivitySha256 : description.timeseriesSha256;
}

type Reading = Pick<Dataset, 'readSeries' | 'readConnectivity' | 'close'>;

/** `timeseries.npy`, `[time points of all scans, rois]`. */
function openSeries(directory: string, { counts, rois: names }: DatasetDescription, scans: readonly Scan[]): Reading {
  const rois = names.length;
  const file = openArrayFile(join(directory, 'timeseries.npy'), [counts.timepoints, rois], 'series');
  return {
    readSeries: (index) => {
      if (!(index in scans)) throw new RangeError(`scan ${index} of ${scans.length}`);
      const { offset, timepoints } = scans[index];
      return { values: file.read(offset * rois, timepoints * rois), timepoints, rois };
    },
    close: file.close,
  };
}

/** `connectivity.npy`, `[scans, rois, rois]`. */
function openConnectivity(
  directory: string,
  { counts, rois: names }: ConnectivityDescription,
  scans: readonly Scan[],
): Reading {
  const rois = names.length;
  const file = openArrayFile(join(directory, 'connectivity.npy'), [counts.scans, rois, rois], 'matrices');
  return {
    readSeries: () => {
      throw noSeries(directory, 'this needs series');
    },
    readConnectivity: (index) => {
      if (!(index in scans)) throw new RangeError(`scan ${index} of ${scans.length}`);
      const matrix = file.read(index * rois * rois, rois * rois);
      // Series are checked where they are correlated; a matrix goes straight to whoever asked.
      if (!matrix.every((r) => Math.abs(r) <= LARGEST_R)) throw damagedMatrix(directory, scans[index].scanId);
      return matrix;
    },
    close: file.close,
  };
}

function damagedMatrix(directory: string, scanId: string): InputError {
  return new InputError({
    where: join(directory, 'connectivity.npy'),
    problem: `the matrix of scan "${scanId}" holds a value that is no correlation`,
    expected: '-1 to 1',
    fix: 'the file is damaged: ingest the matrices again',
  });
}

function readPart(directory: string, name: string): string {
  const path = join(directory, name);
  if (!existsSync(directory))
    throw new InputError({
      where: directory,
      problem: 'there is no such data set',
      fix: 'make one with brainmass ingest',
    });
  if (!existsSync(path))
    throw new InputError({
      where: directory,
      problem: `this is not a data set: it has no ${name}`,
      fix: 'name a directory written by brainmass ingest',
    });
  return readText(path);
}

/** Scan ids are unique, and the scans lie one after the other and fill the file. */
function checkScans(scans: readonly Scan[], { counts, content }: Description, where: string): void {
  const ids = new Set<string>();
  let offset = 0;
  let timepoints = 0;
  for (const [i, scan] of scans.entries()) {
    const row = `${where} row ${i + 2}`;
    if (ids.has(scan.scanId))
      throw new InputError({ where: row, problem: `the scan id "${scan.scanId}" occurs twice` });
    if (scan.offset !== offset)
      throw new InputError({
        where: row,
        problem: 'rows were moved, removed or changed since the data set was written',
        expected: `offset ${offset}`,
        found: `${scan.offset}`,
        fix: 'only add columns or change phenotypes; to leave scans out, ingest again without them',
      });
    ids.add(scan.scanId);
    offset += content === 'connectivity' ? 1 : scan.timepoints;
    timepoints += scan.timepoints;
  }
  if (scans.length !== counts.scans || timepoints !== counts.timepoints)
    throw new InputError({
      where,
      problem: 'the table does not fit dataset.json',
      expected: `${counts.scans} scans of ${counts.timepoints} time points in all`,
      found: `${scans.length} of ${timepoints}`,
      fix: 'ingest the scans again',
    });
}
