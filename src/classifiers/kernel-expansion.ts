/** @file What a fitted kernel machine is: a coefficient for each training row and an intercept. */

/** value(x) = sum over training rows of coefficient x kernel(x, row), plus the intercept. */
export interface KernelExpansion {
  /** `[training rows]` */
  readonly coefficients: Float64Array;
  readonly intercept: number;
}

/**
 * Values of an expansion, one a row: of a classifier its decisions, of a regressor its predictions.
 *
 * @param kernel `[rows, training rows]`: new rows against the training rows
 */
export function expansionValues({ coefficients, intercept }: KernelExpansion, kernel: Float64Array): Float64Array {
  const n = coefficients.length;
  return Float64Array.from({ length: kernel.length / n }, (_, row) => {
    let sum = intercept;
    for (let j = 0; j < n; j++) sum += coefficients[j] * kernel[row * n + j];
    return sum;
  });
}

/** Rows and columns of a kernel matrix: `[rows.length, columns.length]`. */
export function subKernel(
  kernel: Float64Array,
  n: number,
  rows: readonly number[],
  columns: readonly number[],
): Float64Array {
  const part = new Float64Array(rows.length * columns.length);
  let at = 0;
  for (const i of rows) for (const j of columns) part[at++] = kernel[i * n + j];
  return part;
}
