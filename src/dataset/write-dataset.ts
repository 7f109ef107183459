/** @file Writes a data set to disk: scan by scan in bounded memory, whole or not at all. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import { replaceDirectory } from '../files/atomic.ts';
import { npyHeader } from '../files/npy.ts';
import type { Progress } from '../progress.ts';
import { checkSeries } from '../series/check-series.ts';
import type { TimeSeries } from '../series/time-series.ts';
import type { Scan } from './dataset.ts';
import { type DatasetDescription, FORMAT_VERSION, type Source, sourceRecords } from './description.ts';
import { checkPhenotypeColumns, formatScans } from './scans-table.ts';

/** What a data set is, apart from its scans. */
export interface NewDataset {
  readonly atlas: string;
  readonly roiNames: readonly string[];
  readonly phenotypeColumns: readonly string[];
  /** Read after the last scan, so that it may grow while scans are streamed. */
  readonly sources: readonly Source[];
  /** How the scans were read (denoising, policy for missing ROIs, …), kept for the reader; read after the last scan. */
  readonly reading: Record<string, unknown>;
}

/** A scan on its way to disk. */
export interface NewScan {
  readonly scan: Omit<Scan, 'timepoints' | 'offset'>;
  readonly series: TimeSeries;
  /** What messages call this scan; `scan ID` by default. */
  readonly where?: string;
}

export interface WriteOptions {
  /** Replace the directory when it exists. */
  readonly overwrite: boolean;
  readonly progress?: Progress;
  /** Number of scans to come, for `progress`. */
  readonly total?: number;
}

/**
 * Writes a data set. Scans are written as they arrive; the directory appears (or is replaced) when all is done.
 *
 * @throws InputError when there are no scans, an id occurs twice, a column name is reserved, a scan has another number
 *   of ROIs than `roiNames`, or is refused by {@link checkSeries}; the directory is then as it was before
 */
export async function writeDataset(
  directory: string,
  dataset: NewDataset,
  scans: Iterable<NewScan> | AsyncIterable<NewScan>,
  options: WriteOptions,
): Promise<DatasetDescription> {
  checkPhenotypeColumns(dataset.phenotypeColumns);
  let description: DatasetDescription | undefined;
  await replaceDirectory(
    directory,
    async (temporary) => {
      const written = await writeTimeseries(join(temporary, 'timeseries.npy'), dataset.roiNames.length, scans, options);
      if (written.scans.length === 0)
        throw new InputError({ where: directory, problem: 'there is no scan to write', fix: 'name at least one scan' });
      writeFileSync(join(temporary, 'scans.tsv'), formatScans(written.scans, dataset.phenotypeColumns));
      description = describe(dataset, written);
      writeFileSync(join(temporary, 'dataset.json'), `${JSON.stringify(description, null, 1)}\n`);
    },
    { overwrite: options.overwrite, marker: 'dataset.json' },
  );
  if (description === undefined) throw new Error(`${directory} was not written`);
  return description;
}

interface WrittenSeries {
  readonly scans: readonly Scan[];
  readonly timepoints: number;
  readonly sha256: string;
}

function describe(dataset: NewDataset, { scans, timepoints, sha256 }: WrittenSeries): DatasetDescription {
  return {
    format: 'brainmass-dataset',
    version: FORMAT_VERSION,
    atlas: dataset.atlas,
    counts: {
      scans: scans.length,
      participants: new Set(scans.map((scan) => scan.participantId)).size,
      rois: dataset.roiNames.length,
      timepoints,
    },
    timeseriesSha256: sha256,
    reading: dataset.reading,
    rois: [...dataset.roiNames],
    sources: sourceRecords(dataset.sources),
  };
}

/** Streams all series into one file. Its header has a fixed size and gets the number of rows at the end. */
async function writeTimeseries(
  path: string,
  rois: number,
  newScans: Iterable<NewScan> | AsyncIterable<NewScan>,
  { progress, total }: WriteOptions,
): Promise<WrittenSeries> {
  const file = openSync(path, 'w');
  try {
    const headerBytes = npyHeader('<f4', [0, rois]).byteLength;
    const hash = createHash('sha256');
    const scans: Scan[] = [];
    const ids = new Set<string>();
    let timepoints = 0;
    for await (const newScan of newScans) {
      const { scan, series } = newScan;
      checkScan(newScan, rois, ids);
      writeRows(file, series, headerBytes + timepoints * rois * 4, hash);
      scans.push({ ...scan, timepoints: series.timepoints, offset: timepoints });
      ids.add(scan.scanId);
      timepoints += series.timepoints;
      progress?.(scans.length, total ?? scans.length);
    }
    const header = npyHeader('<f4', [timepoints, rois]);
    if (header.byteLength !== headerBytes) throw new Error(`the .npy header grew to ${header.byteLength} bytes`);
    writeWhole(file, header, 0);
    return { scans, timepoints, sha256: hash.digest('hex') };
  } finally {
    closeSync(file);
  }
}

function checkScan({ scan, series, where = `scan ${scan.scanId}` }: NewScan, rois: number, ids: Set<string>): void {
  if (scan.scanId === '' || scan.participantId === '')
    throw new InputError({
      where,
      problem: 'the scan has no id',
      fix: 'give every scan a scan id and a participant id',
    });
  if (ids.has(scan.scanId))
    throw new InputError({ where, problem: `the scan id "${scan.scanId}" occurs twice`, fix: 'make scan ids unique' });
  if (series.rois !== rois)
    throw new InputError({
      where,
      problem: 'the scan has the wrong number of ROIs',
      expected: `${rois}`,
      found: `${series.rois}`,
      fix: 'ingest scans of different atlases into different data sets',
    });
  checkSeries(series, where);
}

function writeRows(file: number, { values }: TimeSeries, position: number, hash: Hash): void {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  hash.update(bytes);
  writeWhole(file, bytes, position);
}

function writeWhole(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.byteLength; )
    done += writeSync(file, bytes, done, bytes.byteLength - done, position + done);
}
