/** @file Sparse matrices, as MATLAB keeps them by columns, made dense. */
import { InputError } from '../errors/input-error.ts';
import { checkExpansion } from './expansion.ts';

export interface SparseColumns {
  readonly rows: number;
  readonly columns: number;
  /** Row of each entry, from 0. */
  readonly entryRows: ArrayLike<number>;
  /** Where each column starts among the entries, and where the last one ends. */
  readonly starts: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** Row-major. @throws InputError when an entry lies outside, or the dense matrix would be too large for its file */
export function denseMatrix(sparse: SparseColumns, fileBytes: number, where: string): Float64Array {
  const { rows, columns, entryRows, starts, values } = sparse;
  checkExpansion(rows * columns * 8, fileBytes, where);
  const dense = new Float64Array(rows * columns);
  let entry = 0;
  for (let column = 0; column < columns; column++) {
    if (starts[column] !== entry) throw outside(where);
    for (; entry < starts[column + 1]; entry++) {
      const row = entryRows[entry];
      if (!(row >= 0 && row < rows && entry < values.length)) throw outside(where);
      dense[row * columns + column] = values[entry];
    }
  }
  return dense;
}

function outside(where: string): InputError {
  return new InputError({ where, problem: 'an entry of the sparse matrix lies outside of it', fix: 'save it again' });
}
