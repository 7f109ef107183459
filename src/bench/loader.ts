/** @file Times reading whole scans in random order, beside training steps on the same scans. */
import type { Dataset } from '../dataset/dataset.ts';
import type { ModelSize } from '../model/size.ts';
import { scanSampler } from '../pretrain/schedule.ts';
import type { Machine } from '../pretrain/worker-lanes.ts';
import type { Progress } from '../progress.ts';
import { median, rounded } from './figures.ts';
import { secondsOf, timedSteps } from './timed-steps.ts';

export interface LoaderBench {
  readonly scans_per_second: number;
  readonly mb_per_second: number;
  /** Resident memory after the first round of reading, before anything is trained. */
  readonly rss_mb: number;
  readonly training_scans_per_second: number;
  /** Reading over training. */
  readonly ratio: number;
}

export interface LoaderBenchOptions {
  readonly dataset: Dataset;
  /** The model whose training is compared. */
  readonly size: ModelSize;
  readonly batch: number;
  readonly rounds: number;
  readonly readsPerRound: number;
  readonly machine: Machine;
  /** Bytes that the process holds in memory. */
  readonly residentBytes: () => number;
  readonly progress?: Progress;
}

const WARM_UP_STEPS = 2;

export async function benchLoader(options: LoaderBenchOptions): Promise<LoaderBench> {
  const { dataset, size, batch, rounds, readsPerRound, machine, residentBytes, progress } = options;
  const { scans, readSeries } = dataset;
  const order = scanSampler(1, scans.length, scans.length);
  const reads = [readScans(dataset, order, 0, readsPerRound)];
  const rss = residentBytes();
  const series = Array.from(order(0, 0).subarray(0, batch), readSeries);
  const training = await timedSteps({ size, batch: series.length, microBatch: batch, machine });
  for (let step = 0; step < WARM_UP_STEPS; step++) await training.take(series);
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    reads.push(readScans(dataset, order, round + 1, readsPerRound));
    seconds.push(secondsOf(await training.take(series)));
    progress?.(round + 1, rounds);
  }
  await training.release();
  const reading = median(reads.map(({ scansPerSecond }) => scansPerSecond));
  const trained = series.length / median(seconds);
  return {
    scans_per_second: rounded(reading),
    mb_per_second: rounded(median(reads.map(({ bytesPerSecond }) => bytesPerSecond)) / 1e6),
    rss_mb: Math.round(rss / 2 ** 20),
    training_scans_per_second: rounded(trained),
    ratio: rounded(reading / trained),
  };
}

/** Reads scans in an epoch's random order. A data set smaller than `count` is gone through again. */
function readScans(
  { readSeries, scans }: Dataset,
  order: (epoch: number, step: number) => Int32Array,
  epoch: number,
  count: number,
): { readonly scansPerSecond: number; readonly bytesPerSecond: number } {
  const indices = order(epoch, 0);
  const started = performance.now();
  let bytes = 0;
  for (let i = 0; i < count; i++) bytes += readSeries(indices[i % scans.length]).values.byteLength;
  const seconds = (performance.now() - started) / 1000;
  return { scansPerSecond: count / seconds, bytesPerSecond: bytes / seconds };
}
