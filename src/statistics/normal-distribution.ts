/** @file Tail and quantile of the standard normal distribution. */

/** The value that a standard normal variable stays below with probability 0.975. */
export const NORMAL_975 = 1.959963984540054;

/** P(|Z| >= |z|) of a standard normal Z, to about 1e-14 of itself, far tails included. */
export function normalTwoSided(z: number): number {
  return complementaryError(Math.abs(z) / Math.SQRT2);
}

/** erfc(x) for x >= 0: power series near 0, continued fraction beyond (Abramowitz and Stegun 7.1.6 and 7.1.14). */
function complementaryError(x: number): number {
  const square = x * x;
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= (2 * square) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-square) * sum;
  }
  let fraction = 0;
  for (let k = 120; k >= 1; k--) fraction = k / 2 / (x + fraction);
  return Math.exp(-square) / (Math.sqrt(Math.PI) * (x + fraction));
}
