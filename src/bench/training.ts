/** @file Times whole training steps beside the machine's own matrix product. */

import type { ModelSize } from '../model/size.ts';
import { initialWeights } from '../model/weights.ts';
import { drawBatch } from '../pretrain/batch.ts';
import { PAPER_OBJECTIVE } from '../pretrain/objective.ts';
import { adamW, emptyMoments, movingAverage, PAPER_ADAMW } from '../pretrain/optimizer.ts';
import { stepRunner } from '../pretrain/step.ts';
import type { Progress } from '../progress.ts';
import { normal, randomStream } from '../random/draws.ts';
import type { Compile } from '../runtime/session.ts';
import type { TimeSeries } from '../series/time-series.ts';
import { matrixProduct } from './matrix-product.ts';
import { stepOperations } from './operations.ts';

export interface TrainingBench {
  readonly ms_per_scan: number;
  readonly scans_per_second: number;
  /** Operations of the method a second, 1e9. */
  readonly gflops: number;
  /** Rate of a 1024 x 1024 x 1024 product on the same runtime and threads, taken between the steps, 1e9. */
  readonly gemm_gflops: number;
  readonly utilisation: number;
}

export interface TrainingBenchOptions {
  readonly size: ModelSize;
  readonly batch: number;
  readonly microBatch: number;
  readonly dropout: number;
  readonly steps: number;
  readonly compile: Compile;
  readonly progress?: Progress;
}

const WARM_UP_STEPS = 2;
const TIMEPOINTS = 200;

/** Times everything a step does: draws, pseudo-FC, all passes, optimizer, moving average. Figures are medians over steps. */
export async function benchTraining(options: TrainingBenchOptions): Promise<TrainingBench> {
  const { size, batch, microBatch, dropout, steps, compile, progress } = options;
  const objective = { ...PAPER_OBJECTIVE, dropout };
  const plan = { size, objective, fc: 'pearson', seed: 1, batch, drop: { kind: 'percent', percent: 20 } } as const;
  const weights = initialWeights(size, 1);
  const moments = emptyMoments(weights.trained.length);
  const runner = stepRunner(plan, microBatch, compile);
  const product = await matrixProduct(compile);
  const series = Array.from({ length: batch }, (_, scan) => noise(scan, size.rois));
  const seconds: number[] = [];
  const rates: number[] = [];
  for (let step = 0; step < WARM_UP_STEPS + steps; step++) {
    const started = performance.now();
    await runner.run(weights, drawBatch(plan, step, [...series.keys()], series));
    adamW(weights.trained, runner.gradient, moments, step + 1, 3e-4, PAPER_ADAMW);
    movingAverage(weights.target, weights.trained, 0.996);
    const taken = (performance.now() - started) / 1000;
    const rate = median([await product.rate(), await product.rate(), await product.rate()]);
    if (step >= WARM_UP_STEPS) {
      seconds.push(taken);
      rates.push(rate);
    }
    progress?.(step + 1, WARM_UP_STEPS + steps, `${((taken * 1000) / batch).toFixed(1)} ms a scan`);
  }
  await runner.release();
  await product.release();
  const perScan = median(seconds) / batch;
  const operations = stepOperations(size) / perScan;
  return {
    ms_per_scan: round(perScan * 1000),
    scans_per_second: round(1 / perScan),
    gflops: round(operations / 1e9),
    gemm_gflops: round(median(rates) / 1e9),
    utilisation: round(operations / median(rates)),
  };
}

function noise(scan: number, rois: number): TimeSeries {
  const stream = randomStream({ seed: 1, purpose: 'simulate', b: scan });
  const values = Float32Array.from({ length: TIMEPOINTS * rois }, () => normal(stream));
  return { values, timepoints: TIMEPOINTS, rois };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
