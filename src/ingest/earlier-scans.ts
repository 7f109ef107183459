/** @file Scans that were read before, by an ingest that was interrupted or into a data set that grows. Node only. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Source } from '../dataset/description.ts';
import { asInputError, readBytes } from '../files/atomic.ts';
import type { TimeSeries } from '../series/time-series.ts';
import { niftiParts } from '../volume/nifti-parts.ts';
import type { ScanFile } from './scan-to-read.ts';

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

/** @throws InputError when there is no such file */
export function fileStamp(path: string): FileStamp {
  try {
    const { size, mtimeMs } = statSync(path);
    return { bytes: size, modified: Math.round(mtimeMs) };
  } catch (error) {
    throw asInputError(error, path);
  }
}

/** Tells changed files. `denoised`: the repetition time of a scan changes its series. */
export interface FileState {
  /** Of what was read beside the file, and the repetition time that it was filtered by; undefined when there is none. */
  readonly beside: (file: ScanFile, denoised: boolean) => string | undefined;
  /**
   * Whether a file is still what it was when it was read, by its size and time of change, else by its content; and so
   * is what lies beside it, by its content. Each file is looked at once however many scans it holds.
   */
  readonly isUnchanged: (source: Source, file: ScanFile, denoised: boolean) => boolean;
}

export function fileState(): FileState {
  const hashes = new Map<string, string>();
  const hashOf = (path: string) => {
    const hash = hashes.get(path) ?? createHash('sha256').update(readBytes(path)).digest('hex');
    hashes.set(path, hash);
    return hash;
  };
  const beside = ({ path, confounds, mask, coverage, motion, tr }: ScanFile, denoised: boolean) => {
    const { header, numbers } = niftiParts(path);
    const files = { header, numbers, ...confounds, mask, coverage, motion };
    const others = Object.entries(files).flatMap(([what, other]) =>
      other === undefined || other === path ? [] : [`${what} ${hashOf(other)}`],
    );
    const all = denoised && tr !== undefined ? [...others, `tr ${tr}`] : others;
    return all.length === 0 ? undefined : createHash('sha256').update(all.join('\n')).digest('hex');
  };
  return {
    beside,
    isUnchanged: (source, file, denoised) => {
      const { bytes, modified } = fileStamp(file.path);
      if (source.bytes !== undefined && source.bytes !== bytes) return false;
      if (source.modified !== modified && source.sha256 !== hashOf(file.path)) return false;
      return source.beside === beside(file, denoised);
    },
  };
}
