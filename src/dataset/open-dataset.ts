/** @file Opens a data set: the tables at once, the series of a scan when it is asked for. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import { parseNpyHeader } from '../files/npy-header.ts';
import type { TimeSeries } from '../series/time-series.ts';
import type { Dataset, Scan } from './dataset.ts';
import { type DatasetDescription, parseDescription } from './description.ts';
import { parseScans } from './scans-table.ts';

/** Reads `dataset.json` of a data set. @throws InputError when the directory is not a data set */
export function readDescription(directory: string): DatasetDescription {
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
  const rois = description.rois.length;
  const series = openSeries(join(directory, 'timeseries.npy'), description.counts.timepoints, rois);
  return {
    directory,
    atlas: description.atlas,
    roiNames: description.rois,
    scans,
    phenotypeColumns,
    hash: createHash('sha256').update(description.timeseriesSha256).update('\n').update(text).digest('hex'),
    readSeries: (index) => {
      if (!(index in scans)) throw new RangeError(`scan ${index} of ${scans.length}`);
      return series.read(scans[index].offset, scans[index].timepoints);
    },
    close: series.close,
  };
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
function checkScans(scans: readonly Scan[], { counts }: DatasetDescription, where: string): void {
  const ids = new Set<string>();
  let offset = 0;
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
    offset += scan.timepoints;
  }
  if (scans.length !== counts.scans || offset !== counts.timepoints)
    throw new InputError({
      where,
      problem: 'the table does not fit dataset.json',
      expected: `${counts.scans} scans of ${counts.timepoints} time points in all`,
      found: `${scans.length} of ${offset}`,
      fix: 'ingest the scans again',
    });
}

interface SeriesFile {
  readonly read: (offset: number, timepoints: number) => TimeSeries;
  readonly close: () => void;
}

/** Opens `timeseries.npy`, which must be float32 `[timepoints, rois]`, C order. */
function openSeries(path: string, timepoints: number, rois: number): SeriesFile {
  if (!existsSync(path))
    throw new InputError({ where: path, problem: 'the series are missing', fix: 'ingest the scans again' });
  const file = openSync(path, 'r');
  try {
    const start = checkSeriesFile(file, path, timepoints, rois);
    return {
      read: (offset, length) => {
        const values = new Float32Array(length * rois);
        readWhole(file, new Uint8Array(values.buffer), start + offset * rois * 4, path);
        return { values, timepoints: length, rois };
      },
      close: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Where the numbers start. @throws InputError when the file is another array or not whole */
function checkSeriesFile(file: number, path: string, timepoints: number, rois: number): number {
  const size = fstatSync(file).size;
  const head = new Uint8Array(Math.min(size, 4096));
  readWhole(file, head, 0, path);
  const { descr, fortranOrder, shape, dataOffset } = parseNpyHeader(head, path);
  if (descr !== '<f4' || fortranOrder || shape.join() !== `${timepoints},${rois}`)
    throw new InputError({
      where: path,
      problem: 'the array does not fit dataset.json',
      expected: `<f4 [${timepoints}, ${rois}] in C order`,
      found: `${descr} [${shape.join(', ')}]${fortranOrder ? ' in Fortran order' : ''}`,
      fix: 'ingest the scans again',
    });
  const bytes = dataOffset + timepoints * rois * 4;
  if (size !== bytes)
    throw new InputError({
      where: path,
      problem: size < bytes ? 'the file is cut off' : 'the file is too long',
      expected: `${bytes} bytes`,
      found: `${size}`,
      fix: 'ingest the scans again',
    });
  return dataOffset;
}

function readWhole(file: number, bytes: Uint8Array, position: number, path: string): void {
  for (let done = 0; done < bytes.byteLength; ) {
    const read = readSync(file, bytes, done, bytes.byteLength - done, position + done);
    if (read === 0)
      throw new InputError({ where: path, problem: 'the file is cut off', fix: 'ingest the scans again' });
    done += read;
  }
}
