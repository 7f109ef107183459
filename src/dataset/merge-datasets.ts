/** @file Data sets on disk joined into one on disk, as the parts that a job array has read. Node only. */
import { existsSync, realpathSync } from 'node:fs';
import { InputError } from '../errors/input-error.ts';
import type { Progress } from '../progress.ts';
import type { Dataset } from './dataset.ts';
import type { ConnectivityDescription, DatasetDescription } from './description.ts';
import { type Inspection, inspect } from './inspect.ts';
import { joinDatasets } from './joined-dataset.ts';
import { openDataset, readDescription } from './open-dataset.ts';
import { howRead, readOtherwise } from './reading-record.ts';
import { writeConnectivity } from './write-connectivity.ts';
import { writeDataset } from './write-dataset.ts';

export interface MergeOptions {
  readonly out: string;
  readonly overwrite?: boolean;
  /** Join also data sets whose scans were read in different ways. */
  readonly mixed?: boolean;
  readonly progress?: Progress;
}

type Description = DatasetDescription | ConnectivityDescription;

/**
 * Writes the scans of several data sets into one. Parts of one ingest (`--shard`) give what it had given in one go, scan
 * by scan in the same order.
 *
 * @returns what the new data set holds
 * @throws InputError when ROIs, contents or ways of reading differ, a scan id is in two of them, or one is named twice
 */
export async function mergeDatasets(directories: readonly string[], options: MergeOptions): Promise<Inspection> {
  const { out, overwrite = false, progress } = options;
  checkParts(directories, out);
  const descriptions = directories.map(readDescription);
  if (options.mixed !== true) refuseOtherReading(directories, descriptions);
  const parts = directories.map(openDataset);
  const { dataset, order, shards } = ordered(parts, descriptions);
  try {
    const sources = descriptions.flatMap((description) => description.sources);
    const whole = {
      atlas: dataset.atlas,
      roiNames: dataset.roiNames,
      phenotypeColumns: dataset.phenotypeColumns,
      sources,
      reading: { ...howRead(descriptions[0].reading), mergedFrom: descriptions.map(({ reading }) => reading) },
    };
    const writing = { overwrite, total: order.length, ...(progress === undefined ? {} : { progress }) };
    const { readConnectivity, fcKind = 'unknown' } = dataset;
    const where = (row: number) => `scan ${dataset.scans[row].scanId}`;
    if (readConnectivity === undefined)
      await writeDataset(
        out,
        whole,
        mapped(order, (row) => ({ scan: dataset.scans[row], series: dataset.readSeries(row), where: where(row) })),
        writing,
      );
    else
      await writeConnectivity(
        out,
        { ...whole, fcKind },
        mapped(order, (row) => ({ scan: dataset.scans[row], matrix: readConnectivity(row), where: where(row) })),
        writing,
      );
  } finally {
    dataset.close();
  }
  const merged = openDataset(out);
  try {
    const inspection = inspect(merged);
    return { ...inspection, warnings: [...shards, ...inspection.warnings] };
  } finally {
    merged.close();
  }
}

function* mapped<T>(rows: readonly number[], each: (row: number) => T): Generator<T> {
  for (const row of rows) yield each(row);
}

function checkParts(directories: readonly string[], out: string): void {
  if (directories.length < 2)
    throw new InputError({
      problem: 'there is nothing to merge',
      expected: 'two data sets or more',
      fix: 'name them all',
    });
  const places = directories.map(placeOf);
  const twice = directories.find((_, i) => places.indexOf(places[i]) !== i);
  if (twice !== undefined) throw new InputError({ where: twice, problem: 'the data set is named twice' });
  if (existsSync(out) && places.includes(placeOf(out)))
    throw new InputError({
      where: out,
      problem: 'a data set cannot be merged into itself',
      fix: 'choose another --out',
    });
}

/** However the directory is written: with `./`, a slash at its end, by a link. */
function placeOf(directory: string): string {
  return existsSync(directory) ? realpathSync(directory) : directory;
}

function refuseOtherReading(directories: readonly string[], [first, ...others]: readonly Description[]): void {
  others.forEach((description, i) => {
    const otherwise = readOtherwise(first.reading, description.reading);
    if (otherwise === undefined) return;
    throw new InputError({
      where: directories[i + 1],
      problem: `its scans were read in another way than those of ${directories[0]} (${otherwise.what})`,
      expected: otherwise.one,
      found: otherwise.other,
      fix: 'ingest them with the same options, or pass --mixed to join them all the same',
    });
  });
}

/** The data sets as one, and its rows in the order to write them: of shards, the order of the ingest that they are parts of. */
function ordered(
  parts: readonly Dataset[],
  descriptions: readonly Description[],
): { dataset: Dataset; order: number[]; shards: string[] } {
  const shards = descriptions.map(({ reading }) => shardOf(reading.shard));
  const places = parts.flatMap((part, p) => part.scans.map((_, i) => ({ p, i })));
  const rows = places.map((_, row) => row);
  const dataset = joinDatasets(parts, { sharedParticipants: true });
  const count = shards[0]?.parts;
  if (count === undefined || shards.some((shard) => shard?.parts !== count))
    return { dataset, order: rows, shards: [] };
  const place = (row: number) => places[row].i * count + (shards[places[row].p]?.part ?? 0);
  const absent = Array.from({ length: count }, (_, i) => i + 1).filter((n) =>
    shards.every((shard) => shard?.part !== n),
  );
  return {
    dataset,
    order: rows.sort((a, b) => place(a) - place(b)),
    shards:
      absent.length === 0
        ? []
        : [`of ${count} shards, ${absent.join(', ')} ${absent.length === 1 ? 'is' : 'are'} not there`],
  };
}

function shardOf(record: unknown): { part: number; parts: number } | undefined {
  if (typeof record !== 'object' || record === null || !('part' in record) || !('parts' in record)) return undefined;
  const { part, parts } = record;
  return typeof part === 'number' && typeof parts === 'number' ? { part, parts } : undefined;
}
