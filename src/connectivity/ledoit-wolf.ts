/**
 * @file Ledoit-Wolf-shrunk correlation, the connectivity the released code of the paper computes.
 *
 * Ledoit, Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", J. Multivariate Anal. 88
 * (2004) 365-411, section 3.3, on z-scored series; equal to scikit-learn's `LedoitWolf` followed by covariance to
 * correlation.
 */
import type { TimeSeries } from '../series/time-series.ts';
import { correlate } from './pearson.ts';
import { type UnitNormSeries, unitNormSeries } from './unit-norm.ts';

/**
 * Ledoit-Wolf-shrunk correlation of every pair of ROIs: on z-scored series the target is the identity matrix, so that
 * the shrunk covariance has diagonal 1 and is Pearson's r times (1 - shrinkage) elsewhere.
 *
 * ROIs without signal are left out of the estimate (shrinkage is that of the other ROIs alone); their row, column and
 * diagonal are 0.
 *
 * @param series `[timepoints, rois]`
 * @returns `[rois, rois]`, exactly symmetric
 * @throws InputError as {@link unitNormSeries}
 */
export function ledoitWolfConnectivity(series: TimeSeries, out?: Float32Array): Float32Array {
  const unit = unitNormSeries(series);
  const fc = correlate(unit, out);
  const keep = 1 - ledoitWolfShrinkage(unit, fc);
  const rois = series.rois;
  for (let i = 0; i < rois; i++) for (let j = 0; j < rois; j++) if (i !== j) fc[i * rois + j] *= keep;
  return fc;
}

/**
 * The weight of the identity matrix, in [0, 1], that is optimal for the z-scored series.
 *
 * With p ROIs with signal, n time points, R their correlation and u the series of unit norm, and since every variance
 * is 1, scikit-learn's terms become: delta = (sum R² - p) / p and beta = (n Σ_t (Σ_i u_ti²)² - sum R²) / (p n). The sum
 * over t is its sum over all pairs of ROIs of squared products, at p instead of p² operations a time point.
 *
 * @param unit the series; ROIs without signal are all zero and are left out
 * @param correlation `[rois, rois]` Pearson correlation of these series
 */
export function ledoitWolfShrinkage({ values, hasSignal }: UnitNormSeries, correlation: Float32Array): number {
  const rois = hasSignal.length;
  const n = values.length / rois;
  let p = 0;
  for (const signal of hasSignal) p += signal;
  if (p < 2) return 0;
  let squaredCorrelations = 0;
  for (const r of correlation) squaredCorrelations += r * r;
  const power = new Float64Array(n);
  for (let i = 0, at = 0; i < rois; i++) for (let t = 0; t < n; t++, at++) power[t] += values[at] * values[at];
  let squaredPowers = 0;
  for (const each of power) squaredPowers += each * each;
  const delta = (squaredCorrelations - p) / p;
  const beta = (n * squaredPowers - squaredCorrelations) / (p * n);
  if (beta <= 0) return 0;
  return beta >= delta ? 1 : beta / delta;
}
