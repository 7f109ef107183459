/** @file One pass over scans: what the checks and the quality page need of each, and the mean connectivity of each site. */
import type { Dataset } from '../dataset/dataset.ts';
import { scanConnectivity } from '../dataset/scan-connectivity.ts';
import type { Progress } from '../progress.ts';
import { type FilterMeasures, filterMeasures, spectrumOf } from './spectrum.ts';

/** Pairs of ROIs kept of every scan, to find scans that are nearly the same. */
const SKETCH_PAIRS = 1000;
/** Two ROIs whose |correlation| is above this hold the same series. */
const SAME_SERIES = 0.9999;
/** Numbers of connectivity that are kept in memory for a second look (3,355 scans of 100 ROIs); beyond, it is computed twice. */
const KEPT_NUMBERS = 2 ** 25;

export interface ScanMeasures {
  /** In `scans` of the data set. */
  readonly index: number;
  /** Over pairs of ROIs with signal. */
  readonly meanFc: number;
  readonly deviationFc: number;
  readonly negativeShare: number;
  readonly filter: FilterMeasures | undefined;
  /** Pairs of ROIs with the same series. */
  readonly twins: readonly (readonly [number, number])[];
  /** Connectivity of up to 1000 pairs of ROIs, the same of every scan, centred and of norm 1. */
  readonly sketch: Float32Array;
}

export interface MeanNetwork {
  readonly scans: number;
  /** `[rois, rois]`: the mean over the scans in which both ROIs have signal; 0 where there are none. */
  readonly matrix: Float32Array;
}

export interface Survey {
  readonly scans: readonly ScanMeasures[];
  readonly mean: MeanNetwork;
  /** In order of appearance; a data set that names no sites has one, ''. */
  readonly sites: ReadonlyMap<string, MeanNetwork>;
  /** The connectivity of scan i of {@link Survey.scans}. */
  readonly network: (i: number) => Float32Array;
}

/** The connectivity of a scan, of the kind that the data set holds. */
export function networkOf(dataset: Dataset, index: number): Float32Array {
  return scanConnectivity(dataset.fcKind === 'ledoit-wolf' ? 'ledoit-wolf' : 'pearson', dataset, index);
}

/** About `count` scans, evenly spread over the data set. */
export function spreadSample({ scans }: Pick<Dataset, 'scans'>, count: number): number[] {
  const taken = Math.min(count, scans.length);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * scans.length) / taken));
}

/** @param chosen indices of scans, ascending */
export function surveyScans(dataset: Dataset, chosen: readonly number[], progress?: Progress): Survey {
  const rois = dataset.roiNames.length;
  const pairs = sketchPairs(rois);
  const sums = new Map<string, NetworkSum>();
  const kept: Float32Array[] | undefined = chosen.length * rois * rois > KEPT_NUMBERS ? undefined : [];
  const scans = chosen.map((index, done) => {
    const network = networkOf(dataset, index);
    kept?.push(network);
    const { site } = dataset.scans[index];
    const sum = sums.get(site) ?? emptySum(rois);
    sums.set(site, sum);
    addNetwork(sum, network);
    const measures = {
      index,
      ...edgeMeasures(network, rois),
      ...seriesMeasures(dataset, index),
      sketch: sketchOf(network, pairs),
    };
    progress?.(done + 1, chosen.length);
    return measures;
  });
  const all = emptySum(rois);
  for (const sum of sums.values()) {
    all.scans += sum.scans;
    for (let k = 0; k < all.total.length; k++) {
      all.total[k] += sum.total[k];
      all.counts[k] += sum.counts[k];
    }
  }
  return {
    scans,
    mean: meanOf(all),
    sites: new Map([...sums].map(([site, sum]) => [site, meanOf(sum)])),
    network: (i) => kept?.[i] ?? networkOf(dataset, chosen[i]),
  };
}

interface NetworkSum {
  scans: number;
  readonly total: Float32Array;
  readonly counts: Uint32Array;
}

function emptySum(rois: number): NetworkSum {
  return { scans: 0, total: new Float32Array(rois * rois), counts: new Uint32Array(rois * rois) };
}

function addNetwork(sum: NetworkSum, network: Float32Array): void {
  sum.scans++;
  for (let k = 0; k < network.length; k++)
    if (network[k] !== 0) {
      sum.total[k] += network[k];
      sum.counts[k]++;
    }
}

function meanOf({ scans, total, counts }: NetworkSum): MeanNetwork {
  return { scans, matrix: total.map((value, k) => (counts[k] === 0 ? 0 : value / counts[k])) };
}

/** A mean without one of its scans: what that scan can be compared with. */
export function withoutScan({ scans, matrix }: MeanNetwork, network: Float32Array): Float32Array {
  return matrix.map((mean, k) => (network[k] === 0 || scans < 2 ? mean : (mean * scans - network[k]) / (scans - 1)));
}

function seriesMeasures(dataset: Dataset, index: number): Pick<ScanMeasures, 'filter'> {
  if (dataset.readConnectivity !== undefined) return { filter: undefined };
  const spectrum = spectrumOf(dataset.readSeries(index), dataset.scans[index].tr);
  return { filter: spectrum === undefined ? undefined : filterMeasures(spectrum) };
}

function edgeMeasures(network: Float32Array, rois: number) {
  let [n, sum, squares, negative] = [0, 0, 0, 0];
  const twins: [number, number][] = [];
  for (let i = 0; i < rois; i++)
    for (let j = 0; j < i; j++) {
      const r = network[i * rois + j];
      // An exact 0 is an ROI without signal.
      if (r === 0) continue;
      n++;
      sum += r;
      squares += r * r;
      if (r < 0) negative++;
      if (Math.abs(r) > SAME_SERIES) twins.push([j, i]);
    }
  const mean = n === 0 ? 0 : sum / n;
  return {
    meanFc: mean,
    deviationFc: n === 0 ? 0 : Math.sqrt(Math.max(0, squares / n - mean * mean)),
    negativeShare: n === 0 ? 0 : negative / n,
    twins,
  };
}

/** Places in a matrix of up to 1000 pairs, spread evenly over the upper triangle. */
export function sketchPairs(rois: number): Int32Array {
  const all = (rois * (rois - 1)) / 2;
  const taken = Math.min(all, SKETCH_PAIRS);
  const places = new Int32Array(taken);
  for (let i = 0, pair = 0, next = 0; i < rois; i++)
    for (let j = i + 1; j < rois; j++, pair++)
      if (next < taken && pair === Math.floor((next * all) / taken)) places[next++] = i * rois + j;
  return places;
}

function sketchOf(network: Float32Array, pairs: Int32Array): Float32Array {
  const out = Float32Array.from(pairs, (at) => network[at]);
  const mean = out.reduce((sum, r) => sum + r, 0) / out.length;
  let squares = 0;
  for (let k = 0; k < out.length; k++) {
    out[k] -= mean;
    squares += out[k] * out[k];
  }
  const norm = Math.sqrt(squares) || 1;
  return out.map((r) => r / norm);
}
