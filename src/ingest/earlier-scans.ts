/** @file Scans that were read before, by an ingest that was interrupted or into a data set that grows. Node only. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Source } from '../dataset/description.ts';
import { readBytes } from '../files/atomic.ts';
import type { TimeSeries } from '../series/time-series.ts';

/** A scan that was read before. */
export interface EarlierScan {
  readonly source: Source;
  readonly readSeries: () => TimeSeries;
}

/** By the name of the file, relative to the folder that was ingested. */
export type EarlierScans = ReadonlyMap<string, EarlierScan>;

/** What a file system says of a file without reading it. */
export interface FileStamp {
  readonly bytes: number;
  /** Last change, ms since 1970. */
  readonly modified: number;
}

export function fileStamp(path: string): FileStamp {
  const { size, mtimeMs } = statSync(path);
  return { bytes: size, modified: Math.round(mtimeMs) };
}

/**
 * Tells whether a file is still what it was when it was read: by its size and time of change, else by its content, which
 * is looked at once however many scans the file holds.
 */
export function changeCheck(): (source: Source, path: string) => boolean {
  const hashes = new Map<string, string>();
  const hashOf = (path: string) => {
    const hash = hashes.get(path) ?? createHash('sha256').update(readBytes(path)).digest('hex');
    hashes.set(path, hash);
    return hash;
  };
  return ({ bytes, modified, sha256 }, path) => {
    const now = fileStamp(path);
    if (bytes !== undefined && bytes !== now.bytes) return false;
    return modified === now.modified || hashOf(path) === sha256;
  };
}
