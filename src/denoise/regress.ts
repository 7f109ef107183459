/** @file Regressors taken out of series: least squares by an orthogonal basis, with columns that depend on others left out. */

/** A column of which less than this share is new, given those before it, holds only the rounding of its file. */
const DEPENDENT = 1e-9;

export interface Regression {
  /** How many columns were independent. */
  readonly rank: number;
  /** Indices of the columns left out because others say the same, ascending. */
  readonly dependent: readonly number[];
}

/**
 * Subtracts from every series what the regressors explain of it. Regressors are centred, so that each series keeps its
 * mean: the regression has an intercept. Afterwards every series is at right angles on every regressor.
 *
 * @param values `[rows, columns]`, row-major; changed in place
 * @param regressors one Float64Array of `rows` values each; not changed
 */
export function regressOut(values: Float64Array, columns: number, regressors: readonly Float64Array[]): Regression {
  const rows = values.length / columns;
  const { basis, dependent } = orthonormalBasis(regressors, rows);
  const along = new Float64Array(columns);
  for (const direction of basis) {
    along.fill(0);
    for (let i = 0; i < rows; i++)
      for (let j = 0, at = i * columns; j < columns; j++, at++) along[j] += direction[i] * values[at];
    for (let i = 0; i < rows; i++)
      for (let j = 0, at = i * columns; j < columns; j++, at++) values[at] -= direction[i] * along[j];
  }
  return { rank: basis.length, dependent };
}

/**
 * Orthonormal directions that span the centred columns: QR with column pivoting, by Gram-Schmidt done twice
 * (Daniel et al. 1976, Math. Comp. 30).
 */
function orthonormalBasis(
  columns: readonly Float64Array[],
  rows: number,
): { readonly basis: readonly Float64Array[]; readonly dependent: readonly number[] } {
  const left = columns.map((column, index) => ({ index, column: unitCentred(column) }));
  const basis: Float64Array[] = [];
  while (left.length > 0 && basis.length < rows) {
    let longest = 0;
    let best = -1;
    for (const [at, { column }] of left.entries()) {
      const length = dot(column, column);
      if (length > longest) [longest, best] = [length, at];
    }
    if (best < 0 || Math.sqrt(longest) < DEPENDENT) break;
    const [{ column: direction }] = left.splice(best, 1);
    for (const earlier of basis) subtract(direction, earlier);
    // Not the length from before: what the second pass took away counts.
    const length = Math.sqrt(dot(direction, direction));
    for (let i = 0; i < rows; i++) direction[i] /= length;
    basis.push(direction);
    for (const { column } of left) subtract(column, direction);
  }
  return { basis, dependent: left.map(({ index }) => index).sort((a, b) => a - b) };
}

/** Mean 0 and length 1; zeros of a constant. */
function unitCentred(column: Float64Array): Float64Array {
  const largest = column.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // Scaled first: squares of the largest numbers overflow.
  const scaled = column.map((value) => value / (largest || 1));
  const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
  const centred = scaled.map((value) => value - mean);
  const length = Math.sqrt(dot(centred, centred));
  return length <= Number.EPSILON * 100 ? centred.fill(0) : centred.map((value) => value / length);
}

/** column -= direction (direction · column). */
function subtract(column: Float64Array, direction: Float64Array): void {
  const along = dot(column, direction);
  for (let i = 0; i < column.length; i++) column[i] -= along * direction[i];
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
