/** @file One batch of a step: pseudo-FC draws, masked ROIs and dropout rows of every scan, all addressed. */
import type { FcKind } from '../connectivity/kinds.ts';
import { type DropRule, keptTimepoints, standardiseKept } from '../connectivity/pseudo-fc.ts';
import { drawDropoutRows, dropoutInput, PASSES, type Pass } from '../model/dropout.ts';
import { maskedTokens } from '../model/masked-roi-modelling.ts';
import { viewInputs } from '../model/pseudo-network.ts';
import type { ModelSize } from '../model/size.ts';
import { drawWithoutReplacement, type Purpose, randomStream } from '../random/draws.ts';
import type { Feeds } from '../runtime/session.ts';
import type { TimeSeries } from '../series/time-series.ts';
import type { Objective } from './objective.ts';

/** What the graphs of a step are fed beside the parameters. Every array holds the scans one after the other. */
export interface StepBatch {
  readonly scans: number;
  readonly feeds: Feeds;
}

/** Which draws a batch gets. */
export interface BatchPlan {
  readonly size: ModelSize;
  readonly objective: Objective;
  readonly fc: FcKind;
  readonly drop: DropRule;
  readonly seed: number;
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
): StepBatch {
  const { size, objective, seed, drop, fc } = plan;
  const kept = ([1, 2] as const).map((view) =>
    series.map(({ timepoints }, i) => keptTimepoints(drop, timepoints, { seed, epoch, scan: scans[i], view })),
  );
  const maskedRois = (purpose: Purpose, count: number) =>
    Array.from(scans, (scan) =>
      drawWithoutReplacement(randomStream({ seed, purpose, a: epoch, b: scan }), size.rois, count),
    );
  return assembleBatch(size, fc, series, [kept[0], kept[1]], {
    contrastive: maskedRois('masked-rois-contrastive', objective.contrastiveRois),
    reconstruction: maskedRois('masked-rois-reconstruction', objective.reconstructionRois),
    dropout: objective.dropout > 0 ? dropoutRows(plan, epoch, scans) : {},
  });
}

/** Draws given from outside or by {@link drawBatch}. */
export interface BatchDraws {
  /** Masked ROIs of each scan, in order. */
  readonly contrastive: readonly ArrayLike<number>[];
  readonly reconstruction: readonly ArrayLike<number>[];
  /** Pool rows by graph input. */
  readonly dropout: Readonly<Record<string, Int32Array>>;
}

/**
 * Lays draws out as graph inputs.
 *
 * @param kept per view and scan, 1 for each time point that stays
 */
export function assembleBatch(
  size: ModelSize,
  fc: FcKind,
  series: readonly TimeSeries[],
  kept: readonly [readonly Uint8Array[], readonly Uint8Array[]],
  draws: BatchDraws,
): StepBatch {
  return {
    scans: series.length,
    feeds: {
      ...viewFeeds(1, fc, series, kept[0]),
      ...viewFeeds(2, fc, series, kept[1]),
      'contrastive rois': oneHot(draws.contrastive, size.rois),
      'reconstruction rois': oneHot(draws.reconstruction, size.rois),
      ...draws.dropout,
    },
  };
}

/** The part of a batch that is one micro-batch: scans `first` to `first + count`. */
export function microBatch({ scans, feeds }: StepBatch, first: number, count: number): Feeds {
  const part = (values: Float32Array | Int32Array) => {
    const perScan = values.length / scans;
    return values.subarray(first * perScan, (first + count) * perScan);
  };
  return Object.fromEntries(Object.entries(feeds).map(([name, values]) => [name, part(values)]));
}

function viewFeeds(view: 1 | 2, fc: FcKind, series: readonly TimeSeries[], kept: readonly Uint8Array[]): Feeds {
  const names = viewInputs(view);
  const rois = series[0].rois;
  const timepoints = Math.max(...series.map((scan) => scan.timepoints));
  const values = new Float32Array(series.length * timepoints * rois);
  const scanOf = (i: number) => values.subarray(i * timepoints * rois, (i + 1) * timepoints * rois);
  for (const [i, scan] of series.entries()) standardiseKept(scan, kept[i], scanOf(i));
  if (fc === 'pearson') return { [names.series]: values };
  const points = Float32Array.from(kept, (flags) => flags.reduce((count, flag) => count + flag, 0));
  return {
    [names.series]: values,
    [names.points]: points,
    [names.spread]: points.map((n, i) => n * fourthMoment(scanOf(i), rois)),
  };
}

/** Sum over time of (sum over ROIs of the squared series) squared. */
function fourthMoment(values: Float32Array, rois: number): number {
  let total = 0;
  for (let start = 0; start < values.length; start += rois) {
    let power = 0;
    for (let i = start; i < start + rois; i++) power += values[i] * values[i];
    total += power * power;
  }
  return total;
}

/** `[scans, masked, rois]`, each row 1 at its ROI. */
function oneHot(masked: readonly ArrayLike<number>[], rois: number): Float32Array {
  const count = masked[0].length;
  const values = new Float32Array(masked.length * count * rois);
  for (const [scan, chosen] of masked.entries())
    for (let k = 0; k < count; k++) values[(scan * count + k) * rois + chosen[k]] = 1;
  return values;
}

function dropoutRows({ size, seed }: BatchPlan, epoch: number, scans: ArrayLike<number>): Record<string, Int32Array> {
  const tokens: Readonly<Record<Pass, number>> = {
    'online-1': size.rois,
    'online-2': size.rois,
    'target-1': size.rois,
    'target-2': size.rois,
    contrastive: maskedTokens(size),
    reconstruction: maskedTokens(size),
  };
  return Object.fromEntries(
    PASSES.map((pass) => [dropoutInput(pass), drawDropoutRows({ seed, epoch, pass }, size, scans, tokens[pass])]),
  );
}
