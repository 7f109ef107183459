/** @file Correlation as the textbook writes it, and series to try it on. */
import { normal, randomStream } from '../../src/random/draws.ts';
import type { TimeSeries } from '../../src/series/time-series.ts';

/** Series with a shared signal, so that correlations are not all near 0, and a large mean. */
export function mixedSeries(timepoints: number, rois: number, seed = 5): TimeSeries {
  const stream = randomStream({ seed, purpose: 'simulate' });
  const values = new Float32Array(timepoints * rois);
  for (let t = 0; t < timepoints; t++) {
    const shared = normal(stream);
    for (let i = 0; i < rois; i++) values[t * rois + i] = 100 + normal(stream) + ((i % 5) - 1) * shared;
  }
  return { values, timepoints, rois };
}

/** sum (x - x̄)(y - ȳ) / sqrt(sum (x - x̄)² sum (y - ȳ)²), entry by entry in float64. */
export function naivePearson({ values, timepoints, rois }: TimeSeries): Float64Array {
  const column = (i: number) => Array.from({ length: timepoints }, (_, t) => values[t * rois + i]);
  const deviations = Array.from({ length: rois }, (_, i) => {
    const x = column(i);
    const mean = x.reduce((sum, each) => sum + each, 0) / timepoints;
    return x.map((each) => each - mean);
  });
  const product = (x: number[], y: number[]) => x.reduce((sum, each, t) => sum + each * y[t], 0);
  return Float64Array.from({ length: rois * rois }, (_, k) => {
    const x = deviations[Math.floor(k / rois)];
    const y = deviations[k % rois];
    return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
  });
}
