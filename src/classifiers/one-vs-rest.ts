/** @file Any two-class classifier for more than two classes: each class against all others. */
import { rowsByClass } from '../labels/training-rows.ts';
import type { Matrix } from '../linear-algebra/kernel.ts';

/**
 * Scores of each class: the decisions of a two-class classifier for which that class is the positive one.
 *
 * @param decide fits on `[n]` labels and gives the decisions of the new rows
 * @param classes `[n]`, 0 to `classCount` - 1
 * @returns `[rows, classCount]`
 * @throws InputError when a class has no row
 */
export function oneVsRestScores(
  decide: (positive: readonly boolean[]) => Float64Array,
  classes: readonly number[],
  classCount: number,
): Matrix {
  rowsByClass('one-vs-rest', classes, classCount);
  const decisions = Array.from({ length: classCount }, (_, k) => decide(classes.map((own) => own === k)));
  const rows = decisions[0].length;
  const values = new Float64Array(rows * classCount);
  for (const [k, own] of decisions.entries()) for (let i = 0; i < rows; i++) values[i * classCount + k] = own[i];
  return { values, rows, columns: classCount };
}
