/** @file From a scan's file to the series that the data set keeps: which ROIs, which layout, which projection. Node only. */
import { createHash } from 'node:crypto';
import type { Atlas } from '../atlas/atlas.ts';
import { InputError } from '../errors/input-error.ts';
import { readBytes } from '../files/atomic.ts';
import type { Content } from '../preprocessors/found.ts';
import { type Layout, orientSeries } from '../series/layout.ts';
import type { Matrix } from '../series/matrix.ts';
import { missingRois } from '../series/missing-rois.ts';
import { type Overlap, projectSeries } from '../series/project.ts';
import { readMatrix } from '../series/read-matrix.ts';
import type { TimeSeries } from '../series/time-series.ts';

/** How the files of an ingest are to be understood; plain data, so that another thread can read by them. */
export interface ReadingRules {
  readonly layout: Layout;
  readonly atlas: Atlas;
  /** From the atlas of the files to `atlas`. */
  readonly overlap?: Overlap;
}

/** A scan's file, and what lies beside it. */
export interface ScanFile {
  readonly path: string;
  /** For messages: the row of the table, or the file. */
  readonly where: string;
  readonly content: Content;
  /** Which array of a file with several. */
  readonly array?: string;
}

/** What reading a file taught, apart from the numbers. */
export interface ReadingFacts {
  /** Of the file, hex. */
  readonly sha256: string;
  readonly layout: 'time-roi' | 'roi-time';
  /** ROIs in the file, before a projection, and how many of these have no signal. */
  readonly rois: number;
  readonly missing: number;
  /** Repetition time, seconds, when the file or what lies beside it says. */
  readonly tr?: number;
  /** Columns for `scans.tsv`: `mean_fd`, … */
  readonly measures?: Readonly<Record<string, string>>;
}

export interface ScanRead {
  readonly series: TimeSeries;
  readonly facts: ReadingFacts;
}

/**
 * Reads one file.
 *
 * @throws InputError when it cannot be read, is no scan of that atlas, or names its columns in another order
 */
export async function readScan({ path, where, array }: ScanFile, rules: ReadingRules): Promise<ScanRead> {
  const bytes = readBytes(path);
  const matrix = await readMatrix(bytes, path, array === undefined ? {} : { array });
  const { atlas, overlap, layout } = rules;
  if (overlap === undefined) checkColumnOrder(matrix, atlas, where);
  const oriented = orientSeries(matrix, {
    layout,
    where,
    rois: overlap?.sources ?? atlas.rois.length,
    moreRois: overlap !== undefined,
  });
  return {
    series: overlap === undefined ? oriented : projectSeries(oriented, overlap),
    facts: {
      sha256: createHash('sha256').update(bytes).digest('hex'),
      layout: layoutOf(matrix, oriented, layout),
      rois: oriented.rois,
      missing: missingRois(oriented).length,
    },
  };
}

function layoutOf(matrix: Matrix, { timepoints }: TimeSeries, asked: Layout): ReadingFacts['layout'] {
  if (asked !== 'auto') return asked;
  return matrix.rows === timepoints ? 'time-roi' : 'roi-time';
}

/** A file that names its columns like the atlas, but in another order, would be mixed up without a sound. */
function checkColumnOrder({ header }: Matrix, { id, rois }: Atlas, where: string): void {
  if (header?.length !== rois.length) return;
  const first = rois.findIndex(({ name }, i) => name !== header[i]);
  const names = new Set(rois.map(({ name }) => name));
  if (first < 0 || !header.every((name) => names.has(name))) return;
  throw new InputError({
    where,
    problem: `column ${first + 1} is not the ROI that stands there in the atlas ${id}`,
    expected: `"${rois[first].name}"`,
    found: `"${header[first]}"`,
    fix: 'bring the columns into the order of the atlas, or pass --atlas FILE with the order of these files',
  });
}
