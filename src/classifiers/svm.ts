/**
 * @file Two-class support vector machine (C-SVC) on a precomputed kernel, with the decision values of scikit-learn's SVC.
 *
 * Equal to rounding, which takes, beside the solver's path: rows grouped by class, controls first; the kernel as float32
 * but its diagonal as float64; the intercept as LIBSVM averages it.
 */
import { expansionValues, type KernelExpansion } from './kernel-expansion.ts';
import { multiplierOf, solveDual } from './smo.ts';

export interface SvmOptions {
  /** Penalty of a violated margin; 1, as scikit-learn. */
  readonly c?: number;
  /** The largest violation of the optimality conditions that is let pass; 1e-3, as scikit-learn. */
  readonly tolerance?: number;
}

/** Its values are decisions: above 0 for the positive class. */
export interface Svm extends KernelExpansion {
  /** Value of the dual problem at the solution (to be minimised). */
  readonly objective: number;
  readonly supportVectors: { readonly control: number; readonly positive: number };
  readonly steps: number;
}

/**
 * Fits on a kernel matrix.
 *
 * @param kernel `[n, n]`, symmetric
 * @param positive `[n]`; both classes must be there
 */
export function fitSvm(kernel: Float64Array, positive: readonly boolean[], options: SvmOptions = {}): Svm {
  const { c = 1, tolerance = 1e-3 } = options;
  const n = positive.length;
  const grouped = groupByClass(positive);
  const sign = Float64Array.from(grouped, (row) => (positive[row] ? -1 : 1));
  const q = signedKernel(kernel, grouped, sign);
  const diagonal = Float64Array.from(grouped, (row) => kernel[row * n + row]);
  const problem = { q, diagonal, linear: new Float64Array(n).fill(-1), sign, c, tolerance };
  const solution = solveDual(problem);
  const { alpha, gradient, steps } = solution;
  const coefficients = new Float64Array(n);
  let objective = 0;
  for (let t = 0; t < n; t++) {
    coefficients[grouped[t]] = alpha[t] === 0 ? 0 : -sign[t] * alpha[t];
    objective += (alpha[t] * (gradient[t] - 1)) / 2;
  }
  const support = (ofClass: number) => alpha.reduce((count, a, t) => count + Number(a > 0 && sign[t] === ofClass), 0);
  return {
    coefficients,
    intercept: multiplierOf(problem, solution),
    objective,
    supportVectors: { control: support(1), positive: support(-1) },
    steps,
  };
}

/**
 * Signed distances from the boundary, one a row; above 0 means the positive class.
 *
 * @param kernel `[rows, n]`: new rows against the training rows
 */
export function svmDecisions(svm: Svm, kernel: Float64Array): Float64Array {
  return expansionValues(svm, kernel);
}

/** Controls, then positives, each in their order. The solver's own "+1" is the control class, as LIBSVM's first class. */
function groupByClass(positive: readonly boolean[]): Int32Array {
  const rows = [...positive.keys()];
  const grouped = [...rows.filter((row) => !positive[row]), ...rows.filter((row) => positive[row])];
  return Int32Array.from(grouped);
}

/** Q[s, t] = sign[s] sign[t] K[s, t] of the grouped rows, in float32. */
function signedKernel(kernel: Float64Array, grouped: Int32Array, sign: Float64Array): Float32Array {
  const n = grouped.length;
  const q = new Float32Array(n * n);
  for (let s = 0; s < n; s++)
    for (let t = 0; t < n; t++) q[s * n + t] = sign[s] * sign[t] * kernel[grouped[s] * n + grouped[t]];
  return q;
}
