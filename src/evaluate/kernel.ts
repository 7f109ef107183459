/** @file Kernel matrices between standardised rows: linear and radial basis function (RBF). */

/** `[rows, columns]` in float64, row-major. */
export interface Matrix {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

export type Kernel = { readonly kind: 'linear' } | { readonly kind: 'rbf'; readonly gamma: number };

/** scikit-learn's gamma='scale': 1 / (columns x population variance over all entries); 1 when nothing varies. */
export function scaleGamma({ values, columns }: Matrix): number {
  let mean = 0;
  for (const value of values) mean += value;
  mean /= values.length;
  let variance = 0;
  for (const value of values) variance += (value - mean) ** 2;
  variance /= values.length;
  return variance === 0 ? 1 : 1 / (columns * variance);
}

/** Kernel values `[a.rows, b.rows]`. Pass the same object twice for the symmetric matrix at half the work. */
export function kernelMatrix(kernel: Kernel, a: Matrix, b: Matrix): Float64Array {
  return kernelOfProducts(kernel, innerProducts(a, b), a, b);
}

/** {@link kernelMatrix} from inner products that are there already (the linear kernel), left as they are. */
export function kernelOfProducts(kernel: Kernel, products: Float64Array, a: Matrix, b: Matrix): Float64Array {
  switch (kernel.kind) {
    case 'linear':
      return products;
    case 'rbf': {
      const aNorms = squaredNorms(a);
      const bNorms = a === b ? aNorms : squaredNorms(b);
      const out = new Float64Array(products.length);
      for (let i = 0, at = 0; i < a.rows; i++)
        for (let j = 0; j < b.rows; j++, at++)
          out[at] = Math.exp(-kernel.gamma * Math.max(0, aNorms[i] + bNorms[j] - 2 * products[at]));
      return out;
    }
  }
}

function squaredNorms({ values, rows, columns }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let sum = 0;
    for (let k = i * columns; k < (i + 1) * columns; k++) sum += values[k] * values[k];
    return sum;
  });
}

/**
 * a times b transposed, `[a.rows, b.rows]`. Two rows against four at a time: eight running sums stay in registers and
 * each value loaded is used two or four times. At the edge the last row is taken again, which writes the same number.
 */
function innerProducts(a: Matrix, b: Matrix): Float64Array {
  const symmetric = a === b;
  const n = a.rows;
  const m = b.rows;
  const p = a.columns;
  const x = a.values;
  const y = b.values;
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i += 2) {
    const i0 = i;
    const i1 = Math.min(i + 1, n - 1);
    for (let j = 0; j < (symmetric ? i1 + 1 : m); j += 4) {
      const j0 = j;
      const j1 = Math.min(j + 1, m - 1);
      const j2 = Math.min(j + 2, m - 1);
      const j3 = Math.min(j + 3, m - 1);
      const x0 = i0 * p;
      const x1 = i1 * p;
      const y0 = j0 * p;
      const y1 = j1 * p;
      const y2 = j2 * p;
      const y3 = j3 * p;
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      for (let k = 0; k < p; k++) {
        const u = x[x0 + k];
        const v = x[x1 + k];
        const b0 = y[y0 + k];
        const b1 = y[y1 + k];
        const b2 = y[y2 + k];
        const b3 = y[y3 + k];
        s00 += u * b0;
        s01 += u * b1;
        s02 += u * b2;
        s03 += u * b3;
        s10 += v * b0;
        s11 += v * b1;
        s12 += v * b2;
        s13 += v * b3;
      }
      out[i0 * m + j0] = s00;
      out[i0 * m + j1] = s01;
      out[i0 * m + j2] = s02;
      out[i0 * m + j3] = s03;
      out[i1 * m + j0] = s10;
      out[i1 * m + j1] = s11;
      out[i1 * m + j2] = s12;
      out[i1 * m + j3] = s13;
    }
  }
  if (symmetric) for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[j * n + i] = out[i * n + j];
  return out;
}
