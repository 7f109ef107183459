/** @file Cholesky factor: turns independent draws into correlated ones. */

/**
 * The lower triangular L with L Lᵀ = `matrix`.
 *
 * @param matrix `[size, size]`, symmetric
 * @throws RangeError when it is not positive definite
 */
export function choleskyFactor(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j];
      for (let k = 0; k < j; k++) rest -= lower[i * size + k] * lower[j * size + k];
      if (i === j && !(rest > 0)) throw new RangeError(`not positive definite at ${i}`);
      lower[i * size + j] = i === j ? Math.sqrt(rest) : rest / lower[j * size + j];
    }
  return lower;
}
