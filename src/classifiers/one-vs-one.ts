/** @file Support vector machines for more than two classes: one for each pair, which vote. */
import { rowsByClass } from '../labels/training-rows.ts';
import type { Matrix } from '../linear-algebra/kernel.ts';
import { expansionValues, subKernel } from './kernel-expansion.ts';
import { fitSvm, type SvmOptions } from './svm.ts';

/**
 * Scores of each class as scikit-learn's SVC(decision_function_shape='ovr'): votes of the pairs, plus the sum s of their
 * decisions for the class as s / (3 (|s| + 1)), which orders classes of equal votes and never outweighs one.
 *
 * @param inside `[n, n]`: kernel between training rows
 * @param across `[rows, n]`: kernel of new rows against them
 * @param classes `[n]`, 0 to `classCount` - 1
 * @returns `[rows, classCount]`
 * @throws InputError when a class has no row
 */
export function oneVsOneScores(
  inside: Float64Array,
  across: Float64Array,
  classes: readonly number[],
  classCount: number,
  options: SvmOptions = {},
): Matrix {
  const n = classes.length;
  const rows = across.length / n;
  const byClass = rowsByClass('one-vs-one SVM', classes, classCount);
  const all = Array.from({ length: rows }, (_, i) => i);
  const votes = new Float64Array(rows * classCount);
  const sums = new Float64Array(rows * classCount);
  for (let a = 0; a < classCount; a++)
    for (let b = a + 1; b < classCount; b++) {
      const pair = [...byClass[a], ...byClass[b]];
      const svm = fitSvm(
        subKernel(inside, n, pair, pair),
        pair.map((i) => classes[i] === b),
        options,
      );
      for (const [i, decision] of expansionValues(svm, subKernel(across, n, all, pair)).entries()) {
        votes[i * classCount + (decision > 0 ? b : a)]++;
        sums[i * classCount + a] -= decision;
        sums[i * classCount + b] += decision;
      }
    }
  return {
    values: votes.map((vote, at) => vote + sums[at] / (3 * (Math.abs(sums[at]) + 1))),
    rows,
    columns: classCount,
  };
}
