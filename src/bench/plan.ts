/** @file What a whole pretraining will take on this machine: measured on a few steps, worked out for all. */
import type { Dataset } from '../dataset/dataset.ts';
import { batchNormLayers, parameterCount, targetLayout, trainedLayout } from '../model/parameters.ts';
import { type ModelSize, READOUT } from '../model/size.ts';
import { type BatchDraws, drawBatch } from '../pretrain/batch.ts';
import { SPREAD_SCANS } from '../pretrain/embedding-spread.ts';
import { PAPER_OBJECTIVE } from '../pretrain/objective.ts';
import { scanSampler, stepsPerEpoch } from '../pretrain/schedule.ts';
import type { Machine } from '../pretrain/worker-lanes.ts';
import type { Progress } from '../progress.ts';
import type { TimeSeries } from '../series/time-series.ts';
import { median, rounded } from './figures.ts';
import { type StepTime, timedSteps } from './timed-steps.ts';

export interface PretrainingPlan {
  readonly parameters: number;
  readonly batch: number;
  readonly steps_per_epoch: number;
  readonly steps: number;
  readonly ms_per_scan: number;
  readonly seconds_per_step: number;
  readonly hours: number;
  /** Peak resident memory of the whole process. */
  readonly peak_memory_mb: number;
  /** The model and what is needed to resume, on disk. */
  readonly checkpoint_mb: number;
  /** Disk space at the moment when a checkpoint replaces the last one. */
  readonly disk_mb: number;
  /** One kept copy of the model (`--snapshot-epochs`). */
  readonly snapshot_mb: number;
}

export interface PlanOptions {
  readonly dataset: Dataset;
  readonly size: ModelSize;
  readonly epochs: number;
  readonly batch: number;
  readonly microBatch: number;
  /** Steps to time, after the first one, which compiles. */
  readonly steps: number;
  readonly machine: Machine;
  /** The most bytes that the process has held in memory so far. */
  readonly peakBytes: () => number;
  readonly progress?: Progress;
}

/**
 * Times steps of at most two micro-batches, of the data set's own scans, and works out the rest: a step takes the same
 * kinds of passes whatever its batch.
 */
export async function planPretraining(options: PlanOptions): Promise<PretrainingPlan> {
  const { dataset, size, epochs, microBatch, steps, machine, peakBytes, progress } = options;
  const scans = dataset.scans.length;
  const batch = Math.min(options.batch, scans);
  const measured = Math.min(batch, 2 * microBatch);
  const series = Array.from(scanSampler(1, scans, measured)(0, 0), dataset.readSeries);
  const training = await timedSteps({ size, batch: measured, microBatch, machine });
  const times: StepTime[] = [];
  for (let step = 0; step <= steps; step++) {
    const time = await training.take(series);
    if (step > 0) times.push(time);
    progress?.(step + 1, steps + 1);
  }
  await training.release();
  const seconds = secondsPerStep(
    {
      passes: median(times.map(({ passes }) => passes)),
      update: median(times.map(({ update }) => update)),
    },
    batch / measured,
  );
  const taken = epochs * stepsPerEpoch(scans, batch);
  const disk = checkpointBytes(size);
  const memory = peakBytes() + (batch - measured) * bytesPerScan(size, series);
  return {
    parameters: parameterCount(size),
    batch,
    steps_per_epoch: stepsPerEpoch(scans, batch),
    steps: taken,
    ms_per_scan: rounded((1000 * seconds) / batch),
    seconds_per_step: rounded(seconds),
    hours: rounded((taken * seconds) / 3600),
    peak_memory_mb: Math.round(memory / 2 ** 20),
    checkpoint_mb: Math.round((disk.model + disk.state) / 1e6),
    // Each file is written whole beside the old one; the state is the larger.
    disk_mb: Math.round((disk.model + 2 * disk.state) / 1e6),
    snapshot_mb: Math.round(disk.model / 1e6),
  };
}

/** A step `times` as large: only the update does not grow with the batch. */
export function secondsPerStep({ passes, update }: StepTime, times: number): number {
  return times * passes + update;
}

/** Bytes of the tensors of `model.safetensors` and of `resume/state.safetensors`. */
export function checkpointBytes(size: ModelSize): { readonly model: number; readonly state: number } {
  const trained = trainedLayout(size).length;
  const layers = batchNormLayers(size);
  const statistics = layers.reduce((sum, [, width]) => sum + 2 * width, 0);
  const unusedNorm = 2 * size.rois;
  const model = 4 * (trained + targetLayout(size).length + statistics + unusedNorm) + 8 * layers.length;
  const recent = SPREAD_SCANS * READOUT * size.rois;
  return { model, state: model + 4 * (2 * trained + recent) };
}

/** What one more scan in a batch keeps in memory through a step: its series, what is drawn for it, and its embeddings. */
function bytesPerScan(size: ModelSize, series: readonly TimeSeries[]): number {
  const plan = { size, objective: PAPER_OBJECTIVE, seed: 1 } as const;
  const drawn = drawBatch({ ...plan, drop: { kind: 'percent', percent: 20 } }, 0, [...series.keys()], series);
  const read = series.reduce((sum, { values }) => sum + values.byteLength, 0);
  const networks = 2 * size.rois * size.rois * 4;
  // Of each view by both networks, and the gradient that arrives at the online ones.
  const embeddings = 6 * READOUT * size.rois * 4;
  // This step's and the next one's, drawn beside it.
  return 2 * ((read + bytesOf(drawn, size.rois)) / series.length + networks) + embeddings;
}

/** Of drawn flags and masked ROIs, one row of flags each. */
function bytesOf({ kept, contrastive, reconstruction }: BatchDraws, rois: number): number {
  const sum = (lengths: readonly number[]) => lengths.reduce((total, length) => total + length, 0);
  const masked = sum([...contrastive, ...reconstruction].map(({ length }) => 4 * rois * length));
  return sum(kept.flat().map((flags) => flags.byteLength)) + masked;
}
