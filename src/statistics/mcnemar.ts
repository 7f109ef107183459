/** @file Of two ways to find people, does one find more? McNemar's test, exact. */

export interface PairedCounts {
  /** People whom one way alone finds. */
  readonly first_only: number;
  readonly other_only: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * Whom both find or neither says nothing of the difference; the others would fall on either side by chance (McNemar,
 * Psychometrika 12:153-157, 1947; here with the binomial distribution itself): p = 2 P(X <= min(b, c)), X ~ Bin(b + c, 1/2),
 * and 1 at most.
 *
 * @param first `[people]`, 1 for those who are found
 * @param other as `first`
 */
export function mcnemar(first: ArrayLike<number>, other: ArrayLike<number>): PairedCounts {
  let firstOnly = 0;
  let otherOnly = 0;
  for (let i = 0; i < first.length; i++) {
    if (first[i] > other[i]) firstOnly++;
    if (first[i] < other[i]) otherOnly++;
  }
  const n = firstOnly + otherOnly;
  // In logarithms: 2^-n is 0 for many people.
  let logTerm = -n * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let k = 1; k <= Math.min(firstOnly, otherOnly); k++) {
    logTerm += Math.log((n - k + 1) / k);
    tail += Math.exp(logTerm);
  }
  return { first_only: firstOnly, other_only: otherOnly, p: Math.min(1, 2 * tail) };
}
