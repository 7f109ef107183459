/** @file What a series must be to become part of a data set. */
import { InputError } from '../errors/input-error.ts';
import type { TimeSeries } from '../series/time-series.ts';

/** Below this a correlation says next to nothing, and the usual cause is that time and ROIs are swapped. */
export const MIN_TIMEPOINTS = 20;

/**
 * Refuses a scan that no connectivity can be computed from: too short, not finite, or constant in every ROI.
 *
 * @param where the file or scan, for messages
 * @throws InputError
 */
export function checkSeries(series: TimeSeries, where: string): void {
  const { values, timepoints, rois } = series;
  if (timepoints < MIN_TIMEPOINTS)
    throw new InputError({
      where,
      problem: 'the scan is too short',
      expected: `at least ${MIN_TIMEPOINTS} time points`,
      found: `${timepoints} (of ${rois} ROIs)`,
      fix: 'leave the scan out, or pass --layout if time points and ROIs are swapped',
    });
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new InputError({
      where,
      problem: `the series holds ${values[bad]} at time point ${Math.floor(bad / rois) + 1}, ROI ${(bad % rois) + 1}`,
      expected: 'finite numbers',
      fix: 'leave the scan out, or write 0 for an ROI without signal',
    });
  if (values.every((value, i) => i < rois || value === values[i - rois]))
    throw new InputError({
      where,
      problem: 'every ROI of the scan is constant',
      fix: 'leave the scan out: it has no connectivity',
    });
}
