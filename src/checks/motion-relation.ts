/** @file Connectivity against head motion over scans, pair by pair of ROIs, and how much of it chance would show. */
import type { Dataset } from '../dataset/dataset.ts';
import { permutation, randomStream } from '../random/draws.ts';
import { motionOf } from './motion-column.ts';
import { type Survey, sketchPairs } from './survey.ts';

/** |r| between motion and an edge with p < 0.05 is about 1.96 / sqrt(degrees of freedom). */
const SIGNIFICANT = 1.96;
/** Motion is dealt out anew among the scans of each site so many times: more than in all of them is p = 0.01. */
const SHUFFLES = 99;

/** Correlation over scans, within sites, of each pair of ROIs' connectivity with mean framewise displacement. */
export interface MotionRelation {
  readonly column: string;
  readonly scans: number;
  /** |r| of a pair of ROIs above this has p < 0.05. */
  readonly limit: number;
  /** `[rois, rois]`; 0: no signal. */
  readonly correlation: Float32Array;
  /** The largest share of pairs of ROIs beyond the limit when motion is shuffled within sites, 99 times. */
  readonly shuffledShare: number;
}

/** Sums to which scans are added one by one; undefined when motion is not known. */
export function motionSums(dataset: Dataset, survey: Survey) {
  const found = motionOf(
    dataset,
    survey.scans.map(({ index }) => index),
  );
  if (found === undefined) return undefined;
  const { column } = found;
  const { moved, sites } = withinSites(dataset, found.values);
  const pairs = sketchPairs(dataset.roiNames.length);
  const size = survey.mean.matrix.length;
  const products = new Float32Array(size);
  const squares = new Float32Array(size);
  const motionSquares = new Float32Array(size);
  const sampled: { readonly index: number; readonly edges: Float32Array }[] = [];
  return {
    add(index: number, network: Float32Array, siteMatrix: Float32Array): void {
      const fd = moved.get(index);
      if (fd === undefined) return;
      for (let k = 0; k < size; k++) {
        if (network[k] === 0) continue;
        const r = network[k] - siteMatrix[k];
        products[k] += fd * r;
        squares[k] += r * r;
        motionSquares[k] += fd * fd;
      }
      const edges = Float32Array.from(pairs, (at) => (network[at] === 0 ? 0 : network[at] - siteMatrix[at]));
      sampled.push({ index, edges });
    },
    relation(): MotionRelation {
      const correlation = products.map((product, k) => {
        const norm = Math.sqrt(squares[k] * motionSquares[k]);
        return norm > 0 ? product / norm : 0;
      });
      // The mean of each site is one degree of freedom less.
      const limit = SIGNIFICANT / Math.sqrt(Math.max(1, sampled.length - sites.length));
      const shuffledShare = shareWhenShuffled(sampled, moved, sites, limit);
      return { column, scans: sampled.length, limit, correlation, shuffledShare };
    },
  };
}

/** Motion less the mean of its site, and the scans of each site. */
function withinSites({ scans }: Dataset, values: ReadonlyMap<number, number>) {
  const sites = new Map<string, number[]>();
  for (const index of values.keys()) sites.set(scans[index].site, [...(sites.get(scans[index].site) ?? []), index]);
  const moved = new Map<number, number>();
  for (const members of sites.values()) {
    const own = members.map((index) => values.get(index) ?? 0);
    const mean = own.reduce((sum, fd) => sum + fd, 0) / own.length;
    members.forEach((index, i) => {
      moved.set(index, own[i] - mean);
    });
  }
  return { moved, sites: [...sites.values()] };
}

function shareWhenShuffled(
  sampled: readonly { readonly index: number; readonly edges: Float32Array }[],
  moved: ReadonlyMap<number, number>,
  sites: readonly (readonly number[])[],
  limit: number,
): number {
  const pairs = sampled[0]?.edges.length ?? 0;
  if (pairs === 0) return 0;
  const norms = new Float64Array(pairs);
  for (const { edges } of sampled) for (let k = 0; k < pairs; k++) norms[k] += edges[k] * edges[k];
  const motionNorm = sampled.reduce((sum, { index }) => sum + (moved.get(index) ?? 0) ** 2, 0);
  let most = 0;
  for (let shuffle = 0; shuffle < SHUFFLES; shuffle++) {
    const dealt = new Map(
      sites.flatMap((members, site) => {
        const order = permutation(randomStream({ seed: shuffle, purpose: 'motion-null', a: site }), members.length);
        return members.map((index, i) => [index, moved.get(members[order[i]]) ?? 0] as const);
      }),
    );
    const products = new Float64Array(pairs);
    for (const { index, edges } of sampled) {
      const fd = dealt.get(index) ?? 0;
      for (let k = 0; k < pairs; k++) products[k] += fd * edges[k];
    }
    let beyond = 0;
    for (let k = 0; k < pairs; k++) if (Math.abs(products[k]) > limit * Math.sqrt(norms[k] * motionNorm)) beyond++;
    most = Math.max(most, beyond / pairs);
  }
  return most;
}
