/**
 * @file What an ingest has read so far, `NAME.reading/` beside the data set that it makes: when it is interrupted, or a
 * scan is refused, the next run goes on from there. Node only.
 *
 * `series.f32` holds the series one after the other, `scans.jsonl` a line a scan, written after its series; a line that
 * is not whole, or whose series are not, was being written when the machine stopped, and is read anew.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SOURCE, type Source } from '../dataset/description.ts';
import { asInputError, readText, writeFileAtomically } from '../files/atomic.ts';
import { releaseLock, takeLock, touchLock } from '../files/directory-lock.ts';
import { newOwner } from '../files/lock-owner.ts';
import type { TimeSeries } from '../series/time-series.ts';
import type { EarlierScan, EarlierScans } from './earlier-scans.ts';

const ENTRY = z.object({
  source: SOURCE,
  timepoints: z.int().positive(),
  rois: z.int().positive(),
  /** Of the series, hex. */
  sha256: z.string(),
});
type Entry = z.infer<typeof ENTRY>;

export interface ReadingJournal {
  readonly directory: string;
  readonly scans: EarlierScans;
  /** Whether nothing was ever read. */
  readonly isEmpty: () => boolean;
  readonly append: (source: Source, series: TimeSeries) => void;
  /** Leaves it for the next run, or removes it when all has gone where it should. */
  readonly close: (outcome: 'keep' | 'remove') => void;
}

/**
 * Opens the journal of an ingest, or begins one. What was read by other rules is of no use and forgotten.
 *
 * @param identity of the rules by which scans are read
 * @throws InputError when another process works on the same data set
 */
export function openJournal(directory: string, identity: string): ReadingJournal {
  const owner = newOwner();
  mkdirSync(directory, { recursive: true });
  takeLock(directory, owner);
  const endTouching = touchLock(directory, owner);
  const paths = {
    rules: join(directory, 'rules'),
    lines: join(directory, 'scans.jsonl'),
    series: join(directory, 'series.f32'),
  };
  const same = existsSync(paths.rules) && readText(paths.rules) === identity;
  if (!same) {
    rmSync(paths.lines, { force: true });
    rmSync(paths.series, { force: true });
    writeFileAtomically(paths.rules, identity);
  }
  const lines = openSync(paths.lines, 'a+');
  const file = openSync(paths.series, existsSync(paths.series) ? 'r+' : 'w+');
  const known = knownScans(readText(paths.lines), file);
  ftruncateSync(lines, known.lineBytes);
  let end = known.seriesBytes;
  return {
    directory,
    scans: known.scans,
    isEmpty: () => end === 0,
    append: (source, { values, timepoints, rois }) => {
      try {
        const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
        writeWhole(file, bytes, end);
        end += bytes.byteLength;
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        writeSync(lines, `${JSON.stringify({ source, timepoints, rois, sha256 } satisfies Entry)}\n`);
      } catch (error) {
        throw asInputError(error, directory);
      }
    },
    close: (outcome) => {
      endTouching();
      closeSync(lines);
      closeSync(file);
      releaseLock(directory, owner);
      if (outcome === 'remove') rmSync(directory, { recursive: true, force: true });
    },
  };
}

interface Known {
  readonly scans: EarlierScans;
  readonly lineBytes: number;
  readonly seriesBytes: number;
}

/** The entries up to the first that is not whole. */
function knownScans(text: string, file: number): Known {
  const scans = new Map<string, EarlierScan>();
  let lineBytes = 0;
  let seriesBytes = 0;
  for (const line of text.split('\n').slice(0, -1)) {
    const entry = parseEntry(line);
    if (entry === undefined) break;
    const { source, timepoints, rois, sha256 } = entry;
    const series = readSeries(file, seriesBytes, timepoints, rois);
    if (series === undefined || createHash('sha256').update(series.values).digest('hex') !== sha256) break;
    const position = seriesBytes;
    scans.set(source.path, { source, readSeries: () => readSeries(file, position, timepoints, rois) ?? lost() });
    lineBytes += Buffer.byteLength(line) + 1;
    seriesBytes += series.values.byteLength;
  }
  return { scans, lineBytes, seriesBytes };
}

function lost(): never {
  throw new Error('series that were in the journal are gone');
}

function parseEntry(line: string): Entry | undefined {
  try {
    return ENTRY.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** Undefined when the file ends before: no memory is taken for what a damaged line says. */
function readSeries(file: number, position: number, timepoints: number, rois: number): TimeSeries | undefined {
  if (position + 4 * timepoints * rois > fstatSync(file).size) return undefined;
  const values = new Float32Array(timepoints * rois);
  const bytes = new Uint8Array(values.buffer);
  for (let done = 0; done < bytes.byteLength; ) {
    const read = readSync(file, bytes, done, bytes.byteLength - done, position + done);
    if (read === 0) return undefined;
    done += read;
  }
  return { values, timepoints, rois };
}

function writeWhole(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.byteLength; )
    done += writeSync(file, bytes, done, bytes.byteLength - done, position + done);
}
