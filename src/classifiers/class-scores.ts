/** @file What a classifier of any number of classes says of each row: one score a class. */
import type { Matrix } from '../linear-algebra/kernel.ts';

/** The class of the largest score, one a row; of equals the first. `scores` is `[rows, classes]`. */
export function largestScores({ values, rows, columns }: Matrix): number[] {
  return Array.from({ length: rows }, (_, i) => {
    let best = 0;
    for (let k = 1; k < columns; k++) if (values[i * columns + k] > values[i * columns + best]) best = k;
    return best;
  });
}

/** Decisions of two classes: score of class 1 (positive) minus that of class 0, one a row. */
export function decisionsOfTwo({ values, rows, columns }: Matrix): Float64Array {
  if (columns !== 2) throw new RangeError(`${columns} classes`);
  return Float64Array.from({ length: rows }, (_, i) => values[2 * i + 1] - values[2 * i]);
}
