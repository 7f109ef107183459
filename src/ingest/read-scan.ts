/** @file From a scan's file to the series that the data set keeps: which ROIs, which layout, which projection. Node only. */
import { createHash } from 'node:crypto';
import { type Atlas, BUILT_IN_ATLASES, builtInAtlas, unnamedAtlas } from '../atlas/atlas.ts';
import { InputError } from '../errors/input-error.ts';
import { readBytes } from '../files/atomic.ts';
import { type Layout, orientSeries } from '../series/layout.ts';
import type { Matrix } from '../series/matrix.ts';
import { missingRois } from '../series/missing-rois.ts';
import { type Overlap, projectSeries } from '../series/project.ts';
import { readMatrix } from '../series/read-matrix.ts';
import type { TimeSeries } from '../series/time-series.ts';

/** How the files of an ingest are to be understood. */
export interface ReadingRules {
  readonly layout: Layout;
  readonly atlas: Atlas;
  /** From the atlas of the files to `atlas`. */
  readonly overlap?: Overlap;
  /** Which array of an `.npz`. */
  readonly array?: string;
}

/** A scan as read. */
export interface ScanFile {
  readonly series: TimeSeries;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
  readonly layout: 'time-roi' | 'roi-time';
  /** ROIs in the file, before the projection. */
  readonly sourceRois: number;
  /** How many of these have no signal. */
  readonly sourceMissing: number;
}

/**
 * Reads one file.
 *
 * @throws InputError when it cannot be read, is no scan of that atlas, or names its columns in another order
 */
export async function readScan(path: string, where: string, rules: ReadingRules): Promise<ScanFile> {
  const bytes = readBytes(path);
  const matrix = await readMatrix(bytes, path, rules.array === undefined ? {} : { array: rules.array });
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
    sha256: createHash('sha256').update(bytes).digest('hex'),
    layout: layoutOf(matrix, oriented, layout),
    sourceRois: oriented.rois,
    sourceMissing: missingRois(oriented).length,
  };
}

function layoutOf(matrix: Matrix, { timepoints }: TimeSeries, asked: Layout): ScanFile['layout'] {
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

/** The atlas that projected scans end in: the one given, else Schaefer-100 when the table has 100 targets. */
export function targetAtlas(overlap: Overlap, atlas: Atlas | undefined): Atlas {
  const target = atlas ?? (overlap.targets === 100 ? builtInAtlas('schaefer100') : unnamedAtlas(overlap.targets));
  if (target.rois.length !== overlap.targets)
    throw new InputError({
      where: overlap.where,
      problem: `the table does not lead to the atlas ${target.id}`,
      expected: `${target.rois.length} target ROIs`,
      found: `${overlap.targets}`,
      fix: 'pass the atlas that is projected to as --atlas',
    });
  return target;
}

/**
 * The atlas of files of which nothing is known: its ROI count is that of the named columns, of the axis that `layout`
 * says, or of the one axis that is equally long in all files while the other varies. Reads only as many as it needs.
 *
 * @throws InputError when the files leave it open
 */
export async function inferAtlas(paths: readonly string[], layout: Layout, array: string | undefined): Promise<Atlas> {
  let candidates: number[] = [];
  for (const [i, path] of paths.entries()) {
    const { rows, columns, header } = await readMatrix(readBytes(path), path, array === undefined ? {} : { array });
    if (header !== undefined && layout !== 'roi-time') return { id: `rois${columns}`, rois: namedRois(header) };
    if (layout !== 'auto') return unnamedAtlas(layout === 'time-roi' ? columns : rows);
    candidates = i === 0 ? [...new Set([rows, columns])] : candidates.filter((n) => n === rows || n === columns);
    if (candidates.length === 0)
      throw new InputError({
        where: path,
        problem: 'the scans do not share a number of ROIs',
        expected: 'one side as long as in the files before',
        found: `${rows} rows and ${columns} columns`,
        fix: 'ingest scans of different atlases into different data sets, or pass --atlas',
      });
    if (candidates.length === 1 && rows !== columns) return unnamedAtlas(candidates[0]);
  }
  const known = BUILT_IN_ATLASES.filter((id) => candidates.includes(builtInAtlas(id).rois.length));
  throw new InputError({
    problem: `time cannot be told from ROIs: every file is ${candidates.join(' x ')}`,
    fix: `pass --atlas ${known[0] ?? '(an id, a file, or the number of ROIs)'}, or --layout time-roi or roi-time`,
  });
}

/** Names from a header, when they are distinct. */
function namedRois(header: readonly string[]): { name: string }[] {
  const distinct = new Set(header).size === header.length && !header.includes('');
  return header.map((name, i) => ({ name: distinct ? name.replace(/[\t\r\n]/g, ' ') : String(i + 1) }));
}
