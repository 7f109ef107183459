/** @file Draws at an address: a stream of words, and uniform, normal, permutation and subset draws from it. */
import { philox4x32 } from './philox.ts';

/** What a draw is for. Part of its address, so that two purposes never share bits. */
export const PURPOSES = [
  'scan-order',
  'time-points',
  'masked-rois-contrastive',
  'masked-rois-reconstruction',
  'dropout',
  'dropout-pool',
  'initial-weights',
  'split',
  'simulate',
  'permuted-labels',
  'bootstrap',
  'finetune-order',
  'finetune-head',
  'finetune-dropout',
  'inner-folds',
  'few-shot',
  'roi-order-null',
  'motion-null',
] as const;
export type Purpose = (typeof PURPOSES)[number];

/** The address of a stream of draws; three 32-bit words beside the purpose. */
export interface Address {
  readonly seed: number;
  readonly purpose: Purpose;
  /** E.g. epoch. */
  readonly a?: number;
  /** E.g. scan. */
  readonly b?: number;
  /** E.g. view; below 2^16. */
  readonly c?: number;
}

/** A stream of random words that starts at an address. Calling it gives the next unsigned 32-bit word. */
export type RandomStream = () => number;

/**
 * The stream of words at an address: counter word 0 counts blocks, words 1 to 3 hold the address.
 *
 * @throws RangeError when a part of the address does not fit its word (a programming error)
 */
export function randomStream({ seed, purpose, a = 0, b = 0, c = 0 }: Address): RandomStream {
  for (const [name, value, limit] of [
    ['seed', seed, 2 ** 53],
    ['a', a, 2 ** 32],
    ['b', b, 2 ** 32],
    ['c', c, 2 ** 16],
  ] as const)
    if (!Number.isInteger(value) || value < 0 || value >= limit) throw new RangeError(`address ${name} = ${value}`);
  const key = Uint32Array.of(seed >>> 0, Math.floor(seed / 2 ** 32));
  const counter = Uint32Array.of(0, a, b, (PURPOSES.indexOf(purpose) << 16) | c);
  const words = new Uint32Array(4);
  let next = 4;
  return () => {
    if (next === 4) {
      philox4x32(counter, key, words);
      counter[0]++;
      next = 0;
    }
    return words[next++];
  };
}

/** Uniform in [0, 1), 53 random bits. */
export function uniform(stream: RandomStream): number {
  const high = stream() >>> 5;
  const low = stream() >>> 6;
  return (high * 67108864 + low) / 9007199254740992;
}

/** Standard normal (Box-Muller, one of the pair). */
export function normal(stream: RandomStream): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(stream)));
  return radius * Math.cos(2 * Math.PI * uniform(stream));
}

/** An integer in [0, bound), exactly uniform (words beyond the last whole multiple of `bound` are rejected). */
export function integerBelow(stream: RandomStream, bound: number): number {
  const limit = 2 ** 32 - (2 ** 32 % bound);
  for (;;) {
    const word = stream();
    if (word < limit) return word % bound;
  }
}

/** The first `count` entries of a random permutation of 0…n-1 (Fisher-Yates): a random subset in random order. */
export function drawWithoutReplacement(stream: RandomStream, n: number, count: number): Int32Array {
  // A loop takes a tenth of the time of Int32Array.from.
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  for (let i = 0; i < count; i++) {
    const j = i + integerBelow(stream, n - i);
    const swap = order[i];
    order[i] = order[j];
    order[j] = swap;
  }
  return order.slice(0, count);
}

/** A random permutation of 0…n-1. */
export function permutation(stream: RandomStream, n: number): Int32Array {
  return drawWithoutReplacement(stream, n, n);
}
