/**
 * @file Two-class support vector machine (C-SVC) by sequential minimal optimisation on a precomputed kernel.
 *
 * The algorithm and its numerical choices are those of LIBSVM (C.-C. Chang and C.-J. Lin, "LIBSVM: a library for support
 * vector machines", ACM TIST 2:27, 2011; BSD-3-Clause, Copyright (c) 2000-2023 Chih-Chung Chang and Chih-Jen Lin), with
 * the second-order working set of Fan, Chen and Lin (JMLR 6:1889-1918, 2005). This statement of it is our own; it gives
 * the decision values of scikit-learn's SVC. What that takes: rows grouped by class, controls first; the kernel kept as
 * float32 but its diagonal as float64; ties taken by the later row.
 */

/** Curvature of a pair whose rows coincide. */
const FLAT_PAIR = 1e-12;
const MAX_STEPS = 10_000_000;

export interface SvmOptions {
  /** Penalty of a violated margin; 1, as scikit-learn. */
  readonly c?: number;
  /** The largest violation of the optimality conditions that is let pass; 1e-3, as scikit-learn. */
  readonly tolerance?: number;
}

export interface Svm {
  /** `[training rows]`: decision = sum of coefficient x kernel + intercept, above 0 for the positive class. */
  readonly coefficients: Float64Array;
  readonly intercept: number;
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
  const alpha = new Float64Array(n);
  const gradient = new Float64Array(n).fill(-1);
  let steps = 0;
  for (;;) {
    const pair = worstPair(q, diagonal, sign, alpha, gradient, c, tolerance);
    if (pair === undefined) break;
    if (steps++ === MAX_STEPS) throw new Error(`the SVM did not converge in ${MAX_STEPS} steps`);
    movePair(pair, q, diagonal, sign, alpha, gradient, c);
  }
  const offset = offsetOf(sign, alpha, gradient, c);
  const coefficients = new Float64Array(n);
  let objective = 0;
  for (let t = 0; t < n; t++) {
    coefficients[grouped[t]] = alpha[t] === 0 ? 0 : -sign[t] * alpha[t];
    objective += (alpha[t] * (gradient[t] - 1)) / 2;
  }
  const support = (ofClass: number) => alpha.reduce((count, a, t) => count + Number(a > 0 && sign[t] === ofClass), 0);
  return {
    coefficients,
    intercept: offset,
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
  const n = svm.coefficients.length;
  return Float64Array.from({ length: kernel.length / n }, (_, row) => {
    let sum = svm.intercept;
    for (let j = 0; j < n; j++) sum += svm.coefficients[j] * kernel[row * n + j];
    return sum;
  });
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

/**
 * The pair to move next: i violates most among the rows that may move up, j promises the largest decrease with it among
 * those that may move down. Undefined when no pair violates the optimality conditions by more than the tolerance.
 */
function worstPair(
  q: Float32Array,
  diagonal: Float64Array,
  sign: Float64Array,
  alpha: Float64Array,
  gradient: Float64Array,
  c: number,
  tolerance: number,
): { i: number; j: number } | undefined {
  const n = alpha.length;
  let i = -1;
  let highest = Number.NEGATIVE_INFINITY;
  for (let t = 0; t < n; t++)
    if (sign[t] > 0 ? alpha[t] < c : alpha[t] > 0) {
      const pull = -sign[t] * gradient[t];
      if (pull >= highest) {
        highest = pull;
        i = t;
      }
    }
  let j = -1;
  let lowest = Number.POSITIVE_INFINITY;
  let bestDecrease = Number.POSITIVE_INFINITY;
  for (let t = 0; t < n; t++)
    if (sign[t] > 0 ? alpha[t] > 0 : alpha[t] < c) {
      const pull = -sign[t] * gradient[t];
      if (pull < lowest) lowest = pull;
      const violation = highest - pull;
      if (violation > 0) {
        const decrease = -(violation * violation) / curvature(q, diagonal, sign, i, t);
        if (decrease <= bestDecrease) {
          bestDecrease = decrease;
          j = t;
        }
      }
    }
  return j === -1 || highest - lowest < tolerance ? undefined : { i, j };
}

function curvature(q: Float32Array, diagonal: Float64Array, sign: Float64Array, i: number, j: number): number {
  const squaredDistance = diagonal[i] + diagonal[j] - 2 * sign[i] * sign[j] * q[i * diagonal.length + j];
  return squaredDistance > 0 ? squaredDistance : FLAT_PAIR;
}

/** Newton step along the pair, cut where the first of the two meets 0 or C; the gradient follows. */
function movePair(
  { i, j }: { i: number; j: number },
  q: Float32Array,
  diagonal: Float64Array,
  sign: Float64Array,
  alpha: Float64Array,
  gradient: Float64Array,
  c: number,
): void {
  const n = alpha.length;
  const violation = sign[j] * gradient[j] - sign[i] * gradient[i];
  const roomI = sign[i] > 0 ? c - alpha[i] : alpha[i];
  const roomJ = sign[j] > 0 ? alpha[j] : c - alpha[j];
  const step = Math.min(violation / curvature(q, diagonal, sign, i, j), roomI, roomJ);
  const beforeI = alpha[i];
  const beforeJ = alpha[j];
  // Exactly at the bound when the room is used up: rounding must not leave a row a hair inside.
  alpha[i] = step === roomI ? (sign[i] > 0 ? c : 0) : beforeI + sign[i] * step;
  alpha[j] = step === roomJ ? (sign[j] > 0 ? 0 : c) : beforeJ - sign[j] * step;
  const changeI = alpha[i] - beforeI;
  const changeJ = alpha[j] - beforeJ;
  for (let t = 0; t < n; t++) gradient[t] += q[i * n + t] * changeI + q[j * n + t] * changeJ;
}

/** The intercept: mean over the rows strictly between 0 and C, else the middle of what the bounds allow. */
function offsetOf(sign: Float64Array, alpha: Float64Array, gradient: Float64Array, c: number): number {
  let upper = Number.POSITIVE_INFINITY;
  let lower = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let free = 0;
  for (let t = 0; t < alpha.length; t++) {
    const pull = sign[t] * gradient[t];
    if (alpha[t] > 0 && alpha[t] < c) {
      sum += pull;
      free++;
    } else if (sign[t] > 0 === alpha[t] > 0) lower = Math.max(lower, pull);
    else upper = Math.min(upper, pull);
  }
  return free > 0 ? sum / free : (upper + lower) / 2;
}
