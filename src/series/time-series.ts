/** @file One scan: the BOLD series of every ROI. */

/** The parcellated series of one scan. */
export interface TimeSeries {
  /** `[timepoints, rois]`, row-major: one row a volume. */
  readonly values: Float32Array;
  readonly timepoints: number;
  readonly rois: number;
}
