/** @file Whole training steps, with the time of each of their parts. */
import type { ModelSize } from '../model/size.ts';
import { drawBatch } from '../pretrain/batch.ts';
import { type Objective, PAPER_OBJECTIVE } from '../pretrain/objective.ts';
import { PAPER_ADAMW } from '../pretrain/optimizer.ts';
import { stepRunner } from '../pretrain/step.ts';
import { initialState } from '../pretrain/training-state.ts';
import { type Machine, teamOn } from '../pretrain/worker-lanes.ts';
import type { TimeSeries } from '../series/time-series.ts';

export interface TimedStepsOptions {
  readonly size: ModelSize;
  /** Scans of a step. */
  readonly batch: number;
  readonly microBatch: number;
  readonly objective?: Objective;
  readonly machine: Machine;
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

export interface TimedSteps {
  readonly take: (series: readonly TimeSeries[]) => Promise<StepTime>;
  readonly release: () => Promise<void>;
}

/** Each call of `take` is a step of a model of the paper's settings; the first ones compile and warm up. */
export async function timedSteps({
  size,
  batch,
  microBatch,
  objective = PAPER_OBJECTIVE,
  machine,
}: TimedStepsOptions): Promise<TimedSteps> {
  const plan = { size, objective, fc: 'pearson', seed: 1, batch, drop: { kind: 'percent', percent: 20 } } as const;
  const team = teamOn(machine, initialState(size, 1));
  const runner = await stepRunner(plan, microBatch, team.state, team.assemble);
  let step = 0;
  return {
    take: async (series) => {
      const started = performance.now();
      const drawn = drawBatch(plan, step++, [...series.keys()], series);
      const passing = performance.now();
      await runner.run(drawn);
      const updating = performance.now();
      await runner.update({ ...PAPER_ADAMW, step, learningRate: 3e-4, momentum: 0.996 });
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
