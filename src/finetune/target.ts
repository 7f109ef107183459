/** @file What is to be learnt, row by row: a class or a number; and how the loss sees it. */

/** The truth of every row of a table; rows that no split names may hold anything. */
export type Target =
  /** 0 to classes - 1; of two classes, 1 is the positive one. */
  | { readonly kind: 'classes'; readonly classes: number; readonly truth: ArrayLike<number> }
  | { readonly kind: 'number'; readonly truth: ArrayLike<number> };

/** What the training rows say of the target, and nothing else: weights of classes, or the scale of the number. */
export type Scale =
  | { readonly kind: 'classes'; readonly weights: readonly number[] }
  | { readonly kind: 'number'; readonly mean: number; readonly deviation: number };

/** How many outputs the head needs. */
export function outputsOf(target: Target): number {
  return target.kind === 'classes' ? target.classes : 1;
}

/**
 * @param rows training rows
 * @returns class weights, or mean and (population) deviation; a constant number has deviation 1
 */
export function scaleOf(target: Target, rows: readonly number[], classWeights: 'equal' | 'balanced'): Scale {
  if (target.kind === 'classes') {
    const counts = new Float64Array(target.classes);
    for (const row of rows) counts[target.truth[row]]++;
    const weight = (count: number) => (classWeights === 'equal' ? 1 : rows.length / (target.classes * count));
    return { kind: 'classes', weights: Array.from(counts, weight) };
  }
  const mean = rows.reduce((sum, row) => sum + target.truth[row], 0) / rows.length;
  const variance = rows.reduce((sum, row) => sum + (target.truth[row] - mean) ** 2, 0) / rows.length;
  return { kind: 'number', mean, deviation: variance > 0 ? Math.sqrt(variance) : 1 };
}

/**
 * What the loss of a batch is fed, `[rows, outputs]`: weight of the class over the weights of all rows at the true class
 * and 0 elsewhere; or the number in deviations from the mean.
 */
export function truthOf(target: Target, scale: Scale, rows: ArrayLike<number>): Float32Array {
  const outputs = outputsOf(target);
  const truth = new Float32Array(rows.length * outputs);
  if (scale.kind === 'number') {
    for (let i = 0; i < rows.length; i++) truth[i] = (target.truth[rows[i]] - scale.mean) / scale.deviation;
    return truth;
  }
  let whole = 0;
  for (let i = 0; i < rows.length; i++) whole += scale.weights[target.truth[rows[i]]];
  for (let i = 0; i < rows.length; i++) {
    const own = target.truth[rows[i]];
    truth[i * outputs + own] = scale.weights[own] / whole;
  }
  return truth;
}
