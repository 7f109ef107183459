/**
 * @file Ridge regression on a precomputed kernel, its penalty chosen by leaving participants out exactly.
 *
 * Minimises sum (target - f)^2 + alpha |w|^2 over w and a free intercept, as scikit-learn's Ridge does. With +1 and -1 as
 * the target it is the ridge classifier ({@link signedTarget}).
 */
import { InputError } from '../errors/input-error.ts';
import { requireTarget, rowsByClass, rowsByKey } from '../labels/training-rows.ts';
import { choleskyFactor, choleskySolve, inverseFactorColumns } from '../linear-algebra/cholesky.ts';
import type { KernelExpansion } from './kernel-expansion.ts';

/** From the strongest penalty to the weakest. Wide: a thousand standardised features want a large one. */
export const RIDGE_ALPHAS: readonly number[] = [1e6, 1e5, 1e4, 1e3, 100, 10, 1, 0.1, 0.01];

export interface ChosenRidge extends KernelExpansion {
  readonly alpha: number;
  /** Mean squared error of each row predicted without its participant, one for each of {@link RIDGE_ALPHAS}. */
  readonly errors: Float64Array;
}

/** What does not depend on alpha. */
interface Centred {
  /** The kernel of rows minus their mean, plus `lift` in the direction that centring took away. */
  readonly kernel: Float64Array;
  /** The mean of the eigenvalues: keeps that direction as well conditioned as the others; no result depends on it. */
  readonly lift: number;
  readonly mean: number;
  readonly deviations: Float64Array;
}

/**
 * Fits with one penalty.
 *
 * @param kernel `[n, n]`, symmetric
 * @param target `[n]`
 * @param alpha above 0
 * @throws InputError when there are fewer than two rows or a target is not finite
 */
export function fitRidge(kernel: Float64Array, target: Float64Array, alpha: number): KernelExpansion {
  requireTarget('ridge regression', target);
  const centred = centre(kernel, target);
  return expansionOf(kernel, centred, choleskySolve(factorOf(centred, alpha), centred.deviations));
}

/**
 * Fits with the penalty that predicts best the rows of a participant from all others. Equal errors go to the stronger
 * penalty. Nothing is refitted: with H the matrix that smooths the target and G its rows and columns of one participant,
 * their errors without them are (I - G)^-1 times their residuals (leave-one-out when everyone has one row).
 *
 * @param participantIds `[n]`
 * @throws InputError as {@link fitRidge}, and when there are fewer than two participants
 */
export function fitRidgeChoosing(
  kernel: Float64Array,
  target: Float64Array,
  participantIds: readonly string[],
): ChosenRidge {
  requireTarget('ridge regression', target);
  const n = target.length;
  const centred = centre(kernel, target);
  const groups = [...rowsByKey(participantIds).values()];
  if (groups.length < 2)
    throw new InputError({
      where: 'ridge regression',
      problem: 'there are too few training participants to choose the penalty',
      expected: 'at least 2',
      found: String(groups.length),
    });
  const errors = new Float64Array(RIDGE_ALPHAS.length);
  let best: { readonly at: number; readonly coefficients: Float64Array } | undefined;
  for (const [at, alpha] of RIDGE_ALPHAS.entries()) {
    const lower = factorOf(centred, alpha);
    const coefficients = choleskySolve(lower, centred.deviations);
    errors[at] = leftOutError(lower, coefficients, groups, centred.lift + alpha) / n;
    if (best === undefined || errors[at] < errors[best.at] * (1 - 1e-9)) best = { at, coefficients };
  }
  if (best === undefined) throw new RangeError('no penalty to choose from');
  return { ...expansionOf(kernel, centred, best.coefficients), alpha: RIDGE_ALPHAS[best.at], errors };
}

/**
 * +1 and -1: the target of a ridge classifier, whose decision is above 0 for the positive class.
 *
 * @throws InputError when the rows are of one class
 */
export function signedTarget(positive: readonly boolean[]): Float64Array {
  rowsByClass('ridge classifier', positive.map(Number), 2);
  return Float64Array.from(positive, (is) => (is ? 1 : -1));
}

function centre(kernel: Float64Array, target: Float64Array): Centred {
  const n = target.length;
  const rowMeans = Float64Array.from({ length: n }, (_, i) => meanOf(kernel.subarray(i * n, (i + 1) * n)));
  const grand = meanOf(rowMeans);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += kernel[i * n + i] - 2 * rowMeans[i] + grand;
  const lift = Math.max(0, trace / n);
  const centred = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) centred[i * n + j] = kernel[i * n + j] - rowMeans[i] - rowMeans[j] + grand + lift / n;
  const mean = meanOf(target);
  return { kernel: centred, lift, mean, deviations: target.map((value) => value - mean) };
}

function factorOf({ kernel, deviations }: Centred, alpha: number): Float64Array {
  if (!(alpha > 0)) throw new RangeError(`alpha = ${alpha}`);
  const n = deviations.length;
  const penalised = kernel.slice();
  for (let i = 0; i < n; i++) penalised[i * n + i] += alpha;
  return choleskyFactor(penalised, n);
}

/** Coefficients sum to zero, so that they serve the kernel before centring as well; only the intercept moves. */
function expansionOf(kernel: Float64Array, { mean }: Centred, coefficients: Float64Array): KernelExpansion {
  const n = coefficients.length;
  let fitted = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) fitted += kernel[i * n + j] * coefficients[j];
  return { coefficients, intercept: mean - fitted / n };
}

/**
 * Sum of squares of what remains of each row when its group is left out. Residuals are alpha x coefficients, and
 * (I - H) / alpha is the inverse of the lifted kernel + alpha, less what the constant direction has in it.
 */
function leftOutError(
  lower: Float64Array,
  coefficients: Float64Array,
  groups: readonly (readonly number[])[],
  liftedAlpha: number,
): number {
  const n = coefficients.length;
  const columns = inverseFactorColumns(lower, n);
  const constant = 1 / (n * liftedAlpha);
  const inverseAt = (i: number, j: number) => {
    let sum = 0;
    for (let k = Math.max(i, j); k < n; k++) sum += columns[i * n + k] * columns[j * n + k];
    return sum;
  };
  let squares = 0;
  for (const rows of groups) {
    const block = Float64Array.from(rows.flatMap((i) => rows.map((j) => inverseAt(i, j) - constant)));
    const own = Float64Array.from(rows, (i) => coefficients[i]);
    for (const left of choleskySolve(choleskyFactor(block, rows.length), own)) squares += left * left;
  }
  return squares;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
