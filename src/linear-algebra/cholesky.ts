/** @file Cholesky factor of a symmetric positive definite matrix, and what is solved with it. */

/**
 * The lower triangular L with L Lᵀ = `matrix`, zeros above the diagonal.
 *
 * Four columns at a time: their running sums stay in registers while a row of L is read once. Each sum still runs from
 * the first column to the last, so that the blocking changes no bit.
 *
 * @param matrix `[size, size]`, symmetric; only its lower triangle is read
 * @throws RangeError when it is not positive definite
 */
export function choleskyFactor(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  const rest = new Float64Array(4);
  for (let block = 0; block < size; block += 4) {
    const width = Math.min(4, size - block);
    // Where the last block is narrow its last column is taken again, and not written.
    const [c0, c1, c2, c3] = [0, 1, 2, 3].map((column) => (block + Math.min(column, width - 1)) * size);
    for (let i = block; i < size; i++) {
      const row = i * size;
      let s0 = matrix[row + block];
      let s1 = matrix[row + block + Math.min(1, width - 1)];
      let s2 = matrix[row + block + Math.min(2, width - 1)];
      let s3 = matrix[row + block + width - 1];
      for (let k = 0; k < block; k++) {
        const value = lower[row + k];
        s0 -= value * lower[c0 + k];
        s1 -= value * lower[c1 + k];
        s2 -= value * lower[c2 + k];
        s3 -= value * lower[c3 + k];
      }
      rest[0] = s0;
      rest[1] = s1;
      rest[2] = s2;
      rest[3] = s3;
      for (let column = 0; column < width && block + column <= i; column++) {
        const j = block + column;
        let sum = rest[column];
        for (let k = block; k < j; k++) sum -= lower[row + k] * lower[j * size + k];
        if (i === j && !(sum > 0)) throw new RangeError(`not positive definite at ${i}`);
        lower[row + j] = i === j ? Math.sqrt(sum) : sum / lower[j * size + j];
      }
    }
  }
  return lower;
}

/**
 * x with L Lᵀ x = `right`.
 *
 * @param lower a factor as {@link choleskyFactor} makes it
 * @param right `[size]`, left as it is
 */
export function choleskySolve(lower: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const x = right.slice();
  for (let i = 0; i < size; i++) {
    let sum = x[i];
    for (let k = 0; k < i; k++) sum -= lower[i * size + k] * x[k];
    x[i] = sum / lower[i * size + i];
  }
  for (let i = size - 1; i >= 0; i--) {
    const value = x[i] / lower[i * size + i];
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] -= lower[i * size + k] * value;
  }
  return x;
}

/** The inverse of L, transposed: row i is column i of the inverse, zero left of i. `[size, size]`. */
export function inverseFactorColumns(lower: Float64Array, size: number): Float64Array {
  const columns = new Float64Array(size * size);
  for (let block = 0; block < size; block += 4) {
    const width = Math.min(4, size - block);
    const [c0, c1, c2, c3] = [0, 1, 2, 3].map((column) => (block + Math.min(column, width - 1)) * size);
    for (let i = block; i < size; i++) {
      const row = i * size;
      let s0 = i === block ? 1 : 0;
      let s1 = i === block + 1 ? 1 : 0;
      let s2 = i === block + 2 ? 1 : 0;
      let s3 = i === block + 3 ? 1 : 0;
      for (let k = block; k < i; k++) {
        const value = lower[row + k];
        s0 -= value * columns[c0 + k];
        s1 -= value * columns[c1 + k];
        s2 -= value * columns[c2 + k];
        s3 -= value * columns[c3 + k];
      }
      const pivot = lower[row + i];
      // From the last column down: where columns coincide the true one is written last.
      columns[c3 + i] = s3 / pivot;
      columns[c2 + i] = s2 / pivot;
      columns[c1 + i] = s1 / pivot;
      columns[c0 + i] = s0 / pivot;
    }
  }
  return columns;
}
