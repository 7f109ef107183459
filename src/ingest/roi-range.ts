/** @file A run of the ROIs of every file: one atlas of files that hold several (REST-meta-MDD), or all but tissues (CONN). */
import { InputError } from '../errors/input-error.ts';
import type { Layout } from '../series/layout.ts';
import type { Matrix } from '../series/matrix.ts';

/** First and last ROI, from 1. */
export interface RoiRange {
  readonly from: number;
  readonly to: number;
}

/** Reads `1-116`. @throws InputError when it is no range */
export function parseRoiRange(text: string): RoiRange {
  const [, from, to] = (/^(\d{1,6})-(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (from >= 1 && to > from) return { from, to };
  throw new InputError({
    where: `--roi-range ${text}`,
    problem: 'this is no range of ROIs',
    expected: 'FIRST-LAST, counted from 1',
    fix: 'pass e.g. --roi-range 1-116',
  });
}

/**
 * The rows or columns of those ROIs.
 *
 * @returns the smaller matrix, and which axis is time
 * @throws InputError when the file has fewer ROIs, or leaves open which axis they are
 */
export function takeRois(
  { rows, columns, values, header }: Matrix,
  { from, to }: RoiRange,
  layout: Layout,
  where: string,
): { readonly matrix: Matrix; readonly layout: 'time-roi' | 'roi-time' } {
  const axis = layout === 'auto' ? longAxis(rows, columns, to) : layout;
  const rois = axis === 'roi-time' ? rows : columns;
  if (axis === undefined || rois < to)
    throw new InputError({
      where,
      problem: axis === undefined ? 'time cannot be told from ROIs' : 'the file has fewer ROIs',
      expected: `one side of at least ${to} ROIs`,
      found: `${rows} rows and ${columns} columns`,
      fix: axis === undefined && rows >= to ? 'pass --layout time-roi or roi-time' : 'check --roi-range',
    });
  const count = to - from + 1;
  if (axis === 'roi-time') {
    const taken = values.slice((from - 1) * columns, to * columns);
    return { matrix: { rows: count, columns, values: taken }, layout: axis };
  }
  const taken = new Float64Array(rows * count);
  for (let row = 0; row < rows; row++)
    taken.set(values.subarray(row * columns + from - 1, row * columns + to), row * count);
  const names = header === undefined ? {} : { header: header.slice(from - 1, to) };
  return { matrix: { rows, columns: count, values: taken, ...names }, layout: axis };
}

/** The one axis that is long enough. */
function longAxis(rows: number, columns: number, least: number): 'time-roi' | 'roi-time' | undefined {
  if (columns >= least && rows < least) return 'time-roi';
  return rows >= least && columns < least ? 'roi-time' : undefined;
}
