/** @file Standardisation with the mean and deviation of the training rows only, as scikit-learn's StandardScaler. */
import type { Table } from '../features/table-rows.ts';
import type { Matrix } from '../linear-algebra/kernel.ts';

/** What was learnt from the training rows, one number a column. */
export interface StandardScaler {
  readonly mean: Float64Array;
  /** Population standard deviation; 1 for a column that does not vary. */
  readonly scale: Float64Array;
}

/** Learns mean and scale from `rows` of the table. Test rows never get here. */
export function fitStandardScaler(features: Table, rows: readonly number[]): StandardScaler {
  const { values, columns } = features;
  const mean = new Float64Array(columns);
  for (const row of rows) for (let j = 0; j < columns; j++) mean[j] += values[row * columns + j];
  for (let j = 0; j < columns; j++) mean[j] /= rows.length;
  const squares = new Float64Array(columns);
  const residue = new Float64Array(columns);
  for (const row of rows)
    for (let j = 0; j < columns; j++) {
      const deviation = values[row * columns + j] - mean[j];
      squares[j] += deviation * deviation;
      residue[j] += deviation;
    }
  const scale = squares.map((sum, j) => {
    const variance = Math.max(0, sum - residue[j] ** 2 / rows.length) / rows.length;
    // Below this a column is constant up to rounding; dividing by its deviation would blow noise up.
    const rounding = rows.length * Number.EPSILON * (variance + rows.length * Number.EPSILON * mean[j] ** 2);
    return variance <= rounding ? 1 : Math.sqrt(variance);
  });
  return { mean, scale };
}

/** `rows` of the table, standardised, in float64. */
export function standardise(scaler: StandardScaler, features: Table, rows: readonly number[]): Matrix {
  const { values, columns } = features;
  const { mean, scale } = scaler;
  const out = new Float64Array(rows.length * columns);
  for (const [i, row] of rows.entries())
    for (let j = 0; j < columns; j++) out[i * columns + j] = (values[row * columns + j] - mean[j]) / scale[j];
  return { values: out, rows: rows.length, columns };
}
