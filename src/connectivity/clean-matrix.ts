/**
 * @file A connectivity matrix that somebody else computed, checked, and brought to the form of our own: correlations,
 * exactly symmetric, diagonal 1, rows of zeros for ROIs without signal.
 */
import { InputError } from '../errors/input-error.ts';

/** What rounding to a few decimals, or averaging in another order, may leave. */
const TOLERANCE = 1e-4;

export interface CleanOptions {
  readonly rois: number;
  /** The values are Fisher's z = artanh(r) (Fisher, Biometrika 10:507-521, 1915), to be turned back. */
  readonly fisherZ: boolean;
  /** The file or scan, for errors. */
  readonly where: string;
}

/** What the diagonal held. `zero`, `undefined` and `infinite` are habits of tools; the correlation of an ROI with itself is 1. */
export type Diagonal = 'one' | 'zero' | 'undefined' | 'infinite';

export interface CleanMatrix {
  /** `[rois, rois]` */
  readonly values: Float32Array;
  /** ROIs without signal (from 0, ascending): zero or NaN with all others. Their row, column and diagonal are 0. */
  readonly missing: readonly number[];
  /** Of the other ROIs. */
  readonly diagonals: ReadonlySet<Diagonal>;
}

/**
 * Checks a matrix and brings it to form.
 *
 * @param values `[rois, rois]`, row-major
 * @throws InputError naming row and column: not symmetric, beyond 1, not finite in single places, another diagonal; and
 *   for a matrix that is zero off its diagonal
 */
export function cleanConnectivity(values: ArrayLike<number>, options: CleanOptions): CleanMatrix {
  const { rois, where } = options;
  const missing = silentRois(values, rois);
  if (missing.length >= rois - 1)
    throw new InputError({
      where,
      problem: 'the matrix holds no connectivity: off its diagonal every value is 0 or missing',
      fix: 'leave the scan out',
    });
  const clean = new Float32Array(rois * rois);
  const diagonals = new Set<Diagonal>();
  const silent = new Set(missing);
  for (let i = 0; i < rois; i++) {
    if (silent.has(i)) continue;
    diagonals.add(diagonalAt(values, i, options));
    clean[i * (rois + 1)] = 1;
    for (let j = i + 1; j < rois; j++) {
      if (silent.has(j)) continue;
      const r = pairAt(values, i, j, options);
      clean[i * rois + j] = r;
      clean[j * rois + i] = r;
    }
  }
  return { values: clean, missing, diagonals };
}

/** ROIs that are zero or NaN with all others. An ROI that is so with all but the silent ones is silent as well. */
function silentRois(values: ArrayLike<number>, rois: number): number[] {
  const silent: number[] = [];
  for (let i = 0; i < rois; i++) {
    let signal = false;
    for (let j = 0; j < rois && !signal; j++)
      signal = i !== j && (isSignal(values[i * rois + j]) || isSignal(values[j * rois + i]));
    if (!signal) silent.push(i);
  }
  return silent;
}

function isSignal(value: number): boolean {
  return value !== 0 && !Number.isNaN(value);
}

function diagonalAt(values: ArrayLike<number>, i: number, { rois, fisherZ, where }: CleanOptions): Diagonal {
  const value = values[i * (rois + 1)];
  if (value === 0) return 'zero';
  if (Number.isNaN(value)) return 'undefined';
  if (value === Number.POSITIVE_INFINITY) return 'infinite';
  if (Math.abs(value - 1) <= TOLERANCE) return 'one';
  // artanh of 1 - 2^-53, or of what a tool puts in the place of 1, is 3 to 19.
  if (fisherZ && value > 2) return 'infinite';
  throw new InputError({
    where: `${where}, ROI ${i + 1}`,
    problem: 'the diagonal is not that of correlations',
    expected: '1 (or 0, NaN or inf)',
    found: `${value}`,
    fix: 'save correlations, not covariances',
  });
}

/** The correlation of two ROIs. */
function pairAt(values: ArrayLike<number>, i: number, j: number, { rois, fisherZ, where }: CleanOptions): number {
  const [a, b] = [values[i * rois + j], values[j * rois + i]];
  const [x, y] = fisherZ ? [Math.tanh(a), Math.tanh(b)] : [a, b];
  const at = (row: number, column: number) => `${where}, row ${row + 1}, column ${column + 1}`;
  if (Number.isNaN(x) || Number.isNaN(y))
    throw new InputError({
      where: Number.isNaN(x) ? at(i, j) : at(j, i),
      problem: 'a single value is missing (NaN)',
      expected: 'numbers, or an ROI that is NaN throughout',
      fix: 'compute the matrix again, or leave the scan out',
    });
  // Before symmetry: of two infinite values the difference is NaN.
  const beyond = Math.abs(x) > 1 + TOLERANCE ? i * rois + j : j * rois + i;
  if (Math.max(Math.abs(x), Math.abs(y)) > 1 + TOLERANCE)
    throw new InputError({
      where: at(Math.floor(beyond / rois), beyond % rois),
      problem: 'the value is no correlation',
      expected: '-1 to 1',
      found: `${values[beyond]}`,
      fix: "pass --fisher-z if these are Fisher's z, or save correlations",
    });
  if (Math.abs(x - y) > TOLERANCE)
    throw new InputError({
      where: at(i, j),
      problem: 'the matrix is not symmetric',
      expected: `${b}, as in row ${j + 1}, column ${i + 1}`,
      found: `${a}`,
      fix: b === 0 || a === 0 ? 'save both halves of the matrix' : 'save undirected connectivity',
    });
  return Math.max(-1, Math.min(1, (x + y) / 2));
}
