/** @file Logistic regression on one variable, without a penalty: a slope and an intercept. */

/** log odds = slope x value + intercept. */
export interface LogisticLine {
  readonly slope: number;
  readonly intercept: number;
}

const MAX_STEPS = 200;

/**
 * The line of least log loss, by Newton's method with step halving. The caller sees to it that there is one: targets
 * strictly between 0 and 1, or classes that overlap.
 *
 * @param values `[n]`
 * @param target `[n]`, 0 to 1
 * @param slope held fixed when given: then `values` are an offset and only the intercept is found
 */
export function logisticLine(values: ArrayLike<number>, target: readonly number[], slope?: number): LogisticLine {
  const n = target.length;
  const centre = slope === undefined ? sum(n, (i) => values[i]) / n : 0;
  // Steps do not depend on the unit of the values, but where to stop does.
  const deviation = Math.sqrt(sum(n, (i) => (values[i] - centre) ** 2) / n);
  const unit = slope === undefined && deviation > 0 ? deviation : 1;
  const x = Float64Array.from(target, (_, i) => (values[i] - centre) / unit);
  const loss = (a: number, b: number) => sum(n, (i) => softplus(a * x[i] + b) - target[i] * (a * x[i] + b));
  let a = slope ?? 0;
  let b = 0;
  let current = loss(a, b);
  for (let step = 0; step < MAX_STEPS; step++) {
    const chance = x.map((value) => 1 / (1 + Math.exp(-(a * value + b))));
    const gradientA = slope === undefined ? sum(n, (i) => (chance[i] - target[i]) * x[i]) : 0;
    const gradientB = sum(n, (i) => chance[i] - target[i]);
    if (Math.max(Math.abs(gradientA), Math.abs(gradientB)) < 1e-12 * n) break;
    const weight = chance.map((p) => p * (1 - p));
    // The last term keeps the matrix regular where all values are the same (Lin, Lin and Weng).
    const aa = sum(n, (i) => weight[i] * x[i] * x[i]) + 1e-12;
    const ab = slope === undefined ? sum(n, (i) => weight[i] * x[i]) : 0;
    const bb = sum(n, (i) => weight[i]) + 1e-12;
    const determinant = aa * bb - ab * ab;
    const moveA = -(bb * gradientA - ab * gradientB) / determinant;
    const moveB = -(aa * gradientB - ab * gradientA) / determinant;
    let share = 1;
    while (share > 1e-10 && !(loss(a + share * moveA, b + share * moveB) <= current)) share /= 2;
    if (share <= 1e-10) break;
    a += share * moveA;
    b += share * moveB;
    current = loss(a, b);
  }
  return { slope: a / unit, intercept: b - (a * centre) / unit };
}

/** log(1 + exp(x)) */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function sum(n: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += term(i);
  return total;
}
