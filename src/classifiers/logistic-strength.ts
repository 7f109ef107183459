/** @file The penalty of a logistic regression, chosen inside the training rows. */
import { rowsByClass } from '../labels/training-rows.ts';
import type { RandomStream } from '../random/draws.ts';
import { innerFolds } from './inner-folds.ts';
import { expansionValues, type KernelExpansion, subKernel } from './kernel-expansion.ts';
import { fitLogistic, type LogisticOptions, logisticLoss } from './logistic-regression.ts';

/** From the strongest penalty to the weakest. */
export const STRENGTHS: readonly number[] = [1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1e3, 1e4];

/** Taken where nothing can be chosen: scikit-learn's default. */
const DEFAULT_STRENGTH = 1;
const FOLDS = 5;

export interface ChosenStrength {
  readonly c: number;
  /** Mean log loss over rows held out, one for each of {@link STRENGTHS}; undefined when there were no folds. */
  readonly losses: Float64Array | undefined;
}

/**
 * Chooses C by the log loss of training rows held out, in five folds of participants (fewer when a class has fewer).
 * Equal losses go to the stronger penalty. With fewer than two participants in a class nothing can be held out: C = 1.
 *
 * Log loss, not AUC: AUC barely moves with C and ties often in small samples.
 *
 * @param kernel `[n, n]` between training rows; standardised on all of them, so no test row comes in
 * @param positive `[n]`
 * @param participantIds `[n]`
 * @throws InputError when the rows are of one class
 */
export function chosenStrength(
  kernel: Float64Array,
  positive: readonly boolean[],
  participantIds: readonly string[],
  stream: RandomStream,
  options: Pick<LogisticOptions, 'classWeight'> = {},
): ChosenStrength {
  const n = positive.length;
  rowsByClass('logistic regression', positive.map(Number), 2);
  const rows = participantIds.map((participantId, i) => ({ participantId, class: Number(positive[i]) }));
  const folds = innerFolds(rows, FOLDS, stream).filter((held) => hasBothClasses(without(held, n), positive));
  if (folds.length === 0) return { c: DEFAULT_STRENGTH, losses: undefined };
  const losses = new Float64Array(STRENGTHS.length);
  for (const held of folds) {
    const kept = without(held, n);
    const inside = subKernel(kernel, n, kept, kept);
    const across = subKernel(kernel, n, held, kept);
    const side = kept.map((i) => positive[i]);
    let start: KernelExpansion | undefined;
    for (const [s, c] of STRENGTHS.entries()) {
      start = fitLogistic(inside, side, { ...options, c, ...(start === undefined ? {} : { start }) });
      const decisions = expansionValues(start, across);
      for (const [at, i] of held.entries()) losses[s] += logisticLoss(positive[i] ? decisions[at] : -decisions[at]);
    }
  }
  const heldOut = folds.reduce((count, held) => count + held.length, 0);
  const means = losses.map((sum) => sum / heldOut);
  let best = 0;
  // A weaker penalty must be better by more than rounding.
  for (let s = 1; s < means.length; s++) if (means[s] < means[best] - 1e-9) best = s;
  return { c: STRENGTHS[best], losses: means };
}

function without(held: readonly number[], n: number): number[] {
  const out = new Set(held);
  return Array.from({ length: n }, (_, i) => i).filter((i) => !out.has(i));
}

function hasBothClasses(rows: readonly number[], positive: readonly boolean[]): boolean {
  return rows.some((i) => positive[i]) && rows.some((i) => !positive[i]);
}
