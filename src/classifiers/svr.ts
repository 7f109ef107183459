/**
 * @file Epsilon support vector regression on a precomputed kernel, with the predictions of scikit-learn's SVR.
 *
 * The dual has two variables a row, one for each side of the tube (Smola and Schoelkopf, "A tutorial on support vector
 * regression", Statistics and Computing 14:199-222, 2004); first all of one side, then all of the other, as LIBSVM.
 */

import { requireTarget } from '../labels/training-rows.ts';
import type { KernelExpansion } from './kernel-expansion.ts';
import { multiplierOf, solveDual } from './smo.ts';

export interface SvrOptions {
  /** Penalty of leaving the tube; 1, as scikit-learn. */
  readonly c?: number;
  /** Half the width of the tube, in units of the target; 0.1, as scikit-learn. */
  readonly epsilon?: number;
  /** The largest violation of the optimality conditions that is let pass; 1e-3, as scikit-learn. */
  readonly tolerance?: number;
}

/**
 * Fits on a kernel matrix. C and epsilon are in units of the target: standardise it, or choose them accordingly.
 *
 * @param kernel `[n, n]`, symmetric
 * @param target `[n]`
 * @returns coefficients of rows inside the tube are 0
 * @throws InputError when there are fewer than two rows or a target is not finite
 */
export function fitSvr(kernel: Float64Array, target: Float64Array, options: SvrOptions = {}): KernelExpansion {
  const { c = 1, epsilon = 0.1, tolerance = 1e-3 } = options;
  requireTarget('support vector regression', target);
  const n = target.length;
  const both = 2 * n;
  const sign = Float64Array.from({ length: both }, (_, t) => (t < n ? 1 : -1));
  const q = new Float32Array(both * both);
  for (let s = 0; s < both; s++)
    for (let t = 0; t < both; t++) q[s * both + t] = sign[s] * sign[t] * kernel[(s % n) * n + (t % n)];
  const problem = {
    q,
    diagonal: Float64Array.from(sign, (_, t) => kernel[(t % n) * n + (t % n)]),
    linear: sign.map((side, t) => epsilon - side * target[t % n]),
    sign,
    c,
    tolerance,
  };
  const solution = solveDual(problem);
  return {
    coefficients: target.map((_, t) => solution.alpha[t] - solution.alpha[n + t]),
    intercept: -multiplierOf(problem, solution),
  };
}
