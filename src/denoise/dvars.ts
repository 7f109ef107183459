/** @file DVARS: how much the whole image changes from one volume to the next. */
import { missingRois } from '../series/missing-rois.ts';
import type { TimeSeries } from '../series/time-series.ts';

/** From the interquartile range of a normal distribution to its standard deviation. */
const QUARTILES_TO_DEVIATION = 1.349;

/**
 * Standardised DVARS: the root mean square over ROIs of the change since the last volume (Power et al. 2012), over what
 * is expected of a series with each ROI's (robust) standard deviation and lag-1 autocorrelation (Nichols 2017,
 * arXiv:1704.01469): about 1 without motion. fMRIPrep's `std_dvars` is the same over voxels; ROI means have less
 * independent noise, so that theirs varies more. ROIs without signal do not count. NaN at the first volume.
 */
export function standardisedDvars(series: TimeSeries): Float64Array {
  const { values, timepoints, rois } = series;
  const missing = new Set(missingRois(series));
  const squares = new Float64Array(timepoints);
  let expected = 0;
  for (let roi = 0; roi < rois; roi++) {
    if (missing.has(roi)) continue;
    const column = Float64Array.from({ length: timepoints }, (_, t) => values[t * rois + roi]);
    for (let t = 1; t < timepoints; t++) squares[t] += (column[t] - column[t - 1]) ** 2;
    expected += Math.sqrt(Math.max(0, 2 * (1 - lagOne(column)))) * robustDeviation(column);
  }
  const present = rois - missing.size;
  return squares.map((sum, t) =>
    t === 0 || expected === 0 ? Number.NaN : Math.sqrt(sum / present) / (expected / present),
  );
}

/** Lag-1 autocorrelation of Yule and Walker. */
function lagOne(column: Float64Array): number {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  let [along, square] = [0, 0];
  for (let t = 0; t < column.length; t++) {
    square += (column[t] - mean) ** 2;
    if (t > 0) along += (column[t] - mean) * (column[t - 1] - mean);
  }
  return square > 0 ? along / square : 0;
}

/** Of the quartiles, as FSL takes them: the value at or below the place. */
function robustDeviation(column: Float64Array): number {
  const sorted = Float64Array.from(column).sort();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
  return (at(0.75) - at(0.25)) / QUARTILES_TO_DEVIATION;
}
