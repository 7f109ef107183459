/**
 * @file Sequential minimal optimisation of the dual of a support vector machine.
 *
 * The algorithm and its numerical choices are those of LIBSVM (C.-C. Chang and C.-J. Lin, "LIBSVM: a library for support
 * vector machines", ACM TIST 2:27, 2011; BSD-3-Clause, Copyright (c) 2000-2023 Chih-Chung Chang and Chih-Jen Lin), with
 * the second-order working set of Fan, Chen and Lin (JMLR 6:1889-1918, 2005). This statement of it is our own. It follows
 * LIBSVM's path step by step, ties and shrinking included, because a solver that stops elsewhere within the same
 * tolerance gives decision values that differ in the third digit.
 */

/** Curvature of a pair whose rows coincide. */
const FLAT_PAIR = 1e-12;
const MAX_STEPS = 10_000_000;

/** Minimise (alpha Q alpha) / 2 + sum linear alpha over 0 <= alpha <= c and sum sign alpha = 0. */
export interface DualProblem {
  /** `[n, n]`: sign[s] sign[t] K[s, t]; float32, as LIBSVM keeps it. */
  readonly q: Float32Array;
  /** K[t, t], not rounded. */
  readonly diagonal: Float64Array;
  /** -1 everywhere for a classifier. */
  readonly linear: Float64Array;
  /** 1 or -1. */
  readonly sign: Float64Array;
  readonly c: number;
  /** The largest violation of the optimality conditions that is let pass. */
  readonly tolerance: number;
}

export interface DualSolution {
  readonly alpha: Float64Array;
  /** Q alpha + linear. */
  readonly gradient: Float64Array;
  readonly steps: number;
}

/** Where the solver is. */
interface State extends DualProblem {
  readonly alpha: Float64Array;
  /** Kept up to date for the active rows only. */
  readonly gradient: Float64Array;
  /** A permutation of the rows: the first `active` take part, the others rest at a bound. */
  readonly order: Int32Array;
  /** 1 where sign x alpha may still grow, and where it may still fall: looked up for every row in every step. */
  readonly mayRise: Uint8Array;
  readonly mayFall: Uint8Array;
  active: number;
  /** Near the end all rows are looked at once more. */
  endgame: boolean;
}
type Pair = readonly [i: number, j: number];

export function solveDual(problem: DualProblem): DualSolution {
  const n = problem.sign.length;
  const alpha = new Float64Array(n);
  const gradient = problem.linear.slice();
  const order = Int32Array.from(alpha.keys());
  const [mayRise, mayFall] = [new Uint8Array(n), new Uint8Array(n)];
  const state: State = { ...problem, alpha, gradient, order, mayRise, mayFall, active: n, endgame: false };
  for (let t = 0; t < n; t++) boundRow(state, t);
  let untilShrinking = Math.min(n, 1000) + 1;
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    if (--untilShrinking === 0) {
      untilShrinking = Math.min(n, 1000);
      shrink(state);
    }
    let pair = worstPair(state);
    if (pair === undefined) {
      activateAll(state);
      pair = worstPair(state);
      if (pair === undefined) return { alpha, gradient, steps };
      untilShrinking = 1;
    }
    movePair(state, pair);
  }
  throw new Error(`the SVM did not converge in ${MAX_STEPS} steps`);
}

/** Notes whether the alpha of a row is at a bound. */
function boundRow({ sign, alpha, c, mayRise, mayFall }: State, t: number): void {
  mayRise[t] = Number(sign[t] > 0 ? alpha[t] < c : alpha[t] > 0);
  mayFall[t] = Number(sign[t] > 0 ? alpha[t] > 0 : alpha[t] < c);
}

/**
 * The pair to move next: i is pulled up most, j promises the largest decrease with it. Undefined when no pair violates
 * the optimality conditions by more than the tolerance. Of equals the later in order is taken.
 */
function worstPair(state: State): Pair | undefined {
  const { q, diagonal, sign, gradient, order, mayRise, mayFall, active, tolerance } = state;
  let i = -1;
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < active; k++) {
    const t = order[k];
    if (mayRise[t] === 0) continue;
    const pull = -sign[t] * gradient[t];
    if (pull >= highest) {
      highest = pull;
      i = t;
    }
  }
  if (i === -1) return undefined;
  const row = i * sign.length;
  const ownDiagonal = diagonal[i];
  const twiceSign = 2 * sign[i];
  let j = -1;
  let lowest = Number.POSITIVE_INFINITY;
  let largestDecrease = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < active; k++) {
    const t = order[k];
    if (mayFall[t] === 0) continue;
    const pull = -sign[t] * gradient[t];
    if (pull < lowest) lowest = pull;
    const violation = highest - pull;
    if (violation <= 0) continue;
    // The curvature, written out: this is the innermost loop of all.
    const squaredDistance = ownDiagonal + diagonal[t] - twiceSign * sign[t] * q[row + t];
    const decrease = (violation * violation) / (squaredDistance > 0 ? squaredDistance : FLAT_PAIR);
    if (decrease >= largestDecrease) {
      largestDecrease = decrease;
      j = t;
    }
  }
  return j === -1 || highest - lowest < tolerance ? undefined : [i, j];
}

function curvature({ q, diagonal, sign }: State, i: number, j: number): number {
  const squaredDistance = diagonal[i] + diagonal[j] - 2 * sign[i] * sign[j] * q[i * sign.length + j];
  return squaredDistance > 0 ? squaredDistance : FLAT_PAIR;
}

/** Newton step along the pair, cut where the first of the two meets 0 or c; the gradient follows. */
function movePair(state: State, [i, j]: Pair): void {
  const { q, sign, alpha, gradient, c, order, active } = state;
  const n = sign.length;
  const violation = sign[j] * gradient[j] - sign[i] * gradient[i];
  const roomI = sign[i] > 0 ? c - alpha[i] : alpha[i];
  const roomJ = sign[j] > 0 ? alpha[j] : c - alpha[j];
  const step = Math.min(violation / curvature(state, i, j), roomI, roomJ);
  const beforeI = alpha[i];
  const beforeJ = alpha[j];
  // Exactly at the bound when the room is used up: rounding must not leave a row a hair inside.
  alpha[i] = step === roomI ? (sign[i] > 0 ? c : 0) : beforeI + sign[i] * step;
  alpha[j] = step === roomJ ? (sign[j] > 0 ? 0 : c) : beforeJ - sign[j] * step;
  boundRow(state, i);
  boundRow(state, j);
  const changeI = alpha[i] - beforeI;
  const changeJ = alpha[j] - beforeJ;
  const [rowI, rowJ] = [i * n, j * n];
  for (let k = 0; k < active; k++) {
    const t = order[k];
    gradient[t] += q[rowI + t] * changeI + q[rowJ + t] * changeJ;
  }
}

/** Lays aside rows at a bound that are pulled further against it than any pair still to be moved. */
function shrink(state: State): void {
  const { sign, gradient, order, mayRise, mayFall } = state;
  let highest = Number.NEGATIVE_INFINITY;
  let lowest = Number.POSITIVE_INFINITY;
  for (let k = 0; k < state.active; k++) {
    const t = order[k];
    const pull = -sign[t] * gradient[t];
    if (mayRise[t] === 1) highest = Math.max(highest, pull);
    if (mayFall[t] === 1) lowest = Math.min(lowest, pull);
  }
  if (!state.endgame && highest - lowest <= 10 * state.tolerance) {
    state.endgame = true;
    activateAll(state);
  }
  const rests = (t: number) => {
    const pull = -sign[t] * gradient[t];
    return (mayRise[t] === 0 && pull > highest) || (mayFall[t] === 0 && pull < lowest);
  };
  for (let k = 0; k < state.active; k++) {
    if (!rests(order[k])) continue;
    state.active--;
    while (state.active > k && rests(order[state.active])) state.active--;
    [order[k], order[state.active]] = [order[state.active], order[k]];
  }
}

/** Brings the rows laid aside back, with their gradient. */
function activateAll(state: State): void {
  const { q, linear, alpha, gradient, order } = state;
  const n = order.length;
  for (let k = state.active; k < n; k++) {
    const t = order[k];
    gradient[t] = linear[t];
    for (let s = 0; s < n; s++) gradient[t] += alpha[s] * q[t * n + s];
  }
  state.active = n;
}

/**
 * The multiplier of sum sign alpha = 0: mean of sign x gradient over the rows strictly between 0 and c, else the middle of
 * what the bounds allow.
 */
export function multiplierOf({ sign, c }: DualProblem, { alpha, gradient }: DualSolution): number {
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
