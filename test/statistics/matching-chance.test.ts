/** @file The exact permutation test of identification against counting all permutations, and its known limits. */
import { describe, expect, it } from 'vitest';
import { integerBelow, randomStream } from '../../src/random/draws.ts';
import { matchingChance } from '../../src/statistics/matching-chance.ts';

/** All orders of 0…n-1. */
function orders(n: number): number[][] {
  if (n === 0) return [[]];
  return orders(n - 1).flatMap((order) =>
    Array.from({ length: n }, (_, at) => [...order.slice(0, at), n - 1, ...order.slice(at)]),
  );
}

/** The naive statement: every permutation of who is who that stays within sites is tried. */
function counted(best: readonly number[], sites: readonly string[]) {
  const allowed = orders(best.length).filter((order) => order.every((j, i) => sites[i] === sites[j]));
  const hits = allowed.map((order) => order.filter((j, i) => best[i] === j).length);
  const found = best.filter((j, i) => i === j).length;
  return {
    expected: hits.reduce((sum, count) => sum + count, 0) / hits.length,
    p: hits.filter((count) => count >= found).length / hits.length,
  };
}

const oneSite = (n: number) => new Array<string>(n).fill('');

describe('matchingChance', () => {
  it('equals counting all permutations, with one site and with several', () => {
    for (let seed = 0; seed < 60; seed++) {
      const stream = randomStream({ seed, purpose: 'simulate' });
      const n = 3 + (seed % 5);
      const best = Array.from({ length: n }, (_, i) => (integerBelow(stream, 2) === 0 ? i : integerBelow(stream, n)));
      const sites = Array.from({ length: n }, () => 'abc'[integerBelow(stream, 1 + (seed % 3))]);
      const naive = counted(best, sites);
      const { expected, p } = matchingChance(best, sites);
      expect(expected).toBeCloseTo(naive.expected, 12);
      expect(p).toBeCloseTo(naive.p, 12);
    }
  });

  it('everybody found: one order of n!', () => {
    expect(matchingChance([0, 1, 2, 3, 4, 5, 6], oneSite(7)).p).toBeCloseTo(1 / 5040, 15);
    const n = 40;
    const factorial = Array.from({ length: n }, (_, i) => i + 1).reduce((a, b) => a * b);
    const { p } = matchingChance([...new Array(n).keys()], oneSite(n));
    expect(p * factorial).toBeCloseTo(1, 9);
  });

  it('the same best match for everybody is a hit for sure', () => {
    expect(matchingChance([2, 2, 2, 2], oneSite(4))).toEqual({ expected: 1, p: 1 });
  });

  it('of many people it is close to Poisson with mean 1', () => {
    const best = Array.from({ length: 1000 }, (_, i) => (i < 5 ? i : 5 + ((i - 4) % 995)));
    const below = Math.exp(-1) * (1 + 1 + 1 / 2 + 1 / 6 + 1 / 24);
    expect(matchingChance(best, oneSite(1000)).p).toBeCloseTo(1 - below, 5);
  });

  it('does not run out of numbers', () => {
    const { expected, p } = matchingChance([...new Array(2000).keys()], oneSite(2000));
    expect(expected).toBeCloseTo(1, 9);
    expect(p).toBe(0);
  });

  it('telling sites apart is no identification', () => {
    // Everybody found, but each site has one person: nothing could be exchanged.
    expect(matchingChance([0, 1, 2], ['a', 'b', 'c'])).toEqual({ expected: 3, p: 1 });
  });
});
