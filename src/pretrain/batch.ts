/** @file One batch of a step: pseudo-FC draws, masked ROIs and dropout rows of every scan, all addressed. */
import { type DropRule, keptTimepoints } from '../connectivity/pseudo-fc.ts';
import type { ModelSize } from '../model/size.ts';
import { drawWithoutReplacement, type Purpose, randomStream } from '../random/draws.ts';
import type { Feeds } from '../runtime/session.ts';
import type { TimeSeries } from '../series/time-series.ts';
import type { Objective } from './objective.ts';
import type { PseudoFcViews } from './pseudo-fc-views.ts';

/** What the passes of a step are fed beside the parameters. Every array holds the scans one after the other. */
export interface StepBatch {
  readonly scans: number;
  /** `connectivity` of each view, `[scans, rois, rois]`. */
  readonly views: readonly [Feeds, Feeds];
  /** `masked rois` of each branch, `[scans, masked, rois]`, each row 1 at its ROI. */
  readonly contrastive: Feeds;
  readonly reconstruction: Feeds;
  /** What addresses the dropout of each scan, which lanes draw themselves. */
  readonly dropout: DropoutAddress;
}

/** Which draws a batch gets. */
export interface BatchPlan {
  readonly size: ModelSize;
  readonly objective: Objective;
  readonly drop: DropRule;
  readonly seed: number;
}

/** Of which scans in which epoch. */
export interface DropoutAddress {
  readonly epoch: number;
  /** Indices in the data set. */
  readonly scans: readonly number[];
}

/** The draws of a batch, before anything is computed from them. */
export interface BatchDraws {
  /** Per view and scan, 1 for each time point that stays. */
  readonly kept: readonly [readonly Uint8Array[], readonly Uint8Array[]];
  /** Masked ROIs of each scan, in order. */
  readonly contrastive: readonly ArrayLike<number>[];
  readonly reconstruction: readonly ArrayLike<number>[];
  readonly dropout: DropoutAddress;
}

/**
 * Draws a batch.
 *
 * @param scans indices in the data set: part of every draw's address, so the batch's make-up does not matter
 * @param series the scans' series, in the same order
 */
export function drawBatch(
  plan: BatchPlan,
  epoch: number,
  scans: ArrayLike<number>,
  series: readonly TimeSeries[],
): BatchDraws {
  const { size, objective, seed, drop } = plan;
  const keptIn = (view: 1 | 2) =>
    series.map(({ timepoints }, i) => keptTimepoints(drop, timepoints, { seed, epoch, scan: scans[i], view }));
  const maskedRois = (purpose: Purpose, count: number) =>
    Array.from(scans, (scan) =>
      drawWithoutReplacement(randomStream({ seed, purpose, a: epoch, b: scan }), size.rois, count),
    );
  return {
    kept: [keptIn(1), keptIn(2)],
    contrastive: maskedRois('masked-rois-contrastive', objective.contrastiveRois),
    reconstruction: maskedRois('masked-rois-reconstruction', objective.reconstructionRois),
    dropout: { epoch, scans: Array.from(scans) },
  };
}

/** Computes the pseudo-networks of a batch and lays everything out as graph inputs. */
export async function assembleBatch(
  networks: PseudoFcViews,
  series: readonly TimeSeries[],
  draws: BatchDraws,
): Promise<StepBatch> {
  const [{ rois }] = series;
  const views = [1, 2].map(() => new Float32Array(series.length * rois * rois));
  await networks.run(series, draws.kept, [views[0], views[1]]);
  return {
    scans: series.length,
    views: [{ connectivity: views[0] }, { connectivity: views[1] }],
    contrastive: { 'masked rois': oneHot(draws.contrastive, rois) },
    reconstruction: { 'masked rois': oneHot(draws.reconstruction, rois) },
    dropout: draws.dropout,
  };
}

/** The part of a batch's feeds that is one micro-batch: `count` of its `scans`, from `first` on. */
export function microBatch(feeds: Feeds, scans: number, first: number, count: number): Feeds {
  const part = (values: Float32Array | Int32Array) => {
    const perScan = values.length / scans;
    return values.subarray(first * perScan, (first + count) * perScan);
  };
  return Object.fromEntries(Object.entries(feeds).map(([name, values]) => [name, part(values)]));
}

function oneHot(masked: readonly ArrayLike<number>[], rois: number): Float32Array {
  const count = masked[0].length;
  const values = new Float32Array(masked.length * count * rois);
  for (const [scan, chosen] of masked.entries())
    for (let k = 0; k < count; k++) values[(scan * count + k) * rois + chosen[k]] = 1;
  return values;
}
