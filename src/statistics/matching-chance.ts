/**
 * @file How many people chance alone would identify: the exact permutation test of identification.
 *
 * Everybody's best match stays as it was found, and who is who in the database is permuted among the people of a site
 * (sites tell people apart without any help of the brain). The number of best matches that then hit is a sum over sites.
 * In one site of n people, of whom person j is the best match of c_j others of the site, the rook polynomial of the hits is
 * the product of (1 + c_j x); with its coefficients r_k, a number of hits X has the factorial moments
 * E[X over k] = r_k (n - k)! / n! (Riordan, An introduction to combinatorial analysis, 1958, chapter 7), and
 * P(X = s) is the sum over k >= s of (-1)^(k - s) (k over s) E[X over k]. Nothing is drawn.
 */

/** Nobody needs to know a chance below 1e-150, and numbers of a size to say it would run out. */
const MOST_TERMS = 100;

export interface MatchingChance {
  /** Best matches that hit by chance, on average. With one site it is 1, whatever the matches. */
  readonly expected: number;
  /** Chance of at least as many hits as there were; 0 means below 1e-150. */
  readonly p: number;
}

/**
 * @param best `[people]`, the position of everybody's best match; oneself is a hit
 * @param sites `[people]`
 */
export function matchingChance(best: ArrayLike<number>, sites: readonly string[]): MatchingChance {
  const hits = sites.filter((_, i) => best[i] === i).length;
  let chances = Float64Array.of(1);
  let expected = 0;
  for (const site of new Set(sites)) {
    const people = [...sites.keys()].filter((i) => sites[i] === site);
    const chosen = new Map<number, number>();
    for (const i of people) if (sites[best[i]] === site) chosen.set(best[i], (chosen.get(best[i]) ?? 0) + 1);
    expected += people.filter((i) => sites[best[i]] === site).length / people.length;
    chances = ofSum(chances, hitChances([...chosen.values()], people.length));
  }
  return {
    expected,
    p: Math.min(
      1,
      chances.subarray(hits).reduceRight((sum, chance) => sum + chance, 0),
    ),
  };
}

/** Chance of 0, 1, … hits among n people. */
function hitChances(chosen: readonly number[], n: number): Float64Array {
  const terms = Math.min(n, MOST_TERMS, chosen.length);
  // Coefficients of the rook polynomial, divided by n^k: they stay below 1 / k!.
  const rooks = new Float64Array(terms + 1);
  rooks[0] = 1;
  for (const count of chosen) for (let k = terms; k > 0; k--) rooks[k] += (rooks[k - 1] * count) / n;
  // n^k (n - k)! / n! turns them into factorial moments.
  const moments = rooks.slice();
  let factor = 1;
  for (let k = 1; k <= terms; k++) {
    factor *= n / (n - k + 1);
    moments[k] *= factor;
  }
  return Float64Array.from({ length: terms + 1 }, (_, s) => {
    let chance = 0;
    let binomial = 1;
    for (let k = s; k <= terms; k++) {
      chance += (k - s) % 2 === 0 ? binomial * moments[k] : -binomial * moments[k];
      binomial *= (k + 1) / (k + 1 - s);
    }
    // Rounding can leave less than nothing.
    return Math.max(0, chance);
  });
}

/** The distribution of the sum of two independent counts. */
function ofSum(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const out = new Float64Array(a.length + b.length - 1);
  for (const [i, x] of a.entries()) for (const [j, y] of b.entries()) out[i + j] += x * y;
  return out;
}
