/** @file Eigenvalues and eigenvectors of a symmetric matrix: Householder's reduction to three diagonals, then implicit QL. */

/** Sweeps that one eigenvalue may take; two or three are usual. */
const MOST_SWEEPS = 50;

/** A = Σ over k of values[k] x row k x its transpose. */
export interface SymmetricEigen {
  /** `[n]`, in no order. */
  readonly values: Float64Array;
  /** `[n, n]`: row k is the eigenvector of value k, of length 1; rows are orthogonal. */
  readonly vectors: Float64Array;
}

/**
 * All eigenvalues, in no order, in O(n³) with a small constant (256 x 256 takes tens of milliseconds). Golub, Van Loan,
 * Matrix Computations, 4th edition, sections 8.3.1 and 8.3.3.
 *
 * @param matrix symmetric, `[n, n]`; its lower triangle is read, and the matrix is overwritten
 * @throws RangeError when it does not converge: the matrix holds NaN or infinity
 */
export function symmetricEigenvalues(matrix: Float64Array, n: number): Float64Array {
  const { diagonal, below } = tridiagonalise(matrix, n);
  diagonalise(diagonal, below, undefined);
  return diagonal;
}

/**
 * All eigenvalues and eigenvectors, at about six times the operations of {@link symmetricEigenvalues}.
 *
 * @param matrix symmetric, `[n, n]`; its lower triangle is read, and the matrix is overwritten
 * @throws RangeError when it does not converge: the matrix holds NaN or infinity
 */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  const { diagonal, below } = tridiagonalise(matrix, n);
  const vectors = reflections(matrix, n);
  diagonalise(diagonal, below, vectors);
  return { values: diagonal, vectors };
}

/** Sweeps until the values below the diagonal are gone; `vectors` are turned along. */
function diagonalise(diagonal: Float64Array, below: Float64Array, vectors: Float64Array | undefined): void {
  const n = diagonal.length;
  for (let first = 0; first < n; first++) {
    for (let sweeps = 0; ; sweeps++) {
      let last = first;
      while (last < n - 1 && !negligible(below[last], diagonal[last], diagonal[last + 1])) last++;
      if (last === first) break;
      if (sweeps === MOST_SWEEPS) throw new RangeError('the eigenvalues do not converge');
      sweep(diagonal, below, first, last, vectors);
    }
  }
}

function negligible(below: number, left: number, right: number): boolean {
  return Math.abs(below) <= Number.EPSILON * (Math.abs(left) + Math.abs(right));
}

/** Reflects row after row, from the last one up, so that only the diagonal and the one below it are left. */
function tridiagonalise(a: Float64Array, n: number): { readonly diagonal: Float64Array; readonly below: Float64Array } {
  const below = new Float64Array(n);
  const product = new Float64Array(n);
  for (let row = n - 1; row > 0; row--) {
    const v = a.subarray(row * n, row * n + row);
    const norm = Math.hypot(...v);
    const pivot = v[row - 1] > 0 ? -norm : norm;
    below[row - 1] = norm === 0 ? 0 : pivot;
    if (norm === 0) continue;
    // The reflection I - v vᵀ / half that maps this row onto its last place.
    const half = norm * norm - v[row - 1] * pivot;
    v[row - 1] -= pivot;
    product.fill(0);
    for (let i = 0; i < row; i++) {
      let sum = a[i * n + i] * v[i];
      for (let j = 0; j < i; j++) {
        sum += a[i * n + j] * v[j];
        product[j] += a[i * n + j] * v[i];
      }
      product[i] += sum;
    }
    let along = 0;
    for (let i = 0; i < row; i++) {
      product[i] /= half;
      along += product[i] * v[i];
    }
    const shift = along / (2 * half);
    for (let i = 0; i < row; i++) product[i] -= shift * v[i];
    for (let i = 0; i < row; i++) for (let j = 0; j <= i; j++) a[i * n + j] -= v[i] * product[j] + product[i] * v[j];
  }
  return { diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]), below };
}

/**
 * The product of the reflections that {@link tridiagonalise} left in the rows below the diagonal, first to last: row k is
 * the k-th vector of the basis in which the matrix has three diagonals. A reflection of `row` places meets `row` rows.
 */
function reflections(reduced: Float64Array, n: number): Float64Array {
  const basis = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    basis[row * n + row] = 1;
    const v = reduced.subarray(row * n, row * n + row);
    let half = 0;
    for (let j = 0; j < row; j++) half += (v[j] * v[j]) / 2;
    if (half === 0) continue;
    for (let i = 0; i < row; i++) {
      const at = i * n;
      let along = 0;
      for (let j = 0; j < row; j++) along += basis[at + j] * v[j];
      along /= half;
      for (let j = 0; j < row; j++) basis[at + j] -= along * v[j];
    }
  }
  return basis;
}

/** Turns rows `upper` and the next one in their plane. */
function turnRows(vectors: Float64Array, n: number, upper: number, sine: number, cosine: number): void {
  const [a, b] = [upper * n, (upper + 1) * n];
  for (let j = 0; j < n; j++) {
    const [x, y] = [vectors[a + j], vectors[b + j]];
    vectors[b + j] = sine * x + cosine * y;
    vectors[a + j] = cosine * x - sine * y;
  }
}

/** One implicit QL sweep with Wilkinson's shift over the block from `first` to `last`. */
function sweep(
  diagonal: Float64Array,
  below: Float64Array,
  first: number,
  last: number,
  vectors: Float64Array | undefined,
): void {
  const slope = (diagonal[first + 1] - diagonal[first]) / (2 * below[first]);
  const root = Math.hypot(slope, 1);
  let g = diagonal[last] - diagonal[first] + below[first] / (slope + (slope < 0 ? -root : root));
  let [sine, cosine, p] = [1, 1, 0];
  for (let i = last - 1; i >= first; i--) {
    const f = sine * below[i];
    const b = cosine * below[i];
    const r = Math.hypot(f, g);
    below[i + 1] = r;
    if (r === 0) {
      // The matrix falls apart here by itself.
      diagonal[i + 1] -= p;
      below[last] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = diagonal[i + 1] - p;
    const turn = (diagonal[i] - g) * sine + 2 * cosine * b;
    p = sine * turn;
    diagonal[i + 1] = g + p;
    g = cosine * turn - b;
    if (vectors !== undefined) turnRows(vectors, diagonal.length, i, sine, cosine);
  }
  diagonal[first] -= p;
  below[first] = g;
  below[last] = 0;
}
