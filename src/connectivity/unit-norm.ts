/** @file Every ROI's series centred and scaled to unit norm: the product of two such series is their correlation. */
import { InputError } from '../errors/input-error.ts';
import type { TimeSeries } from '../series/time-series.ts';

/** The fewest time points a correlation is computed from: with two, every correlation is 1 or -1. */
export const FEWEST_TIMEPOINTS = 3;

/** A scan ready to be correlated. */
export interface UnitNormSeries {
  /** `[rois, timepoints]`, row-major: one row an ROI, of mean 0 and norm 1, or all 0 when the ROI has no signal. */
  readonly values: Float64Array;
  /** 1 for every ROI with signal, 0 for a constant one. */
  readonly hasSignal: Uint8Array;
}

/**
 * Centres and scales each ROI of a scan, and puts ROIs first.
 *
 * An ROI without signal (the same value at every time point) has no correlation; it stays zero, so that its row and
 * column of the connectivity, its diagonal element included, are zero. It is for the data set to count and report.
 *
 * @throws InputError for a value that is not finite, and for fewer than {@link FEWEST_TIMEPOINTS} time points
 */
export function unitNormSeries({ values, timepoints, rois }: TimeSeries): UnitNormSeries {
  if (timepoints < FEWEST_TIMEPOINTS)
    throw new InputError({
      problem: 'the scan is too short for a correlation',
      expected: `at least ${FEWEST_TIMEPOINTS} time points`,
      found: `${timepoints}`,
      fix: 'leave it out',
    });
  const out = new Float64Array(rois * timepoints);
  const hasSignal = new Uint8Array(rois);
  for (let roi = 0; roi < rois; roi++) {
    const row = out.subarray(roi * timepoints, (roi + 1) * timepoints);
    for (let t = 0, at = roi; t < timepoints; t++, at += rois) row[t] = values[at];
    const norm = centre(row);
    if (!Number.isFinite(norm)) throw notFinite(roi);
    if (norm === 0) continue;
    for (let t = 0; t < timepoints; t++) row[t] /= norm;
    hasSignal[roi] = 1;
  }
  return { values: out, hasSignal };
}

/**
 * Subtracts the mean in place and returns the norm of what is left. The first value is the origin of the sums, so that
 * a constant row becomes exactly zero whatever its value.
 */
function centre(row: Float64Array): number {
  const origin = row[0];
  let sum = 0;
  for (let t = 0; t < row.length; t++) {
    row[t] -= origin;
    sum += row[t];
  }
  const mean = sum / row.length;
  let squares = 0;
  for (let t = 0; t < row.length; t++) {
    row[t] -= mean;
    squares += row[t] * row[t];
  }
  return Math.sqrt(squares);
}

/** The error for a series with a value that is not finite. */
function notFinite(roi: number): InputError {
  return new InputError({
    problem: `the series of ROI ${roi + 1} holds a value that is not a finite number`,
    fix: 'mend the series or leave the scan out',
  });
}
