/** @file What the tests ask of simulated scans: FC, means over sets of edges, standardised differences. */
import { pearsonConnectivity } from '../../src/connectivity/pearson.ts';
import type { Visit } from '../../src/simulate/cohort.ts';
import type { Parcel } from '../../src/simulate/parcellation.ts';
import { type CohortOptions, simulateCohort } from '../../src/simulate/simulate.ts';

export const COHORT: CohortOptions = { subjects: 300, rois: 100, seed: 11, effect: 0, sessions: 1, sites: 3 };

export interface ScanFc {
  readonly visit: Visit;
  readonly fc: Float32Array;
}

export function simulateFc(options: CohortOptions): { parcels: readonly Parcel[]; scans: ScanFc[] } {
  const cohort = simulateCohort(options);
  const scans = Array.from(cohort.scans(), ({ visit, series }) => ({ visit, fc: pearsonConnectivity(series) }));
  return { parcels: cohort.parcellation.parcels, scans };
}

/** Indices of the edges (above the diagonal) that `wanted` says yes to. */
export function edges(parcels: readonly Parcel[], wanted: (a: Parcel, b: Parcel) => boolean): number[] {
  const found: number[] = [];
  for (let i = 0; i < parcels.length; i++)
    for (let j = i + 1; j < parcels.length; j++) if (wanted(parcels[i], parcels[j])) found.push(i * parcels.length + j);
  return found;
}

export function joins(a: string, b: string): (x: Parcel, y: Parcel) => boolean {
  return (x, y) => (x.network === a && y.network === b) || (x.network === b && y.network === a);
}

export const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
export const meanOver = (fc: Float32Array, chosen: readonly number[]) => mean(chosen.map((edge) => fc[edge]));

export function standardDeviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, each) => sum + (each - centre) ** 2, 0) / (values.length - 1));
}

/** Cohen's d with the pooled standard deviation. */
export function cohensD(a: readonly number[], b: readonly number[]): number {
  const squares = (values: readonly number[]) => (values.length - 1) * standardDeviation(values) ** 2;
  return (mean(a) - mean(b)) / Math.sqrt((squares(a) + squares(b)) / (a.length + b.length - 2));
}

export function correlation(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)];
  const product = x.reduce((sum, each, k) => sum + (each - mx) * (y[k] - my), 0);
  return product / ((x.length - 1) * standardDeviation(x) * standardDeviation(y));
}
