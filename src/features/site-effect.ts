/** @file The shift and spread of one site, shrunk to what is usual over features: the empirical Bayes step of ComBat. */
import type { Matrix } from '../linear-algebra/kernel.ts';

/** Of the standardised features of one site, `[columns]` both. */
export interface SiteMoments {
  readonly rows: number;
  readonly shift: Float64Array;
  /** 1 where one row says nothing of it. */
  readonly variance: Float64Array;
}

/** Steps of the fixed point; ten to twenty are usual. */
const MOST_STEPS = 1000;
/** Relative change at which it is found. The published code stops at 1e-4. */
const FOUND = 1e-12;

/** Mean and variance (over n - 1) of each column over the rows of a site. */
export function siteMoments({ values, columns }: Matrix, rows: readonly number[]): SiteMoments {
  const shift = new Float64Array(columns);
  for (const row of rows) for (let j = 0; j < columns; j++) shift[j] += values[row * columns + j] / rows.length;
  if (rows.length === 1) return { rows: 1, shift, variance: new Float64Array(columns).fill(1) };
  const variance = new Float64Array(columns);
  for (const row of rows)
    for (let j = 0; j < columns; j++) variance[j] += (values[row * columns + j] - shift[j]) ** 2 / (rows.length - 1);
  return { rows: rows.length, shift, variance };
}

/**
 * Posterior means of Johnson et al. 2007, section 3.2: over features a site's shifts are normal and its variances
 * inverse-gamma, with moments as seen. Of a site with one row only the shift is learnt.
 *
 * @param deviation 0 marks features that do not count
 */
export function shrinkSite(site: SiteMoments, deviation: Float64Array): SiteMoments {
  const { rows } = site;
  const counting = [...deviation.keys()].filter((j) => deviation[j] > 0);
  const shifts = momentsOf(counting.map((j) => site.shift[j]));
  const variances = momentsOf(counting.map((j) => site.variance[j]));
  const shift = site.shift.slice();
  // Of a feature that does not vary in the site nothing is known but what the others say.
  const variance = site.variance.map((value) => value || 1);
  // Where all variances are the same the prior is a point: they stay.
  const pointPrior = rows === 1 || variances.variance === 0;
  const shape = (2 * variances.variance + variances.mean ** 2) / variances.variance;
  const rate = (variances.mean * variances.variance + variances.mean ** 3) / variances.variance;
  for (const j of counting) {
    const squares = (rows - 1) * site.variance[j];
    for (let step = 0; step < MOST_STEPS; step++) {
      const weight = rows * shifts.variance;
      const nextShift = (weight * site.shift[j] + variance[j] * shifts.mean) / (weight + variance[j]);
      const sum = squares + rows * (site.shift[j] - nextShift) ** 2;
      const nextVariance = pointPrior ? variance[j] : (rate + sum / 2) / (rows / 2 + shape - 1);
      const change = Math.abs(nextShift - shift[j]) + Math.abs(nextVariance - variance[j]);
      shift[j] = nextShift;
      variance[j] = nextVariance;
      if (change <= FOUND * (Math.abs(nextShift) + nextVariance)) break;
    }
  }
  return { rows, shift, variance };
}

function momentsOf(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: values.length < 2 ? 0 : squares / (values.length - 1) };
}
