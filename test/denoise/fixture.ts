/** @file Numbers of NumPy and SciPy, written by fixtures/make-denoise-fixtures.py. */
import { readFileSync } from 'node:fs';
import type { BandPass } from '../../src/denoise/butterworth.ts';
import type { Interpolation } from '../../src/denoise/interpolate.ts';

type Edges = [number | null, number | null];

interface Fixture {
  tr: number;
  /** `[volumes][rois]`. */
  series: number[][];
  /** `[confounds][volumes]`. */
  confounds: number[][];
  cases: {
    name: string;
    confounds: boolean;
    band: Edges | null;
    kept: number[] | null;
    detrend: boolean;
    interpolation: Interpolation;
    z: boolean;
    expected: number[][];
  }[];
  designs: { band: Edges; tr: number; impulse: number[]; step: number[] }[];
  splines: { kept: number[]; values: number[]; cubic: number[]; linear: number[] };
  dvars: number[];
}

export const fixture = JSON.parse(readFileSync(new URL('fixtures/denoise.json', import.meta.url), 'utf8')) as Fixture;

export const bandOf = ([low, high]: Edges): BandPass => [low ?? undefined, high ?? undefined];

/** The largest difference, in units of the largest expected value. */
export function relativeDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, scale] = [found.length === expected.length ? 0 : Number.POSITIVE_INFINITY, 0];
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]));
    // Not Math.max: NaN is different from everything.
    if (!(Math.abs(found[i] - expected[i]) <= difference)) difference = Math.abs(found[i] - expected[i]);
  }
  return difference / scale;
}
