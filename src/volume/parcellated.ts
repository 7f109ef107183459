/** @file The outcome of a parcellation: one series an ROI, and how much of each ROI was seen. */

export interface Parcellated {
  /** `[timepoints, rois]`, row-major; an ROI that is missing holds zeros (policy: series/missing-rois.ts). */
  readonly values: Float32Array;
  readonly timepoints: number;
  readonly rois: number;
  readonly roiNames?: readonly string[];
  /** Part of each ROI that has signal, 0 to 1. */
  readonly coverage: Float64Array;
  /** Indices (from 0, ascending) of the ROIs that were covered too little. */
  readonly missing: readonly number[];
  /** Voxels or vertices of ROIs that were left out because a value of theirs is NaN or infinite. */
  readonly notFinite: number;
  /** Seconds, from the file's header. */
  readonly tr: number | undefined;
  /** Of the file with the series, hex. */
  readonly sha256: string;
}

/**
 * An ROI of which less than this part has signal is missing: the default of XCP-D (Mehta, Salo, Madison et al., Imaging
 * Neuroscience 2, 2024; `--min-coverage`).
 */
export const MINIMUM_COVERAGE = 0.5;

/** More time points than any scan has: nine hours at 1 s. */
export const MOST_TIMEPOINTS = 2 ** 15;
