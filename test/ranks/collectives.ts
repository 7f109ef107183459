/** @file Everything that ranks can say to each other, once, on numbers that each rank makes up for itself. */
import { normal, randomStream } from '../../src/random/draws.ts';
import type { Ranks } from '../../src/ranks/ranks.ts';

export const LENGTH = 1000;
/** Not ASCII, with a byte order mark in front, and longer than a call of the test. */
export const TEXT = '\uFEFF{"réseau": "脳 🧠"}';

/** The values that a rank brings to a sum. */
export function valuesOf(rank: number): Float32Array {
  const stream = randomStream({ seed: 5, purpose: 'simulate', b: rank });
  return Float32Array.from({ length: LENGTH }, () => normal(stream));
}

/** The values that a rank brings to gather: 16 of rank 0, none of rank 1, 30 of rank 2. */
export function partOf(rank: number): Float32Array {
  return Float32Array.from({ length: [16, 0, 30][rank] }, (_, i) => 100 * rank + i);
}

/** What must be the same on every rank, and the rank's own sum of its neighbourhood in a larger buffer. */
export function collectiveResults(ranks: Ranks) {
  const { rank } = ranks;
  const sum = valuesOf(rank);
  ranks.sum(sum);
  const buffer = new Float32Array(new SharedArrayBuffer(4 * LENGTH));
  buffer.set(valuesOf(rank));
  // A view from the middle: what is around it stays.
  ranks.sum(buffer.subarray(10, 20));
  ranks.barrier();
  const alike = {
    sum: [...sum],
    shared: [...buffer.subarray(10, 20)],
    empty: [...ranks.gather(new Float32Array(0))],
    gathered: [...ranks.gather(partOf(rank))],
    text: ranks.broadcast(rank === 0 ? TEXT : 'not this'),
    nothing: ranks.broadcast(''),
    largest: [ranks.largest(rank), ranks.largest(1 - rank), ranks.largest(2 ** 40 + rank)],
  };
  return { alike, around: [...buffer.subarray(0, 10), ...buffer.subarray(20)] };
}
