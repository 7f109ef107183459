/** @file Several processes that train one model: what each of them can say to the others. */

/**
 * This process among the ranks of one job. Everything but `rank`, `size` and `abort` is collective: every rank makes the
 * same calls in the same order, and waits until the others have.
 */
export interface Ranks {
  /** 0 to size - 1. Rank 0 is the one that writes. */
  readonly rank: number;
  readonly size: number;
  /** Sums in place over all ranks, element by element; as long on every rank. Every rank ends with the same bits. */
  readonly sum: (values: Float32Array) => void;
  /** The parts of all ranks one after the other, in rank order; parts may differ in length, and be empty. */
  readonly gather: (part: Float32Array) => Float32Array;
  /** Rank 0's text on every rank; what the others pass is not looked at. */
  readonly broadcast: (text: string) => string;
  /** The largest of the ranks' numbers: `largest(stop ? 1 : 0)` agrees on stopping. @throws RangeError on NaN */
  readonly largest: (value: number) => number;
  readonly barrier: () => void;
  /** Ends the whole job, because this rank failed. */
  readonly abort: (code: number) => never;
  /** The last call of every rank that ends well; a second one does nothing. */
  readonly finish: () => void;
}

/** A job of one: nothing to wait for, nobody to tell. */
export function oneRank(): Ranks {
  return {
    rank: 0,
    size: 1,
    sum: () => {},
    gather: (part) => part.slice(),
    broadcast: (text) => text,
    largest: comparable,
    barrier: () => {},
    abort: (code) => {
      throw new Error(`the only rank ends with ${code}`);
    },
    finish: () => {},
  };
}

/** The number itself. MPI does not say what the largest of NaN and another is. @throws RangeError on NaN */
export function comparable(value: number): number {
  if (Number.isNaN(value)) throw new RangeError('NaN cannot be compared between ranks');
  return value;
}
