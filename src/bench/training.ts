/** @file Times whole training steps beside the machine's own matrix product. */
import type { ModelSize } from '../model/size.ts';
import { PAPER_OBJECTIVE } from '../pretrain/objective.ts';
import type { Machine } from '../pretrain/worker-lanes.ts';
import type { Progress } from '../progress.ts';
import { median, rounded } from './figures.ts';
import { matrixProduct } from './matrix-product.ts';
import { noiseSeries } from './noise-series.ts';
import { stepOperations } from './operations.ts';
import { secondsOf, timedSteps } from './timed-steps.ts';

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
  readonly machine: Machine;
  readonly progress?: Progress;
}

const WARM_UP_STEPS = 2;

/** Times everything a step does: draws, pseudo-FC, all passes, optimizer, moving average. Figures are medians over steps. */
export async function benchTraining(options: TrainingBenchOptions): Promise<TrainingBench> {
  const { size, batch, microBatch, dropout, steps, machine, progress } = options;
  const objective = { ...PAPER_OBJECTIVE, dropout };
  const series = noiseSeries(batch, size.rois);
  const training = await timedSteps({ size, batch, microBatch, objective, machine });
  const product = await matrixProduct(machine.compile);
  const seconds: number[] = [];
  const rates: number[] = [];
  for (let step = 0; step < WARM_UP_STEPS + steps; step++) {
    const taken = secondsOf(await training.take(series));
    const rate = median([await product.rate(), await product.rate(), await product.rate()]);
    if (step >= WARM_UP_STEPS) {
      seconds.push(taken);
      rates.push(rate);
    }
    progress?.(step + 1, WARM_UP_STEPS + steps, `${((taken * 1000) / batch).toFixed(1)} ms a scan`);
  }
  await training.release();
  await product.release();
  const perScan = median(seconds) / batch;
  const operations = stepOperations(size) / perScan;
  return {
    ms_per_scan: rounded(perScan * 1000),
    scans_per_second: rounded(1 / perScan),
    gflops: rounded(operations / 1e9),
    gemm_gflops: rounded(median(rates) / 1e9),
    utilisation: rounded(operations / median(rates)),
  };
}
