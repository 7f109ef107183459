/** @file Functional connectivity: the Pearson correlation of every pair of ROIs. */
import { rowProducts } from '../linear-algebra/row-products.ts';
import type { TimeSeries } from '../series/time-series.ts';
import { type UnitNormSeries, unitNormSeries } from './unit-norm.ts';

/**
 * Pearson correlation of every pair of ROIs.
 *
 * @param series `[timepoints, rois]`
 * @param out receives the result; a new array by default
 * @returns `[rois, rois]`, exactly symmetric, within [-1, 1], diagonal exactly 1; row, column and diagonal of an ROI
 *   without signal (constant series) are 0
 * @throws InputError as {@link unitNormSeries}
 */
export function pearsonConnectivity(series: TimeSeries, out?: Float32Array): Float32Array {
  return correlate(unitNormSeries(series), out);
}

/** The correlation matrix of a scan that is already centred and scaled; see {@link pearsonConnectivity}. */
export function correlate({ values, hasSignal }: UnitNormSeries, out?: Float32Array): Float32Array {
  const rois = hasSignal.length;
  const timepoints = values.length / rois;
  const fc = out ?? new Float32Array(rois * rois);
  if (fc.length !== rois * rois) throw new RangeError(`out holds ${fc.length} numbers, expected ${rois}²`);
  rowProducts(values, values, { rows: rois, columns: rois, length: timepoints }, fc);
  finish(fc, hasSignal);
  return fc;
}

/** Clamps rounding beyond ±1, and sets the diagonal. */
function finish(fc: Float32Array, hasSignal: Uint8Array): void {
  const rois = hasSignal.length;
  for (let i = 0; i < rois; i++) {
    fc[i * rois + i] = hasSignal[i];
    for (let j = i + 1; j < rois; j++) {
      const r = Math.max(-1, Math.min(1, fc[i * rois + j]));
      fc[i * rois + j] = r;
      fc[j * rois + i] = r;
    }
  }
}
