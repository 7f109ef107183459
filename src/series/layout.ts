/** @file From a matrix to a scan: which axis is time, and is it a scan at all. */
import { InputError } from '../errors/input-error.ts';
import { checkSeries } from './check-series.ts';
import type { Matrix } from './matrix.ts';
import { silenceAbsentRois, silenceMissingRois } from './missing-rois.ts';
import type { TimeSeries } from './time-series.ts';

/** `time-roi`: a row is a time point. `roi-time`: a row is an ROI. `auto`: the axis as long as the atlas is the ROIs. */
export const LAYOUTS = ['auto', 'time-roi', 'roi-time'] as const;
export type Layout = (typeof LAYOUTS)[number];

export interface OrientOptions {
  readonly layout: Layout;
  /** ROI count of the atlas; `auto` needs it, and the other layouts are checked against it. */
  readonly rois?: number;
  /** The scan may have further ROIs behind the atlas's own (subcortical ones, dropped by a projection). */
  readonly moreRois?: boolean;
  /** The file, for errors. */
  readonly where: string;
}

/**
 * The matrix as a scan, time points in rows. ROIs without signal become zeros (see missing-rois.ts), also those that are
 * NaN (`n/a`) at every time point: so XCP-D writes the ones that it saw too little of.
 *
 * @throws InputError when the layout is ambiguous or does not fit the ROI count, and for a scan with fewer than 20 time
 *   points, a value that is not finite, or no signal at all
 */
export function orientSeries(matrix: Matrix, options: OrientOptions): TimeSeries {
  const { rows, columns, values } = matrix;
  const layout = options.layout === 'auto' ? detectLayout(matrix, options) : options.layout;
  const [timepoints, rois] = layout === 'time-roi' ? [rows, columns] : [columns, rows];
  if (options.rois !== undefined && !fits(rois, options.rois, options.moreRois === true))
    throw new InputError({
      where: options.where,
      problem: `wrong ROI count in layout ${layout}`,
      expected: `${options.moreRois === true ? 'at least ' : ''}${options.rois} ROIs`,
      found: `${rois} (and ${timepoints} time points)`,
      fix: 'check --atlas and --layout',
    });
  const oriented = layout === 'time-roi' ? Float32Array.from(values) : transpose(matrix);
  const series: TimeSeries = { values: oriented, timepoints, rois };
  silenceAbsentRois(series);
  checkSeries(series, options.where);
  silenceMissingRois(series);
  return series;
}

function detectLayout({ rows, columns }: Matrix, { rois, moreRois, where }: OrientOptions): 'time-roi' | 'roi-time' {
  const problem = (text: string, fix: string) =>
    new InputError({
      where,
      problem: text,
      expected: rois === undefined ? 'a known ROI count' : `one side of ${rois} ROIs`,
      found: `${rows} rows and ${columns} columns`,
      fix,
    });
  const ask = 'pass --layout time-roi if each row is a time point, or --layout roi-time if each row is an ROI';
  if (rois === undefined) throw problem('time cannot be told from ROIs', `${ask}, or --atlas`);
  if (rows === columns && rows === rois) throw problem('time cannot be told from ROIs in a square matrix', ask);
  if (columns === rois) return 'time-roi';
  if (rows === rois) return 'roi-time';
  if (moreRois === true && columns > rois && rows < rois) return 'time-roi';
  if (moreRois === true && rows > rois && columns < rois) return 'roi-time';
  if (moreRois === true && rows > rois && columns > rois) throw problem('time cannot be told from ROIs', ask);
  throw problem(
    'neither side of the matrix is the ROI count',
    'check --atlas, or pass --project to take scans of another atlas to this one',
  );
}

function fits(found: number, expected: number, more: boolean): boolean {
  return found === expected || (more && found > expected);
}

function transpose({ rows, columns, values }: Matrix): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) out[column * rows + row] = values[row * columns + column];
  return out;
}
