/** @file Whole training steps, with the time of each of their parts. */
import type { ModelSize } from '../model/size.ts';
import { initialWeights } from '../model/weights.ts';
import { drawBatch } from '../pretrain/batch.ts';
import { type Objective, PAPER_OBJECTIVE } from '../pretrain/objective.ts';
import { adamW, emptyMoments, movingAverage, PAPER_ADAMW } from '../pretrain/optimizer.ts';
import { stepRunner } from '../pretrain/step.ts';
import type { Compile } from '../runtime/session.ts';
import type { TimeSeries } from '../series/time-series.ts';

export interface TimedStepsOptions {
  readonly size: ModelSize;
  /** Scans of a step. */
  readonly batch: number;
  readonly microBatch: number;
  readonly objective?: Objective;
  readonly compile: Compile;
}

/** Seconds of one step. */
export interface StepTime {
  /** Random draws and what the graphs are fed: grows with the batch. */
  readonly draws: number;
  /** All passes of the networks: grows with the batch. */
  readonly passes: number;
  /** Optimizer and moving average: grows with the parameters alone. */
  readonly update: number;
}

/** Each call of `take` is a step of a model of the paper's settings; the first ones compile and warm up. */
export function timedSteps({ size, batch, microBatch, objective = PAPER_OBJECTIVE, compile }: TimedStepsOptions): {
  readonly take: (series: readonly TimeSeries[]) => Promise<StepTime>;
  readonly release: () => Promise<void>;
} {
  const plan = { size, objective, fc: 'pearson', seed: 1, batch, drop: { kind: 'percent', percent: 20 } } as const;
  const weights = initialWeights(size, 1);
  const moments = emptyMoments(weights.trained.length);
  const runner = stepRunner(plan, microBatch, compile);
  let step = 0;
  return {
    take: async (series) => {
      const started = performance.now();
      const drawn = drawBatch(plan, step++, [...series.keys()], series);
      const passing = performance.now();
      await runner.run(weights, drawn);
      const updating = performance.now();
      adamW(weights.trained, runner.gradient, moments, step, 3e-4, PAPER_ADAMW);
      movingAverage(weights.target, weights.trained, 0.996);
      const ended = performance.now();
      return {
        draws: (passing - started) / 1000,
        passes: (updating - passing) / 1000,
        update: (ended - updating) / 1000,
      };
    },
    release: runner.release,
  };
}

export function secondsOf({ draws, passes, update }: StepTime): number {
  return draws + passes + update;
}
