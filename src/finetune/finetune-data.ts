/** @file What a model is fine-tuned on: every scan's network or embedding, its truth, and which rows are for what. */
import { connectivity, type FcKind } from '../connectivity/kinds.ts';
import { type DropRule, keptTimepoints } from '../connectivity/pseudo-fc.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { type ConnectivitySource, scanConnectivity } from '../dataset/scan-connectivity.ts';
import { InputError } from '../errors/input-error.ts';
import type { Progress } from '../progress.ts';
import type { TimeSeries } from '../series/time-series.ts';
import type { Target } from './target.ts';

/** One row a scan. */
export type FinetuneRows =
  /** Full-length connectivity `[rows, rois, rois]`: the encoder learns too. */
  | {
      readonly kind: 'networks';
      readonly values: Float32Array;
      /** Writes another network of a training row, `[rois, rois]`, for use in an epoch (from 0). */
      readonly augment?: ((row: number, epoch: number, out: Float32Array) => void) | undefined;
    }
  /** Embeddings `[rows, 8 x ROI]` of the model (`embedDataset`): the encoder stays as it is, only the head learns. */
  | { readonly kind: 'embeddings'; readonly values: Float32Array };

export interface FinetuneData {
  readonly rows: FinetuneRows;
  readonly target: Target;
}

/** Rows of each part. */
export interface RowSplit {
  readonly train: readonly number[];
  /** When to stop is read from these. */
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/** Full-length connectivity of every scan, `[scans, rois, rois]`. */
export function networksOf(
  dataset: ConnectivitySource & Pick<Dataset, 'scans' | 'roiNames'>,
  fc: FcKind,
  progress?: Progress,
): Float32Array {
  const { scans, roiNames } = dataset;
  const rois = roiNames.length;
  const values = new Float32Array(scans.length * rois * rois);
  for (let scan = 0; scan < scans.length; scan++) {
    scanConnectivity(fc, dataset, scan, values.subarray(scan * rois * rois, (scan + 1) * rois * rois));
    progress?.(scan + 1, scans.length);
  }
  return values;
}

/**
 * Augments training rows: each epoch sees another pseudo-FC of every scan, as pretraining does. Test and validation rows
 * are never touched: the released code's mistake.
 */
export function pseudoFcAugmentation(
  readSeries: (row: number) => TimeSeries,
  fc: FcKind,
  drop: DropRule,
  seed: number,
): (row: number, epoch: number, out: Float32Array) => void {
  return (row, epoch, out) => {
    const { values, timepoints, rois } = readSeries(row);
    const kept = keptTimepoints(drop, timepoints, { seed, epoch, scan: row, view: 0 });
    const left = kept.reduce((sum, keep) => sum + keep, 0);
    const seen = new Float32Array(left * rois);
    let next = 0;
    for (let t = 0; t < timepoints; t++)
      if (kept[t] === 1) seen.set(values.subarray(t * rois, (t + 1) * rois), rois * next++);
    connectivity(fc, { values: seen, timepoints: left, rois }, out);
  };
}

/**
 * @throws InputError when there are no validation rows, fewer than two training rows, a class without a training row, or
 *   a training or validation number that is not finite
 */
export function checkSplit({ target }: Pick<FinetuneData, 'target'>, { train, validation }: RowSplit): void {
  if (validation.length === 0)
    throw new InputError({
      problem: 'fine-tuning stops by the loss on validation rows, and the split has none',
      expected: 'at least one validation row',
      fix: 'use a split with a train, a validation and a test part',
    });
  if (train.length < 2)
    throw new InputError({
      problem: 'fine-tuning compares the scans of a batch',
      expected: 'at least 2 training rows',
      found: `${train.length}`,
    });
  if (target.kind === 'number') {
    for (const row of [...train, ...validation])
      if (!Number.isFinite(target.truth[row])) throw new RangeError(`the target of row ${row} is ${target.truth[row]}`);
    return;
  }
  for (let own = 0; own < target.classes; own++)
    if (!train.some((row) => target.truth[row] === own))
      throw new InputError({
        problem: `no training row is of class ${own + 1} of ${target.classes}`,
        fix: 'add participants of this class, or leave the class out',
      });
}
