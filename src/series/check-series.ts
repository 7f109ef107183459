/** @file What a scan must be for its connectivity to mean anything. */
import { InputError } from '../errors/input-error.ts';
import { missingRois } from './missing-rois.ts';
import type { TimeSeries } from './time-series.ts';

/** Below this a correlation says next to nothing, and the usual cause is that time and ROIs are swapped. */
const FEWEST_SCAN_TIMEPOINTS = 20;

/**
 * Refuses a scan that is too short, holds a value that is not finite, or is constant in every ROI.
 *
 * @param where the file or scan, for errors
 * @throws InputError
 */
export function checkSeries(series: TimeSeries, where: string): void {
  const { values, timepoints, rois } = series;
  if (timepoints < FEWEST_SCAN_TIMEPOINTS)
    throw new InputError({
      where,
      problem: 'the scan is too short',
      expected: `at least ${FEWEST_SCAN_TIMEPOINTS} time points`,
      found: `${timepoints} of ${rois} ROIs`,
      fix: 'leave the scan out, or pass --layout if time points and ROIs are swapped',
    });
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new InputError({
      where,
      problem: `the series holds ${values[bad]} at time point ${Math.floor(bad / rois) + 1}, ROI ${(bad % rois) + 1}`,
      expected: 'finite numbers',
      fix: 'leave the scan out, or write 0 at every time point of an ROI without signal',
    });
  if (missingRois(series).length === rois)
    throw new InputError({
      where,
      problem: 'every ROI of the scan is constant, so that there is nothing to correlate',
      fix: 'leave the scan out',
    });
}
