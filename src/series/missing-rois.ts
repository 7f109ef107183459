/**
 * @file ROIs without signal: the one definition of the missing-ROI policy.
 *
 * An ROI outside the field of view or lost to a mask has the same value at every time point (or in files NaN), so its
 * correlation is undefined. Policy: it stays in the scan as zeros, its connectivity with every ROI (itself included) is
 * 0, and it is counted and reported. Nothing is interpolated.
 */
import type { TimeSeries } from './time-series.ts';

/** A range below this part of the ROI's own largest value is float32 rounding (2^-24 a value), not signal. */
const ROUNDING_OF_OWN_SIZE = 1e-6;
/** A range below this part of the largest range in the scan is what arithmetic leaves of a constant, not signal. */
const ROUNDING_OF_LARGEST_RANGE = 1e-9;

/** Indices (from 0, ascending) of the ROIs without signal: constant over time, exactly or but for rounding. */
export function missingRois({ values, timepoints, rois }: TimeSeries): number[] {
  const lowest = values.slice(0, rois);
  const highest = values.slice(0, rois);
  for (let t = 1; t < timepoints; t++)
    for (let roi = 0; roi < rois; roi++) {
      const value = values[t * rois + roi];
      if (value < lowest[roi]) lowest[roi] = value;
      if (value > highest[roi]) highest[roi] = value;
    }
  let largestRange = 0;
  for (let roi = 0; roi < rois; roi++) largestRange = Math.max(largestRange, highest[roi] - lowest[roi]);
  const missing: number[] = [];
  for (let roi = 0; roi < rois; roi++) {
    const own = ROUNDING_OF_OWN_SIZE * Math.max(Math.abs(lowest[roi]), Math.abs(highest[roi]));
    if (highest[roi] - lowest[roi] <= Math.max(own, ROUNDING_OF_LARGEST_RANGE * largestRange)) missing.push(roi);
  }
  return missing;
}

/** Writes zeros over the ROIs that are NaN at every time point: the file holds no signal of them. */
export function silenceAbsentRois({ values, timepoints, rois }: TimeSeries): void {
  const isAbsent = (roi: number) => {
    for (let t = 0; t < timepoints; t++) if (!Number.isNaN(values[t * rois + roi])) return false;
    return true;
  };
  for (let roi = 0; roi < rois; roi++)
    if (isAbsent(roi)) for (let t = 0; t < timepoints; t++) values[t * rois + roi] = 0;
}

/** Writes zeros over the ROIs without signal, so that every later step sees them as exactly constant. */
export function silenceMissingRois(series: TimeSeries): void {
  const { values, timepoints, rois } = series;
  for (const roi of missingRois(series)) for (let t = 0; t < timepoints; t++) values[t * rois + roi] = 0;
}
