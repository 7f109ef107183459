/** @file Series for benchmarks: speed does not depend on what is in them. */
import { normal, randomStream } from '../random/draws.ts';
import type { TimeSeries } from '../series/time-series.ts';

/** The length of a usual scan. */
const USUAL_TIMEPOINTS = 200;

/** Independent normal numbers, `[timepoints, rois]`, `scans` times. */
export function noiseSeries(scans: number, rois: number, timepoints = USUAL_TIMEPOINTS): TimeSeries[] {
  return Array.from({ length: scans }, (_, scan) => {
    const stream = randomStream({ seed: 1, purpose: 'simulate', b: scan });
    const values = Float32Array.from({ length: timepoints * rois }, () => normal(stream));
    return { values, timepoints, rois };
  });
}
