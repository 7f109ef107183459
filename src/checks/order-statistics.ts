/** @file Quantiles, and how far a value lies from the middle of many. */

/** Sorts a copy; empty and not finite values are the caller's to leave out. @returns NaN for no values */
function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return Number.NaN;
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** Makes the median absolute deviation an estimate of a normal standard deviation. */
const MAD_TO_SD = 1.4826;

export interface Spread {
  readonly median: number;
  /** Median absolute deviation x 1.4826: the standard deviation when values are normal but for outliers. */
  readonly deviation: number;
}

export function spreadOf(values: ArrayLike<number>): Spread {
  const middle = median(values);
  return { median: middle, deviation: MAD_TO_SD * median(Float64Array.from(values, (v) => Math.abs(v - middle))) };
}

/** Pearson correlation of two lists; 0 when either is constant. */
export function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = x.length;
  let [meanX, meanY] = [0, 0];
  for (let i = 0; i < n; i++) {
    meanX += x[i] / n;
    meanY += y[i] / n;
  }
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [a, b] = [x[i] - meanX, y[i] - meanY];
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}
