/** @file The kinds of functional connectivity on offer, by the name that commands and model cards use. */
import type { TimeSeries } from '../series/time-series.ts';
import { ledoitWolfConnectivity } from './ledoit-wolf.ts';
import { pearsonConnectivity } from './pearson.ts';

export const FC_KINDS = ['pearson', 'ledoit-wolf'] as const;
export type FcKind = (typeof FC_KINDS)[number];

/** What matrices that somebody else computed are said to be; `unknown`: nobody says. */
export const STATED_FC_KINDS = [...FC_KINDS, 'partial', 'unknown'] as const;
export type StatedFcKind = (typeof STATED_FC_KINDS)[number];

/**
 * Functional connectivity of one scan.
 *
 * @param series `[timepoints, rois]`
 * @param out receives the result; a new array by default
 * @returns `[rois, rois]`, symmetric; ROIs without signal are zero
 */
export function connectivity(kind: FcKind, series: TimeSeries, out?: Float32Array): Float32Array {
  switch (kind) {
    case 'pearson':
      return pearsonConnectivity(series, out);
    case 'ledoit-wolf':
      return ledoitWolfConnectivity(series, out);
  }
}
