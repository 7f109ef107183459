/** @file Functional connectivity: the Pearson correlation of every pair of ROIs. */
import type { TimeSeries } from '../series/time-series.ts';
import { type UnitNormSeries, unitNormSeries } from './unit-norm.ts';

/** ROIs per side of the block of dot products that are summed together: 16 sums still fit the registers. */
const BLOCK = 4;

/**
 * Pearson correlation of every pair of ROIs.
 *
 * @param series `[timepoints, rois]`
 * @param out receives the result; a new array by default
 * @returns `[rois, rois]`, exactly symmetric, within [-1, 1], diagonal exactly 1; row, column and diagonal of an ROI
 *   without signal (constant series) are 0
 * @throws InputError as {@link unitNormSeries}
 */
export function pearsonConnectivity(series: TimeSeries, out?: Float32Array): Float32Array {
  return correlate(unitNormSeries(series), out);
}

/** The correlation matrix of a scan that is already centred and scaled; see {@link pearsonConnectivity}. */
export function correlate({ values, hasSignal }: UnitNormSeries, out?: Float32Array): Float32Array {
  const rois = hasSignal.length;
  const timepoints = values.length / rois;
  const fc = out ?? new Float32Array(rois * rois);
  if (fc.length !== rois * rois) throw new RangeError(`out holds ${fc.length} numbers, expected ${rois}²`);
  const whole = rois - (rois % BLOCK);
  const sums = new Float64Array(BLOCK * BLOCK);
  for (let i = 0; i < whole; i += BLOCK)
    for (let j = i; j < whole; j += BLOCK) {
      dotBlock(values, i * timepoints, j * timepoints, timepoints, sums);
      for (let k = 0; k < BLOCK * BLOCK; k++) fc[(i + (k >> 2)) * rois + j + (k & 3)] = sums[k];
    }
  for (let j = whole; j < rois; j++)
    for (let i = 0; i <= j; i++) fc[i * rois + j] = dot(values, i * timepoints, j * timepoints, timepoints);
  finish(fc, hasSignal);
  return fc;
}

/** Copies the upper triangle to the lower, clamps rounding beyond ±1, and sets the diagonal. */
function finish(fc: Float32Array, hasSignal: Uint8Array): void {
  const rois = hasSignal.length;
  for (let i = 0; i < rois; i++) {
    fc[i * rois + i] = hasSignal[i];
    for (let j = i + 1; j < rois; j++) {
      const r = Math.max(-1, Math.min(1, fc[i * rois + j]));
      fc[i * rois + j] = r;
      fc[j * rois + i] = r;
    }
  }
}

function dot(x: Float64Array, a: number, b: number, length: number): number {
  let sum = 0;
  for (let t = 0; t < length; t++) sum += x[a + t] * x[b + t];
  return sum;
}

/** The 16 dot products of four consecutive rows from offset `a` with four from offset `b`, row-major into `out`. */
function dotBlock(x: Float64Array, a: number, b: number, length: number, out: Float64Array): void {
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s23 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  for (let t = 0; t < length; t++) {
    const b0 = x[b + t];
    const b1 = x[b + length + t];
    const b2 = x[b + 2 * length + t];
    const b3 = x[b + 3 * length + t];
    const a0 = x[a + t];
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    const a1 = x[a + length + t];
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
    const a2 = x[a + 2 * length + t];
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
    s23 += a2 * b3;
    const a3 = x[a + 3 * length + t];
    s30 += a3 * b0;
    s31 += a3 * b1;
    s32 += a3 * b2;
    s33 += a3 * b3;
  }
  out[0] = s00;
  out[1] = s01;
  out[2] = s02;
  out[3] = s03;
  out[4] = s10;
  out[5] = s11;
  out[6] = s12;
  out[7] = s13;
  out[8] = s20;
  out[9] = s21;
  out[10] = s22;
  out[11] = s23;
  out[12] = s30;
  out[13] = s31;
  out[14] = s32;
  out[15] = s33;
}
