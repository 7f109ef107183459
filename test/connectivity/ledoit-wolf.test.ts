/** @file Ledoit-Wolf correlation against scikit-learn and against its formula written out. */
import { expect, test } from 'vitest';
import { connectivity } from '../../src/connectivity/kinds.ts';
import { ledoitWolfConnectivity, ledoitWolfShrinkage } from '../../src/connectivity/ledoit-wolf.ts';
import { correlate } from '../../src/connectivity/pearson.ts';
import { unitNormSeries } from '../../src/connectivity/unit-norm.ts';
import type { TimeSeries } from '../../src/series/time-series.ts';
import { mixedSeries, naivePearson } from './naive.ts';

function shrinkage(series: TimeSeries): number {
  const unit = unitNormSeries(series);
  return ledoitWolfShrinkage(unit, correlate(unit));
}

/** The estimator as scikit-learn computes it: all p² products of squares, on z-scored series. */
function naiveShrinkage({ values, timepoints, rois }: TimeSeries): number {
  const z = Array.from({ length: rois }, (_, i) => {
    const x = Array.from({ length: timepoints }, (_, t) => values[t * rois + i]);
    const mean = x.reduce((sum, each) => sum + each, 0) / timepoints;
    const sd = Math.sqrt(x.reduce((sum, each) => sum + (each - mean) ** 2, 0) / timepoints);
    return x.map((each) => (each - mean) / sd);
  });
  let beta = 0;
  let delta = 0;
  for (const x of z)
    for (const y of z) {
      const product = x.reduce((sum, each, t) => sum + each * y[t], 0) / timepoints;
      beta += x.reduce((sum, each, t) => sum + each ** 2 * y[t] ** 2, 0) / timepoints - product ** 2;
      delta += product ** 2;
    }
  const numerator = beta / (rois * timepoints);
  const denominator = (delta - 2 * rois + rois) / rois;
  return Math.min(numerator, denominator) / denominator;
}

test('equal to scikit-learn on a small scan', () => {
  // t = np.arange(40)[:, None]; i = np.arange(4)[None]; x = np.sin(t*(i+1)*0.7) + 2*np.cos(0.3*t) + 0.2*i, as float32
  // z = (x - x.mean(0)) / x.std(0); lw = LedoitWolf().fit(z); c = lw.covariance_; d = np.sqrt(np.diag(c)); c/d/d[:, None]
  // scikit-learn 1.2.1: lw.shrinkage_ and the upper triangle
  const values = Float32Array.from({ length: 160 }, (_, k) => {
    const t = Math.floor(k / 4);
    return Math.sin(t * ((k % 4) + 1) * 0.7) + 2 * Math.cos(0.3 * t) + 0.2 * (k % 4);
  });
  const series = { values, timepoints: 40, rois: 4 };
  expect(shrinkage(series)).toBeCloseTo(0.038258668122041935, 7);
  const fc = ledoitWolfConnectivity(series);
  const upper = [fc[1], fc[2], fc[3], fc[6], fc[7], fc[11]];
  [
    0.7804083663158988, 0.7779836010279652, 0.7850374714391576, 0.7725527080918534, 0.766200305633647,
    0.7798747712268927,
  ].forEach((expected, k) => {
    expect(Math.abs(upper[k] - expected)).toBeLessThan(1e-6);
  });
});

test.each([
  [20, 30],
  [60, 10],
  [200, 13],
])('%i time points, %i ROIs: shrinkage as the formula, off-diagonal Pearson times one minus it', (timepoints, rois) => {
  const series = mixedSeries(timepoints, rois);
  const expected = naiveShrinkage(series);
  expect(shrinkage(series)).toBeCloseTo(expected, 6);
  const pearson = naivePearson(series);
  const fc = connectivity('ledoit-wolf', series);
  for (let i = 0; i < rois; i++)
    for (let j = 0; j < rois; j++) {
      const value = i === j ? 1 : (1 - expected) * pearson[i * rois + j];
      expect(Math.abs(fc[i * rois + j] - value)).toBeLessThan(1e-6);
      expect(fc[i * rois + j]).toBe(fc[j * rois + i]);
    }
});

test('ROIs without signal are left out of the estimate', () => {
  const five = mixedSeries(40, 5);
  const values = new Float32Array(40 * 7).fill(3);
  for (let t = 0; t < 40; t++) for (let i = 0; i < 5; i++) values[t * 7 + i] = five.values[t * 5 + i];
  const seven = { values, timepoints: 40, rois: 7 };
  expect(shrinkage(seven)).toBeCloseTo(shrinkage(five), 10);
  const fc = ledoitWolfConnectivity(seven);
  const alone = ledoitWolfConnectivity(five);
  for (let i = 0; i < 7; i++)
    for (let j = 0; j < 7; j++) expect(fc[i * 7 + j]).toBeCloseTo(i < 5 && j < 5 ? alone[i * 5 + j] : 0, 6);
});

test('independent series of few time points shrink much, one shared signal shrinks little', () => {
  const few = mixedSeries(15, 40);
  const many = mixedSeries(3000, 40);
  expect(shrinkage(few)).toBeGreaterThan(10 * shrinkage(many));
  expect(shrinkage(mixedSeries(30, 1))).toBe(0);
});
