/** @file Rows of a table in float64, ready to be changed. */
import type { Matrix } from '../linear-algebra/kernel.ts';
import type { Features } from './features.ts';

/** Features as they were computed, or as an earlier step left them. */
export type Table = Features | Matrix;

/** A copy of `rows`, in their order. */
export function tableRows({ values, columns }: Table, rows: readonly number[]): Matrix {
  const out = new Float64Array(rows.length * columns);
  for (const [i, row] of rows.entries()) out.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
  return { values: out, rows: rows.length, columns };
}

/** Mean of each column, `[columns]`. */
export function columnMeans({ values, rows, columns }: Matrix): Float64Array {
  const means = new Float64Array(columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) means[j] += values[i * columns + j];
  return means.map((sum) => sum / rows);
}
