/** @file Principal components of features, learnt from the training rows, as scikit-learn's PCA. */
import { InputError } from '../errors/input-error.ts';
import { kernelMatrix, type Matrix } from '../linear-algebra/kernel.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';
import { columnMeans, type Table, tableRows } from './table-rows.ts';

/** So many components, or as few as hold this share (0 to 1) of the training rows' variance. */
export type ComponentCount = { readonly components: number } | { readonly variance: number };

export interface PrincipalComponents {
  /** Of the training rows, `[columns]`. */
  readonly mean: Float64Array;
  /** `[components, columns]`: unit vectors, the largest variance first, the largest entry of each positive. */
  readonly axes: Matrix;
  /** Variance of the training rows along each axis, over n - 1. */
  readonly variances: Float64Array;
  /** The same as shares of the total variance. */
  readonly shares: Float64Array;
}

/**
 * Learns the components. Rows are fewer than features, so the axes come from the rows x rows products: with u an
 * eigenvector of X Xᵀ of value λ, Xᵀ u / √λ is an axis.
 *
 * There are at most as many components as the training rows have directions (n - 1, or the columns if these are fewer):
 * who asks for more gets these.
 *
 * @param rows the training rows; test rows never get here
 * @throws InputError when there are fewer than two rows, or no feature varies
 */
export function fitPrincipalComponents(
  table: Table,
  rows: readonly number[],
  count: ComponentCount,
): PrincipalComponents {
  requirePossible(count);
  const x = tableRows(table, rows);
  const mean = columnMeans(x);
  centre(x, mean);
  const { values, vectors } = symmetricEigen(kernelMatrix({ kind: 'linear' }, x, x), x.rows);
  const order = [...values.keys()].sort((a, b) => values[b] - values[a]);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  // What is smaller is rounding, of the products and of the mean.
  const largest = Math.max(0, values[order[0]] ?? 0);
  const rounding =
    x.rows * Number.EPSILON * (largest + x.rows * mean.reduce((sum, m) => sum + m * m, 0) * Number.EPSILON);
  const real = order.filter((k) => values[k] > rounding).slice(0, x.rows - 1);
  if (real.length === 0)
    throw new InputError({
      where: 'principal components',
      problem: 'the training rows do not differ',
      expected: 'two or more that do',
      found: `${x.rows} rows`,
      fix: 'add scans to train on',
    });
  const kept = real.slice(
    0,
    componentsOf(
      count,
      Float64Array.from(real, (k) => values[k] / total),
    ),
  );
  const weights = Float64Array.from({ length: kept.length * x.rows }, (_, at) => {
    const k = kept[Math.floor(at / x.rows)];
    return vectors[k * x.rows + (at % x.rows)];
  });
  const axes = kernelMatrix({ kind: 'linear' }, { values: weights, rows: kept.length, columns: x.rows }, transposed(x));
  for (let at = 0; at < axes.length; at += x.columns) makeUnit(axes.subarray(at, at + x.columns));
  return {
    mean,
    axes: { values: axes, rows: kept.length, columns: x.columns },
    variances: Float64Array.from(kept, (k) => values[k] / (x.rows - 1)),
    shares: Float64Array.from(kept, (k) => values[k] / total),
  };
}

/** Coordinates of `rows` along the axes: `[rows.length, components]`. */
export function alongComponents({ mean, axes }: PrincipalComponents, table: Table, rows: readonly number[]): Matrix {
  const x = tableRows(table, rows);
  centre(x, mean);
  return { values: kernelMatrix({ kind: 'linear' }, x, axes), rows: x.rows, columns: axes.rows };
}

function requirePossible(count: ComponentCount): void {
  const possible =
    'components' in count
      ? Number.isInteger(count.components) && count.components >= 1
      : count.variance > 0 && count.variance <= 1;
  if (possible) return;
  throw new InputError({
    where: 'principal components',
    problem: 'this many cannot be kept',
    expected: 'components: 1 or more, or a share of the variance above 0 and at most 1',
    found: String('components' in count ? count.components : count.variance),
  });
}

function componentsOf(count: ComponentCount, shares: Float64Array): number {
  if ('components' in count) return count.components;
  let sum = 0;
  const enough = shares.findIndex((share) => {
    sum += share;
    return sum >= count.variance;
  });
  return enough === -1 ? shares.length : enough + 1;
}

/** Scales to length 1, the largest entry positive. By its own length, not √λ: that is exact for small λ too. */
function makeUnit(axis: Float64Array): void {
  let squares = 0;
  let largest = 0;
  for (const value of axis) {
    squares += value * value;
    if (Math.abs(value) > Math.abs(largest)) largest = value;
  }
  const scale = (largest < 0 ? -1 : 1) / Math.sqrt(squares);
  for (let j = 0; j < axis.length; j++) axis[j] *= scale;
}

function transposed({ values, rows, columns }: Matrix): Matrix {
  const out = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j];
  return { values: out, rows: columns, columns: rows };
}

function centre({ values, columns }: Matrix, mean: Float64Array): void {
  for (let at = 0; at < values.length; at++) values[at] -= mean[at % columns];
}
