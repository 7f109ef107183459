/** @file The features of fixtures/weyl.py: the same formula, so that fixtures need not hold them. */
import type { Matrix } from '../../src/linear-algebra/kernel.ts';

export function weyl(n: number, p: number): Matrix {
  const values = new Float64Array(n * p);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < p; j++) {
      const fraction = (i * 0.6180339887498949 + j * 0.41421356237309515 + i * j * 0.7320508075688772) % 1;
      values[i * p + j] = j === p - 1 ? 0.1 : (fraction - 0.5) * (1 + (j % 4));
    }
  return { values, rows: n, columns: p };
}

/** Each class moved along its own third of the columns. */
export function withClasses(n: number, p: number, shift: number, count: number): { x: Matrix; classes: number[] } {
  const x = weyl(n, p);
  const classes = Array.from({ length: n }, (_, i) => ((i * 7) % 11) % count);
  for (const [i, own] of classes.entries())
    for (let j = 0; j < p; j++) x.values[i * p + j] += shift * (((j + own) % 3) - 1) * (1 + own);
  return { x, classes };
}

/** Rows `from` to `to` of a matrix. */
export function rowsOf({ values, columns }: Matrix, from: number, to: number): Matrix {
  return { values: values.slice(from * columns, to * columns), rows: to - from, columns };
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}
