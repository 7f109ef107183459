/** @file Least squares of many targets on few columns, also where columns depend on each other. */
import { symmetricEigen } from './symmetric-eigen.ts';

/** Columns of length 1 whose products have an eigenvalue below this share of the largest depend on each other. */
const DEPENDENT = 1e-10;

/** What a design can tell apart. */
interface Solver {
  /** Pseudo-inverse of designᵀ design, `[columns, columns]`. */
  readonly inverse: Float64Array;
  /** How many columns are independent. */
  readonly rank: number;
}

/**
 * Coefficients with the least squares of `targets - design x coefficients`. Where columns depend on each other, of all
 * solutions the one whose coefficients, in units of their column's length, are smallest: what is fitted is the same for all.
 *
 * @param design `[rows, columns]`, few columns
 * @param targets `[rows, width]`
 * @returns coefficients `[columns, width]`, and how many columns are independent
 */
export function leastSquares(
  design: Float64Array,
  columns: number,
  targets: Float64Array,
  width: number,
): { readonly coefficients: Float64Array; readonly rank: number } {
  const coefficients = new Float64Array(columns * width);
  if (columns === 0) return { coefficients, rank: 0 };
  const rows = design.length / columns;
  const products = new Float64Array(columns * width);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < columns; k++) {
      const value = design[i * columns + k];
      if (value === 0) continue;
      for (let j = 0; j < width; j++) products[k * width + j] += value * targets[i * width + j];
    }
  const { inverse, rank } = solverOf(design, columns);
  for (let k = 0; k < columns; k++)
    for (let l = 0; l < columns; l++) {
      const value = inverse[k * columns + l];
      for (let j = 0; j < width; j++) coefficients[k * width + j] += value * products[l * width + j];
    }
  return { coefficients, rank };
}

function solverOf(design: Float64Array, columns: number): Solver {
  const gram = new Float64Array(columns * columns);
  for (let row = 0; row < design.length; row += columns)
    for (let k = 0; k < columns; k++)
      for (let l = 0; l <= k; l++) gram[k * columns + l] += design[row + k] * design[row + l];
  const length = Float64Array.from({ length: columns }, (_, k) => Math.sqrt(gram[k * columns + k]) || 1);
  for (let k = 0; k < columns; k++) for (let l = 0; l <= k; l++) gram[k * columns + l] /= length[k] * length[l];
  const { values, vectors } = symmetricEigen(gram, columns);
  const least = DEPENDENT * Math.max(...values);
  const inverse = new Float64Array(columns * columns);
  let rank = 0;
  for (const [at, value] of values.entries()) {
    if (!(value > least)) continue;
    rank++;
    const vector = vectors.subarray(at * columns, (at + 1) * columns);
    for (let k = 0; k < columns; k++)
      for (let l = 0; l < columns; l++)
        inverse[k * columns + l] += (vector[k] * vector[l]) / (value * length[k] * length[l]);
  }
  return { inverse, rank };
}
