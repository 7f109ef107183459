/** @file The power spectrum of a scan: what was filtered away, and at which frequency. */
import { rowProducts } from '../linear-algebra/row-products.ts';
import type { TimeSeries } from '../series/time-series.ts';

/** Fewer volumes than this have no spectrum worth speaking of. */
const FEWEST_VOLUMES = 40;
/** Seconds of a segment: 0.005 Hz apart, so that what lies below 0.01 Hz can be told from the rest. */
const SEGMENT_SECONDS = 200;
/** Volumes of a segment when the repetition time is not known. */
const SEGMENT_VOLUMES = 100;
/** More ROIs than this change the mean spectrum little. */
const MOST_ROIS = 40;
/** Segments, of all ROIs, that are transformed together. */
const ROWS_TOGETHER = 256;
/** Slow fluctuations that every pipeline keeps, in Hz: what the rest is measured by. */
const KEPT = [0.02, 0.06] as const;
/** Below this part of the power in the kept band nothing is left: a filter has been there. */
const GONE = 0.05;
const CLEARLY_GONE = 0.03;

export interface Spectrum {
  /** Mean over ROIs of the power at `k step` cycles a volume; sums to 1. */
  readonly density: Float64Array;
  /** Cycles a volume from one frequency to the next: 1 / volumes of a segment, which may be odd. */
  readonly step: number;
  /** Seconds. */
  readonly tr: number | undefined;
}

/** What a spectrum says of filtering. */
export interface FilterMeasures {
  /** Shares of the power below 0.01 Hz, from there to 0.1 Hz, and above; undefined without a repetition time. */
  readonly shares: readonly [slow: number, band: number, fast: number] | undefined;
  /** Where a low-pass filter cuts, in cycles a volume; undefined: no sharp end of the spectrum. */
  readonly edge: number | undefined;
}

/**
 * Mean power spectrum over ROIs with signal, each of power 1: Welch's method (IEEE Trans. Audio Electroacoust. 15:70-73,
 * 1967), Hann windows that overlap by half, the mean of each segment removed.
 *
 * @returns undefined for fewer than 40 volumes or no signal
 */
export function spectrumOf(series: TimeSeries, tr: number | undefined): Spectrum | undefined {
  const { timepoints, rois } = series;
  if (timepoints < FEWEST_VOLUMES) return undefined;
  const wanted = tr === undefined ? SEGMENT_VOLUMES : Math.round(SEGMENT_SECONDS / tr);
  const length = Math.min(timepoints, Math.max(FEWEST_VOLUMES, Math.min(512, wanted)));
  const waves = wavesOf(length);
  const segments = Math.floor((timepoints - length) / Math.ceil(length / 2)) + 1;
  const chosen = Math.min(rois, MOST_ROIS);
  const together = Math.max(1, Math.floor(ROWS_TOGETHER / segments));
  const density = new Float64Array(waves.bins);
  let total = 0;
  for (let first = 0; first < chosen; first += together) {
    const some = Array.from({ length: Math.min(together, chosen - first) }, (_, c) =>
      Math.floor(((first + c) * rois) / chosen),
    );
    const powers = powersOf(series, some, segments, waves);
    for (let c = 0; c < some.length; c++) {
      const own = powers.subarray(c * waves.bins, (c + 1) * waves.bins);
      const power = own.reduce((sum, each) => sum + each, 0);
      if (!(power > 0)) continue;
      total++;
      for (let k = 0; k < waves.bins; k++) density[k] += own[k] / power;
    }
  }
  return total === 0 ? undefined : { density: density.map((each) => each / total), step: 1 / length, tr };
}

/** Half a period of each frequency, which is all there is: a cosine is even about its middle, a sine odd. */
interface Waves {
  readonly length: number;
  readonly bins: number;
  /** `[bins, bins]`: frequency, then time. */
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

function wavesOf(length: number): Waves {
  const bins = Math.floor(length / 2) + 1;
  const period = Array.from({ length }, (_, t) => (2 * Math.PI * t) / length);
  const [cosOf, sinOf] = [Float64Array.from(period, Math.cos), Float64Array.from(period, Math.sin)];
  const [cos, sin] = [new Float64Array(bins * bins), new Float64Array(bins * bins)];
  for (let k = 0, at = 0; k < bins; k++)
    for (let t = 0, phase = 0; t < bins; t++, at++) {
      cos[at] = cosOf[phase];
      sin[at] = sinOf[phase];
      phase += k;
      if (phase >= length) phase -= length;
    }
  return { length, bins, cos, sin };
}

/**
 * |discrete Fourier transform|² of each ROI, summed over its windowed segments; frequency 0 is left out: the mean is
 * removed.
 *
 * @returns `[rois, bins]`
 */
function powersOf(
  { values, rois: width }: TimeSeries,
  rois: readonly number[],
  segments: number,
  { length, bins, cos, sin }: Waves,
): Float64Array {
  const rows = rois.length * segments;
  const window = Float64Array.from({ length }, (_, t) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (t + 0.5)) / length));
  const segment = new Float64Array(length);
  const [even, odd] = [new Float64Array(rows * bins), new Float64Array(rows * bins)];
  for (let row = 0; row < rows; row++) {
    const first = (row % segments) * Math.ceil(length / 2) * width + rois[Math.floor(row / segments)];
    // The first value is the origin, so that a constant ROI becomes exactly zero.
    const origin = values[first];
    let mean = 0;
    for (let t = 0; t < length; t++) mean += (values[first + t * width] - origin) / length;
    for (let t = 0; t < length; t++) segment[t] = (values[first + t * width] - origin - mean) * window[t];
    for (let t = 0; t < bins; t++) {
      const mirrored = t === 0 || 2 * t === length ? 0 : segment[length - t];
      even[row * bins + t] = segment[t] + mirrored;
      odd[row * bins + t] = segment[t] - mirrored;
    }
  }
  const shape = { rows, columns: bins, length: bins };
  const [re, im] = [rowProducts(even, cos, shape), rowProducts(odd, sin, shape)];
  const out = new Float64Array(rois.length * bins);
  for (let row = 0; row < rows; row++)
    for (let k = 1; k < bins; k++) {
      const at = row * bins + k;
      out[Math.floor(row / segments) * bins + k] += re[at] * re[at] + im[at] * im[at];
    }
  return out;
}

export function filterMeasures({ density, step, tr }: Spectrum): FilterMeasures {
  return {
    shares: tr === undefined ? undefined : bandShares(density, step / tr),
    edge: lowPassEdge(density, step, tr),
  };
}

function bandShares(density: Float64Array, hertz: number): [number, number, number] {
  const shares: [number, number, number] = [0, 0, 0];
  density.forEach((power, k) => {
    shares[k * hertz < 0.01 ? 0 : k * hertz <= 0.1 ? 1 : 2] += power;
  });
  return shares;
}

/** The last frequency with power, when there is none from there to the end. */
function lowPassEdge(density: Float64Array, step: number, tr: number | undefined): number | undefined {
  const last = density.length - 1;
  // Without a repetition time, the strongest third of the spectrum stands for the kept band.
  const kept =
    tr === undefined
      ? Array.from(density)
          .sort((a, b) => b - a)
          .slice(0, Math.ceil(density.length / 3))
      : Array.from(density).filter((_, k) => (k * step) / tr >= KEPT[0] && (k * step) / tr <= KEPT[1]);
  const level = kept.reduce((sum, power) => sum + power, 0) / kept.length;
  if (!(level > 0)) return undefined;
  let edge = last;
  while (edge > 0 && density[edge] < GONE * level) edge--;
  if (edge > 0.85 * last) return undefined;
  const beyond = density.subarray(Math.ceil(edge + 0.05 * last));
  const left = beyond.reduce((sum, power) => sum + power, 0) / beyond.length;
  return left < CLEARLY_GONE * level ? edge * step : undefined;
}
