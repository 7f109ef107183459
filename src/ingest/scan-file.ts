/** @file A located scan as a file to be read: what it holds, and what lies beside it. Node only. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import type { FoundScan } from '../preprocessors/found.ts';
import { contentOf } from './content-by-name.ts';
import type { LocatedScan } from './identify-scans.ts';
import type { ScanFile } from './scan-to-read.ts';

export interface ScanFileOptions {
  /** Which array of files with several. */
  readonly array?: string;
  /** Of connectivity: the values are Fisher's z, and become correlations. */
  readonly fisherZ?: boolean;
  /** Repetition time of all scans, seconds; instead of the table's. */
  readonly tr?: number;
  /** The file of confounds beside each scan; `{name}` in it is the name of the scan's file without its extension. */
  readonly confoundsName?: string;
}

/** @throws InputError when a scan has no confounds where they are said to be */
export function scanFile({ path, where, found, scan, matrix }: LocatedScan, options: ScanFileOptions): ScanFile {
  const array = options.array ?? found?.array;
  const fisherZ = options.fisherZ ?? found?.fisherZ;
  const tr = options.tr ?? scan.tr;
  const { confoundsName } = options;
  const confounds = confoundsName === undefined ? found?.confounds : besideScan(path, confoundsName, where);
  return {
    path,
    where,
    content: found?.content ?? contentOf(path),
    ...(array === undefined ? {} : { array }),
    ...(found !== undefined && hasTimeInRows(found) ? { layout: 'time-roi' } : {}),
    ...(matrix === undefined ? {} : { matrix }),
    ...(fisherZ === undefined ? {} : { fisherZ }),
    ...(tr === undefined ? {} : { tr }),
    ...(confounds === undefined ? {} : { confounds }),
    ...(found?.mask === undefined ? {} : { mask: found.mask }),
    ...(found?.coverage === undefined ? {} : { coverage: found.coverage }),
    ...(found?.motion === undefined ? {} : { motion: found.motion }),
  };
}

/** True for the series of every program, but those that people save themselves, and the tables of old C-PAC. */
function hasTimeInRows({ tool, content, name }: FoundScan): boolean {
  if (content !== 'series' || tool === 'nilearn') return false;
  return tool !== 'c-pac' || name.endsWith('.1D') || name.endsWith('/roi_stats.csv');
}

/** The table, and the sidecar that says of which tissue its components are (compcor.ts), as fMRIPrep names it. */
function besideScan(path: string, name: string, where: string): NonNullable<ScanFile['confounds']> {
  const stem = basename(path).replace(/(\.(nii|img))?\.[^.]+$/, '');
  const table = join(dirname(path), name.replaceAll('{name}', stem));
  if (!existsSync(table))
    throw new InputError({ where, problem: `there are no confounds in ${table}`, fix: 'check --confounds' });
  const sidecar = table.replace(/\.tsv$/, '.json');
  return { table, ...(sidecar !== table && existsSync(sidecar) ? { sidecar } : {}) };
}
