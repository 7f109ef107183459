/** @file A located scan as a file to be read: what it holds, and what lies beside it. Node only. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import type { Content } from '../preprocessors/found.ts';
import type { LocatedScan } from './identify-scans.ts';
import type { ScanFile } from './read-scan.ts';

export interface ScanFileOptions {
  /** Which array of files with several. */
  readonly array?: string;
  /** Repetition time of all scans, seconds; instead of the table's. */
  readonly tr?: number;
  /** The confounds of a scan are in the file beside it that is named like it, with this in place of the extension. */
  readonly confoundsSuffix?: string;
}

/** @throws InputError when a scan has no confounds where they are said to be */
export function scanFile({ path, where, found, scan }: LocatedScan, options: ScanFileOptions): ScanFile {
  const array = options.array ?? found?.array;
  const tr = options.tr ?? scan.tr;
  const { confoundsSuffix: suffix } = options;
  const confounds = suffix === undefined ? found?.confounds : { table: besideScan(path, suffix, where) };
  return {
    path,
    where,
    content: found?.content ?? contentOf(path),
    ...(array === undefined ? {} : { array }),
    ...(tr === undefined ? {} : { tr }),
    ...(confounds === undefined ? {} : { confounds }),
    ...(found?.mask === undefined ? {} : { mask: found.mask }),
  };
}

function besideScan(path: string, suffix: string, where: string): string {
  const table = join(dirname(path), basename(path).replace(/(\.nii)?\.[^.]+$/, '') + suffix);
  if (existsSync(table)) return table;
  throw new InputError({
    where,
    problem: `there are no confounds in ${table}`,
    fix: 'check --confounds-suffix: it stands in place of the extension of the scan',
  });
}

const BY_ENDING: readonly (readonly [RegExp, Content])[] = [
  [/\.ptseries\.nii$/i, 'parcel-series'],
  [/\.dtseries\.nii$/i, 'dense-series'],
  [/\.pconn\.nii$/i, 'connectivity'],
  [/\.nii(\.gz)?$/i, 'volume'],
];

/** What a file that no preprocessor's layout explains holds, by its name. */
function contentOf(path: string): Content {
  return BY_ENDING.find(([ending]) => ending.test(path))?.[1] ?? 'series';
}
