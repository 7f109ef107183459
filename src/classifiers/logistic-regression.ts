/**
 * @file Two-class logistic regression with an L2 penalty, on a precomputed kernel.
 *
 * Minimises |w|^2 / 2 + C sum of weight x log(1 + exp(-y f)) over w and a free intercept, as scikit-learn's
 * LogisticRegression does. The minimum lies in the span of the training rows (w = sum of coefficient x row), so that n
 * coefficients are found instead of p weights: thousands of features cost no more than their inner products.
 */

import { rowsByClass } from '../labels/training-rows.ts';
import { choleskyFactor, choleskySolve } from '../linear-algebra/cholesky.ts';
import type { KernelExpansion } from './kernel-expansion.ts';

export interface LogisticOptions {
  /** Inverse strength of the penalty; 1, as scikit-learn. */
  readonly c?: number;
  /** `balanced`: each class weighs rows / (2 x its rows). */
  readonly classWeight?: 'none' | 'balanced';
  /** Where to start: a fit of the same rows with another C. */
  readonly start?: KernelExpansion;
}

/** What is minimised: the kernel, and each row's side and weight. */
interface Problem {
  readonly kernel: Float64Array;
  /** 1 positive, -1 control. */
  readonly side: Float64Array;
  /** C x class weight. */
  readonly weight: Float64Array;
}

/** Where the solver is, and what follows from it. */
interface Point extends KernelExpansion {
  /** Decisions of the training rows. */
  readonly decisions: Float64Array;
  readonly objective: number;
  /** Coefficients minus what the loss pulls at each row: zero at the minimum. */
  readonly residual: Float64Array;
  /** Kernel x residual: the gradient in function space. */
  readonly kernelResidual: Float64Array;
  readonly interceptGradient: number;
  /** Length of the gradient with respect to w and the intercept. */
  readonly gradientNorm: number;
}

/** Of the gradient (for C below 1, times C), and of the decisions from one step to the next. */
const TOLERANCE = 1e-8;
const MAX_STEPS = 200;

/**
 * Fits by Newton's method with a line search, until the gradient is shorter than 1e-8. With a large C its rounding alone
 * can be longer: then until a step would move no decision by more than 1e-8 (or its rounding). Each step factors one
 * n x n matrix.
 *
 * @param kernel `[n, n]`, symmetric
 * @param positive `[n]`
 * @throws InputError when the rows are of one class
 */
export function fitLogistic(
  kernel: Float64Array,
  positive: readonly boolean[],
  options: LogisticOptions = {},
): KernelExpansion {
  const { c = 1, classWeight = 'none', start } = options;
  const n = positive.length;
  const rows = rowsByClass('logistic regression', positive.map(Number), 2);
  const weight = Float64Array.from(positive, (is) =>
    classWeight === 'balanced' ? (c * n) / (2 * rows[Number(is)].length) : c,
  );
  const problem = { kernel, side: Float64Array.from(positive, (is) => (is ? 1 : -1)), weight };
  const zero = pointAt(problem, new Float64Array(n), 0);
  let point = start === undefined ? zero : pointAt(problem, start.coefficients, start.intercept);
  if (!(point.objective < zero.objective)) point = zero;
  const tolerance = TOLERANCE * Math.min(1, ...weight);
  for (let step = 1; point.gradientNorm > tolerance; step++) {
    const direction = newtonDirection(problem, point);
    const whole = pointAlong(problem, point, direction, 1);
    if (largestChange(point.decisions, whole.decisions) <= Math.max(TOLERANCE, roundingOf(problem, whole))) break;
    const next = isProgress(point, whole, slopeOf(point, direction)) ? whole : lineSearch(problem, point, direction);
    if (next === undefined || step === MAX_STEPS)
      throw new Error(`the logistic regression did not converge: gradient ${point.gradientNorm} with C = ${c}`);
    point = next;
  }
  return { coefficients: point.coefficients, intercept: point.intercept };
}

/** log(1 + exp(-margin)), without overflow: the loss of a row whose decision times side is `margin`. */
export function logisticLoss(margin: number): number {
  return margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
}

function pointAt({ kernel, side, weight }: Problem, coefficients: Float64Array, intercept: number): Point {
  const linear = product(kernel, coefficients);
  const decisions = linear.map((value) => value + intercept);
  const pull = side.map((y, i) => (weight[i] * y) / (1 + Math.exp(y * decisions[i])));
  const residual = coefficients.map((value, i) => value - pull[i]);
  const kernelResidual = product(kernel, residual);
  const loss = decisions.reduce((sum, value, i) => sum + weight[i] * logisticLoss(side[i] * value), 0);
  const interceptGradient = -pull.reduce((sum, value) => sum + value, 0);
  return {
    coefficients,
    intercept,
    decisions,
    objective: loss + dot(coefficients, linear) / 2,
    residual,
    kernelResidual,
    interceptGradient,
    gradientNorm: Math.sqrt(Math.max(0, dot(residual, kernelResidual)) + interceptGradient ** 2),
  };
}

/** A step in coefficients and intercept. */
interface Direction {
  readonly change: Float64Array;
  readonly interceptChange: number;
}

function pointAlong(problem: Problem, point: Point, { change, interceptChange }: Direction, share: number): Point {
  const coefficients = point.coefficients.map((value, i) => value + share * change[i]);
  return pointAt(problem, coefficients, point.intercept + share * interceptChange);
}

function slopeOf(point: Point, { change, interceptChange }: Direction): number {
  return dot(point.kernelResidual, change) + point.interceptGradient * interceptChange;
}

/** The objective falls enough; or, near the minimum where its own rounding hides that, the gradient halves. */
function isProgress(from: Point, to: Point, slope: number): boolean {
  return to.objective <= from.objective + 1e-4 * slope || to.gradientNorm <= from.gradientNorm / 2;
}

/** Half, a quarter, … of the step, until it is progress. */
function lineSearch(problem: Problem, point: Point, direction: Direction): Point | undefined {
  const slope = slopeOf(point, direction);
  for (let share = 0.5; share > 1e-9; share /= 2) {
    const next = pointAlong(problem, point, direction, share);
    if (isProgress(point, next, share * slope)) return next;
  }
  return undefined;
}

/** How far decisions can be off by the rounding of their sums: large coefficients that cancel, where C is large. */
function roundingOf({ kernel, side }: Problem, { coefficients }: Point): number {
  const n = side.length;
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, kernel[i * n + i]);
  return Number.EPSILON * largest * coefficients.reduce((sum, value) => sum + Math.abs(value), 0);
}

/**
 * Solves (I + W K) change + W 1 interceptChange = -residual, sum of new coefficients = 0, where W is the curvature of the
 * loss. With S the root of W, (I + W K)^-1 = I - S (I + S K S)^-1 S K, and I + S K S is well conditioned however flat the
 * loss is at some rows (Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, section 3.4).
 */
function newtonDirection({ kernel, side, weight }: Problem, { coefficients, decisions, residual }: Point): Direction {
  const n = side.length;
  const curvature = decisions.map((value, i) => {
    const p = 1 / (1 + Math.exp(-Math.abs(value)));
    return weight[i] * Math.max(p * (1 - p), 1e-14);
  });
  const root = curvature.map(Math.sqrt);
  const inner = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) inner[i * n + j] = root[i] * root[j] * kernel[i * n + j];
    inner[i * n + i] += 1;
  }
  const lower = choleskyFactor(inner, n);
  const inverse = (v: Float64Array) => {
    const solved = choleskySolve(
      lower,
      product(kernel, v).map((value, i) => root[i] * value),
    );
    return v.map((value, i) => value - root[i] * solved[i]);
  };
  const free = inverse(residual.map((value) => -value));
  const perIntercept = inverse(curvature);
  const interceptChange = (sumOf(coefficients) + sumOf(free)) / sumOf(perIntercept);
  return { change: free.map((value, i) => value - interceptChange * perIntercept[i]), interceptChange };
}

/** Symmetric matrix times vector. */
function product(matrix: Float64Array, vector: Float64Array): Float64Array {
  const n = vector.length;
  return vector.map((_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += matrix[i * n + j] * vector[j];
    return sum;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function largestChange(a: Float64Array, b: Float64Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
