/** @file Kernel matrices between standardised rows: linear and radial basis function (RBF). */
import { rowProducts } from './row-products.ts';

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
  const products = rowProducts(a.values, b.values, { rows: a.rows, columns: b.rows, length: a.columns });
  return kernelOfProducts(kernel, products, a, b);
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
