/**
 * @file Tangent-space connectivity: what each scan's covariance is, seen from the mean of the training scans.
 *
 * Varoquaux et al., "Detection of brain functional-connectivity difference in post-stroke patients using group-level
 * covariance modeling", MICCAI 2010; Ng et al., "Transport on Riemannian manifold for functional connectivity-based
 * classification", MICCAI 2014. With G the mean and C a scan: log(G^-1/2 C G^-1/2), as nilearn's
 * `ConnectivityMeasure(kind='tangent')`.
 */
import { InputError } from '../errors/input-error.ts';
import type { Matrix } from '../linear-algebra/kernel.ts';
import type { Progress } from '../progress.ts';
import {
  inverseRoot,
  logOf,
  type PositiveDefiniteMean,
  positiveDefiniteMean,
  sandwich,
} from './positive-definite-mean.ts';

/** Shrunk covariances of scans of z-scored series, that is `ledoit-wolf` connectivity. */
export interface Covariances {
  /** `[scans, rois, rois]`, symmetric. */
  readonly values: Float32Array;
  readonly scans: number;
  readonly rois: number;
}

/** What was learnt from the training scans. */
export interface TangentSpace {
  readonly rois: number;
  /** G^-1/2, `[rois, rois]`. */
  readonly whitening: Float64Array;
}

export interface TangentOptions {
  /** What G is; `geometric` by default. */
  readonly mean?: PositiveDefiniteMean;
  /** Where the geometric mean stops: length of its step beside that of the scans' vectors; 1e-3 by default. */
  readonly tolerance?: number;
}

/**
 * Collects the covariances. An ROI without signal, zero in connectivity, becomes one of variance 1 that is correlated with
 * nothing: there must be no zero variance, and this one has log 0.
 *
 * @param connectivityOf `ledoit-wolf` connectivity of a scan, `[rois, rois]`
 * @throws InputError when a value is not finite
 */
export function covariancesOf(
  scans: number,
  rois: number,
  connectivityOf: (scan: number) => Float32Array,
  progress?: Progress,
): Covariances {
  const values = new Float32Array(scans * rois * rois);
  for (let scan = 0; scan < scans; scan++) {
    const own = values.subarray(scan * rois * rois, (scan + 1) * rois * rois);
    own.set(connectivityOf(scan));
    if (!own.every(Number.isFinite))
      throw new InputError({
        where: `covariances, scan ${scan + 1}`,
        problem: 'a value is not a finite number',
        fix: 'check the series of this scan',
      });
    for (let i = 0; i < rois; i++) if (own[i * (rois + 1)] === 0) own[i * (rois + 1)] = 1;
    progress?.(scan + 1, scans);
  }
  return { values, scans, rois };
}

/**
 * Learns the mean of the training scans. Test scans never get here.
 *
 * @param rows the training scans
 * @throws InputError when a covariance is not positive definite
 */
export function fitTangentSpace(
  covariances: Covariances,
  rows: readonly number[],
  { mean = 'geometric', tolerance }: TangentOptions = {},
): TangentSpace {
  const { rois } = covariances;
  let scan = 0;
  const whitening = orNameScan(
    () => scan,
    () => {
      const matrixAt = (index: number) => {
        scan = rows[index];
        return covarianceOf(covariances, scan);
      };
      return inverseRoot(positiveDefiniteMean(mean, rows.length, rois, matrixAt, tolerance), rois);
    },
  );
  return { rois, whitening };
}

/**
 * Tangent vectors of scans: the upper triangle with its diagonal, row by row, entries off the diagonal times √2, so that
 * products of vectors are those of the matrices.
 *
 * @param rows any scans
 * @returns `[rows.length, rois (rois + 1) / 2]`
 * @throws InputError when a covariance is not positive definite
 */
export function tangentVectors(
  { rois, whitening }: TangentSpace,
  covariances: Covariances,
  rows: readonly number[],
  progress?: Progress,
): Matrix {
  const columns = (rois * (rois + 1)) / 2;
  const values = new Float64Array(rows.length * columns);
  let next = 0;
  for (const [done, scan] of rows.entries()) {
    const seen = sandwich(whitening, covarianceOf(covariances, scan), rois);
    const tangent = orNameScan(
      () => scan,
      () => logOf(seen, rois),
    );
    for (let i = 0; i < rois; i++)
      for (let j = i; j < rois; j++)
        values[next++] = i === j ? tangent[i * rois + j] : Math.SQRT2 * tangent[i * rois + j];
    progress?.(done + 1, rows.length);
  }
  return { values, rows: rows.length, columns };
}

function covarianceOf({ values, rois }: Covariances, scan: number): Float64Array {
  return new Float64Array(values.subarray(scan * rois * rois, (scan + 1) * rois * rois));
}

/** Linear algebra says RangeError to a matrix that is not positive definite; here it is a scan that the user knows. */
function orNameScan(scan: () => number, compute: () => Float64Array): Float64Array {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError(
      {
        where: `tangent space, scan ${scan() + 1}`,
        problem: 'the covariance is not positive definite',
        expected: 'more time points than ROIs, or shrinkage',
        fix: 'take ledoit-wolf connectivity, or leave the scan out',
      },
      { cause: error },
    );
  }
}
