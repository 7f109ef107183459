/** @file The BOLD series of one visit: autocorrelated factors and a local field, then events of head motion. */
import { normal, type RandomStream, uniform } from '../random/draws.ts';
import type { TimeSeries } from '../series/time-series.ts';
import { drawsFor } from './address.ts';
import { BRAIN_FACTORS, type Brain } from './brain.ts';
import type { Participant, Visit } from './cohort.ts';
import { visitLoadings } from './loadings.ts';
import { plantedShift } from './planted.ts';

/**
 * Autocorrelation is that of a smooth signal under white noise: SMOOTH_SHARE · exp(-lag² / (4 SMOOTH_WIDTH²)), in
 * seconds. It fits ABIDE's unfiltered scans at every repetition time (lag 1: 0.44 at 1.5 s, 0.41 at 2 s, 0.33 at 2.5 s,
 * 0.28 at 3 s; lag 2: 0.24, 0.15, 0.06, 0.01).
 */
const SMOOTH_SHARE = 0.57;
const SMOOTH_WIDTH = 1.73;

/** Events of head motion for each volume and mm of mean framewise displacement, and their size (series have SD 1). */
const EVENT_RATE = 0.4;
const EVENT_SIZE = 1.2;

/**
 * Simulates the series of one visit.
 *
 * @returns `[timepoints, rois]` in the scanner's units: the series' standard deviation is about the site's gain
 */
export function simulateBold(brain: Brain, seed: number, visit: Visit): TimeSeries {
  const { participant, session } = visit;
  const { timepoints, tr, gain } = participant.site;
  const { rois, factors } = brain;
  const draws = drawsFor(seed, 'bold', participant.index, session);
  const factorSeries = autocorrelated(draws, timepoints, factors, tr);
  mixFactors(factorSeries, brain, participant);
  const signal = autocorrelated(draws, timepoints, rois, tr);
  mix(signal, brain.field, rois, rois);
  addFactors(signal, factorSeries, visitLoadings(brain, seed, visit), rois, factors);
  addMotion(signal, rois, EVENT_RATE * visit.meanFd, draws);
  return { values: Float32Array.from(signal, (x) => gain * x), timepoints, rois };
}

/** Independent series of variance 1 with the autocorrelation of BOLD: `[timepoints, count]`. */
function autocorrelated(draws: RandomStream, timepoints: number, count: number, tr: number): Float64Array {
  const kernel = smoothingKernel(tr);
  const noise = new Float64Array((timepoints + kernel.length - 1) * count);
  for (let k = 0; k < noise.length; k++) noise[k] = normal(draws);
  const out = new Float64Array(timepoints * count);
  kernel.forEach((weight, tap) => {
    const shift = tap * count;
    for (let k = 0; k < out.length; k++) out[k] += weight * noise[k + shift];
  });
  return out;
}

/**
 * Symmetric weights, of norm 1, of the moving average with the autocorrelation sought: its square root in frequency.
 */
function smoothingKernel(tr: number): Float64Array {
  const half = Math.ceil((3 * SMOOTH_WIDTH) / tr);
  const frequencies = 64;
  const kernel = new Float64Array(2 * half + 1);
  for (let f = 0; f < frequencies; f++) {
    const omega = (Math.PI * (f + 0.5)) / frequencies;
    let power = 1;
    for (let lag = 1; lag <= 4 * half; lag++)
      power += 2 * SMOOTH_SHARE * Math.exp(-((lag * tr) ** 2) / (4 * SMOOTH_WIDTH ** 2)) * Math.cos(omega * lag);
    const amplitude = Math.sqrt(Math.max(0, power)) / frequencies;
    for (let lag = -half; lag <= half; lag++) kernel[lag + half] += amplitude * Math.cos(omega * lag);
  }
  const norm = Math.hypot(...kernel);
  return kernel.map((weight) => weight / norm);
}

/** Correlates the networks as in the average brain, and each planted pair of factors as this person's are. */
function mixFactors(series: Float64Array, brain: Brain, person: Participant): void {
  const { factors, planted, unitShift } = brain;
  mix(series, brain.mixing, BRAIN_FACTORS, factors);
  planted.forEach((coupling, index) => {
    const r = unitShift[index] * plantedShift(coupling, person);
    const own = Math.sqrt(1 - r * r);
    for (let at = BRAIN_FACTORS + 2 * index; at < series.length; at += factors)
      series[at + 1] = r * series[at] + own * series[at + 1];
  });
}

/** Replaces the first `size` numbers of every row of `width` by the lower triangular `lower` times them. */
function mix(series: Float64Array, lower: Float64Array, size: number, width: number): void {
  for (let row = 0; row < series.length; row += width)
    for (let i = size - 1; i >= 0; i--) {
      let sum = 0;
      for (let j = 0; j <= i; j++) sum += lower[i * size + j] * series[row + j];
      series[row + i] = sum;
    }
}

function addFactors(
  signal: Float64Array,
  factorSeries: Float64Array,
  loadings: Float64Array,
  rois: number,
  factors: number,
): void {
  for (let row = 0, at = 0; row < signal.length; row += rois, at += factors)
    for (let roi = 0; roi < rois; roi++) {
      let sum = 0;
      for (let factor = 0; factor < factors; factor++)
        sum += loadings[roi * factors + factor] * factorSeries[at + factor];
      signal[row + roi] += sum;
    }
}

/** Short spikes in all ROIs at once, of one size over the brain give or take a third; the next volume has half. */
function addMotion(signal: Float64Array, rois: number, rate: number, draws: RandomStream): void {
  for (let row = 0; row < signal.length; row += rois) {
    if (uniform(draws) >= rate) continue;
    const size = EVENT_SIZE * normal(draws);
    const next = row + rois;
    for (let roi = 0; roi < rois; roi++) {
      const spike = size * (1 + normal(draws) / 3);
      signal[row + roi] += spike;
      if (next < signal.length) signal[next + roi] += spike / 2;
    }
  }
}
