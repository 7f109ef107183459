/** @file A scan of one atlas taken to another: each target ROI is the mean of the source ROIs it overlaps. */
import { InputError } from '../errors/input-error.ts';
import type { Table } from '../files/table.ts';
import { missingRois } from './missing-rois.ts';
import type { TimeSeries } from './time-series.ts';

/** Voxels shared by ROIs of two atlases, as a sparse matrix: entry k is `weights[k]` voxels of `target[k]`, `source[k]`. */
export interface Overlap {
  /** Number of target ROIs: the largest target label. */
  readonly targets: number;
  /** Number of source ROIs that are used: the largest source label. */
  readonly sources: number;
  /** Indices from 0 (label - 1). */
  readonly target: Int32Array;
  readonly source: Int32Array;
  readonly weights: Float64Array;
  /** The table's name, for errors. */
  readonly where: string;
}

/**
 * Reads an overlap table: a column of target labels (`…label`), `source_label` and `n_voxels…`. Labels count from 1;
 * source label 0 is what lies outside the source atlas, and is left out.
 *
 * @throws InputError when a column is missing, or a label or count is no whole number, or a pair occurs twice
 */
export function parseOverlap(table: Table, where: string): Overlap {
  const sourceColumn = findColumn(table, /^source/i, 'source_label', where);
  const voxelColumn = findColumn(table, /vox/i, 'n_voxels', where);
  const others = table.columns.filter((column) => column !== sourceColumn && column !== voxelColumn);
  const targetColumn = findColumn({ ...table, columns: others }, /label/i, 'target_label', where);

  const pairs = new Map<string, { target: number; source: number; voxels: number }>();
  let targets = 0;
  table.rows.forEach((row, i) => {
    const read = (column: string, least: number) => wholeNumber(row[column], least, `${where} row ${i + 2}`, column);
    const target = read(targetColumn, 1);
    const source = read(sourceColumn, 0);
    const voxels = read(voxelColumn, 0);
    targets = Math.max(targets, target);
    const key = `${target} ${source}`;
    if (pairs.has(key))
      throw new InputError({
        where: `${where} row ${i + 2}`,
        problem: `target ${target} and source ${source} are paired twice`,
      });
    pairs.set(key, { target, source, voxels });
  });
  const used = [...pairs.values()].filter(({ source, voxels }) => source > 0 && voxels > 0);
  if (used.length === 0) throw new InputError({ where, problem: 'no target ROI overlaps a source ROI' });
  return {
    targets,
    sources: used.reduce((largest, { source }) => Math.max(largest, source), 0),
    target: Int32Array.from(used, ({ target }) => target - 1),
    source: Int32Array.from(used, ({ source }) => source - 1),
    weights: Float64Array.from(used, ({ voxels }) => voxels),
    where,
  };
}

/** Labels index arrays, so a misprint must not ask for gigabytes. */
const LARGEST_LABEL = 1_000_000;

function wholeNumber(text: string, least: number, where: string, column: string): number {
  const value = /^\d+(\.0*)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= LARGEST_LABEL) return value;
  throw new InputError({
    where,
    problem: `bad ${column}`,
    expected: `a whole number from ${least}`,
    found: `'${text}'`,
  });
}

function findColumn({ columns }: Table, pattern: RegExp, name: string, where: string): string {
  const found = columns.find((column) => pattern.test(column));
  if (found !== undefined) return found;
  throw new InputError({ where, problem: `no column like ${name}`, found: columns.join(', ') });
}

/**
 * Target ROI i is sum_j w_ij x_j / sum_j w_ij over the source ROIs j with signal, w_ij the voxels they share. A target
 * none of whose sources has signal is zero throughout: a missing ROI. Source ROIs behind the last label are not used.
 *
 * The series are averaged as given and not standardised first: the mean of raw BOLD series estimates the target's own
 * mean series. Sources that were standardised before they were saved count with equal variance instead.
 *
 * @throws InputError when the overlap names a source ROI that the scan does not have
 */
export function projectSeries(series: TimeSeries, overlap: Overlap): TimeSeries {
  const { values, timepoints, rois } = series;
  if (overlap.sources > rois)
    throw new InputError({
      where: overlap.where,
      problem: `source label ${overlap.sources} is not an ROI of the scan`,
      expected: `labels up to ${rois}`,
      fix: 'check that the scan and the table are of the same atlas',
    });
  const { targets, target, source } = overlap;
  const shares = sharesOf(overlap, new Set(missingRois(series)));
  const projected = new Float32Array(timepoints * targets);
  const row = new Float64Array(targets);
  for (let t = 0; t < timepoints; t++) {
    row.fill(0);
    for (let k = 0; k < shares.length; k++) row[target[k]] += shares[k] * values[t * rois + source[k]];
    projected.set(row, t * targets);
  }
  return { values: projected, timepoints, rois: targets };
}

/** Each entry's part of its target: weights of sources with signal, summing to 1 over a target. */
function sharesOf({ targets, target, source, weights }: Overlap, missing: ReadonlySet<number>): Float64Array {
  const used = weights.map((weight, k) => (missing.has(source[k]) ? 0 : weight));
  const totals = new Float64Array(targets);
  used.forEach((weight, k) => {
    totals[target[k]] += weight;
  });
  return used.map((weight, k) => (weight === 0 ? 0 : weight / totals[target[k]]));
}
