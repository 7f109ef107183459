/** @file Means of symmetric positive definite matrices: arithmetic, log-Euclidean and geometric. */
import { kernelMatrix } from '../linear-algebra/kernel.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';

/**
 * - `geometric`: the point to which all matrices are nearest, in squares of the affine-invariant distance (Moakher,
 *   SIAM J Matrix Anal Appl 26:735-747, 2005); what nilearn takes. It does not depend on how ROIs are scaled or mixed.
 * - `log-euclidean`: exp of the mean of logs (Arsigny et al., Magn Reson Med 56:411-421, 2006); near the geometric mean
 *   where matrices are alike, at the price of one eigen-decomposition a matrix instead of one a step.
 * - `euclidean`: the plain mean.
 */
export const POSITIVE_DEFINITE_MEANS = ['geometric', 'log-euclidean', 'euclidean'] as const;
export type PositiveDefiniteMean = (typeof POSITIVE_DEFINITE_MEANS)[number];

/** Steps towards the geometric mean; four or five are usual. */
const MOST_STEPS = 50;
/**
 * The share of a step that is taken, after the first. Space is curved: a whole step goes too far by up to a half where
 * scans differ as brains do, and with eight tenths a step leaves a sixth of the error instead of a third.
 */
const SHARE = 0.8;

/**
 * The mean of `count` matrices.
 *
 * The geometric mean is found by steps from the arithmetic one (Pennec, Fillard, Ayache, Int J Comput Vis 66:41-66, 2006):
 * the mean of the logs seen from where it is, until this is shorter than `tolerance` times the root mean square length of
 * these logs, which is how far matrices are from it. (nilearn stops at a fixed length.)
 *
 * @param matrixAt matrix `index`, `[n, n]`; asked for once a step
 * @returns `[n, n]`
 * @throws RangeError when the mean, or a matrix seen from it, is not positive definite
 */
export function positiveDefiniteMean(
  kind: PositiveDefiniteMean,
  count: number,
  n: number,
  matrixAt: (index: number) => Float64Array,
  tolerance = 1e-3,
): Float64Array {
  switch (kind) {
    case 'euclidean':
      return meanOf(count, n, matrixAt);
    case 'log-euclidean':
      return symmetricFunction(
        meanOf(count, n, (index) => logOf(matrixAt(index), n)),
        n,
        Math.exp,
      );
    case 'geometric':
      return geometricMean(count, n, matrixAt, tolerance);
  }
}

function geometricMean(
  count: number,
  n: number,
  matrixAt: (index: number) => Float64Array,
  tolerance: number,
): Float64Array {
  let mean = meanOf(count, n, matrixAt);
  let share = 1;
  let last = Number.POSITIVE_INFINITY;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const from = inverseRoot(mean, n);
    let squares = 0;
    const step = meanOf(count, n, (index) => {
      const log = logOf(sandwich(from, matrixAt(index), n), n);
      squares += squaredLength(log);
      return log;
    });
    const length = Math.sqrt(squaredLength(step));
    if (length > last) share /= 2;
    last = length;
    const root = symmetricFunction(mean, n, Math.sqrt);
    mean = sandwich(
      root,
      symmetricFunction(step, n, (value) => Math.exp(share * value)),
      n,
    );
    if (length <= tolerance * Math.sqrt(squares / count)) break;
    if (steps === 0) share = SHARE;
  }
  return mean;
}

function squaredLength(matrix: Float64Array): number {
  let sum = 0;
  for (const value of matrix) sum += value * value;
  return sum;
}

/** The symmetric W with W M W = 1. @throws RangeError when M is not positive definite */
export function inverseRoot(matrix: Float64Array, n: number): Float64Array {
  return symmetricFunction(matrix, n, (value, smallest) => 1 / Math.sqrt(positive(value, smallest)));
}

/** The matrix logarithm. @throws RangeError when the matrix is not positive definite */
export function logOf(matrix: Float64Array, n: number): Float64Array {
  return symmetricFunction(matrix, n, (value, smallest) => Math.log(positive(value, smallest)));
}

/** W M W for symmetric W and M. */
export function sandwich(w: Float64Array, m: Float64Array, n: number): Float64Array {
  return timesTransposed(timesTransposed(w, m, n), w, n);
}

function positive(value: number, smallest: number): number {
  if (!(value > smallest)) throw new RangeError(`not positive definite: eigenvalue ${value}`);
  return value;
}

/**
 * The matrix with the same eigenvectors and each eigenvalue replaced by `change` of it, which is told too what is zero up
 * to rounding.
 */
function symmetricFunction(
  matrix: Float64Array,
  n: number,
  change: (value: number, smallest: number) => number,
): Float64Array {
  const { values, vectors } = symmetricEigen(matrix.slice(), n);
  const smallest = n * Number.EPSILON * values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const columns = new Float64Array(n * n);
  const scaled = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    const factor = change(values[k], smallest);
    for (let i = 0; i < n; i++) {
      columns[i * n + k] = vectors[k * n + i];
      scaled[i * n + k] = factor * vectors[k * n + i];
    }
  }
  return timesTransposed(scaled, columns, n);
}

function timesTransposed(a: Float64Array, b: Float64Array, n: number): Float64Array {
  return kernelMatrix({ kind: 'linear' }, { values: a, rows: n, columns: n }, { values: b, rows: n, columns: n });
}

function meanOf(count: number, n: number, matrixAt: (index: number) => Float64Array): Float64Array {
  const sum = new Float64Array(n * n);
  for (let index = 0; index < count; index++) {
    const matrix = matrixAt(index);
    for (let at = 0; at < sum.length; at++) sum[at] += matrix[at];
  }
  return sum.map((value) => value / count);
}
