/** @file Which scans of a batch are whose. */

/** `count` neighbours, from `first` on. */
export interface Share {
  readonly first: number;
  readonly count: number;
}

/**
 * What one of `size` ranks does of `count` things: shares are contiguous, in rank order, together everything, and differ
 * by at most one; with more ranks than things some are empty.
 */
export function shareOf(rank: number, size: number, count: number): Share {
  const least = Math.floor(count / size);
  const larger = count % size;
  return { first: rank * least + Math.min(rank, larger), count: least + (rank < larger ? 1 : 0) };
}
