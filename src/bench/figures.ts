/** @file What every benchmark does with its figures: the median of a few, and no more digits than mean something. */

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Three decimals. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Milliseconds that `work` takes. */
export async function millisecondsOf(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
