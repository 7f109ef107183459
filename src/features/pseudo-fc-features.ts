/** @file Raw connectivity averaged over pseudo-FC draws: what the augmentation gives without any model. */
import { connectivity, type FcKind } from '../connectivity/kinds.ts';
import { type DropRule, keptTimepoints } from '../connectivity/pseudo-fc.ts';
import type { Progress } from '../progress.ts';
import type { TimeSeries } from '../series/time-series.ts';
import { upperTriangles } from './features.ts';

export interface PseudoFcDraws {
  readonly rule: DropRule;
  /** Views a scan. */
  readonly draws: number;
  readonly seed: number;
  readonly fc: FcKind;
}

/**
 * The mean of each scan's pseudo-FC over its draws, as features. Draw k of a scan is view k of epoch 0 at its place in the
 * data set, so it depends on nothing else, and more draws begin with the same ones.
 *
 * @returns `[scans, rois (rois - 1) / 2]`, as {@link upperTriangles}
 * @throws InputError when the rule leaves too little of a scan
 */
export function pseudoFcFeatures(
  scans: number,
  rois: number,
  readSeries: (scan: number) => TimeSeries,
  { draws, ...drawn }: PseudoFcDraws,
  progress?: Progress,
): Float32Array {
  if (!Number.isInteger(draws) || draws < 1) throw new RangeError(`${draws} draws`);
  const view = new Float32Array(rois * rois);
  const meanOf = (scan: number): Float32Array => {
    const series = readSeries(scan);
    const sum = new Float64Array(rois * rois);
    for (let draw = 0; draw < draws; draw++) {
      drawView(series, scan, draw, drawn, view);
      for (let at = 0; at < sum.length; at++) sum[at] += view[at];
    }
    return Float32Array.from(sum, (value) => value / draws);
  };
  return upperTriangles(scans, rois, meanOf, progress);
}

/** One draw of each scan, as features: draw `draw` of those that {@link pseudoFcFeatures} averages. */
export function pseudoFcCopy(
  scans: number,
  rois: number,
  readSeries: (scan: number) => TimeSeries,
  { draw, ...drawn }: Omit<PseudoFcDraws, 'draws'> & { readonly draw: number },
  progress?: Progress,
): Float32Array {
  const view = new Float32Array(rois * rois);
  const copyOf = (scan: number): Float32Array => {
    drawView(readSeries(scan), scan, draw, drawn, view);
    return view;
  };
  return upperTriangles(scans, rois, copyOf, progress);
}

/** The connectivity of what one draw keeps of a scan, into `view`. */
function drawView(
  series: TimeSeries,
  scan: number,
  draw: number,
  { rule, seed, fc }: Omit<PseudoFcDraws, 'draws'>,
  view: Float32Array,
): void {
  const kept = keptTimepoints(rule, series.timepoints, { seed, epoch: 0, scan, view: draw });
  connectivity(fc, keptSeries(series, kept), view);
}

/** The time points kept, one after the other. */
function keptSeries({ values, timepoints, rois }: TimeSeries, kept: Uint8Array): TimeSeries {
  const rows: number[] = [];
  for (let t = 0; t < timepoints; t++) if (kept[t] === 1) rows.push(t);
  const out = new Float32Array(rows.length * rois);
  for (const [at, t] of rows.entries()) out.set(values.subarray(t * rois, (t + 1) * rois), at * rois);
  return { values: out, timepoints: rows.length, rois };
}
