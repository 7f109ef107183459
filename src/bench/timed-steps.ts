/** @file Whole training steps, with the time of each of their parts. */
import type { ModelSize } from '../model/size.ts';
import { assembleBatch, drawBatch, type StepBatch } from '../pretrain/batch.ts';
import { type Objective, PAPER_OBJECTIVE } from '../pretrain/objective.ts';
import { PAPER_ADAMW } from '../pretrain/optimizer.ts';
import { pseudoFcViews } from '../pretrain/pseudo-fc-views.ts';
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
  /** All passes of the networks, and, beside them as in training, the next batch's draws: grows with the batch. */
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
  const plan = { size, objective, seed: 1, batch, drop: { kind: 'percent', percent: 20 } } as const;
  const team = teamOn(machine, initialState(size, 1));
  const runner = await stepRunner(plan, microBatch, team.state, team.assemble);
  const networks = pseudoFcViews({ fc: 'pearson', rois: size.rois, compile: team.compile });
  const draw = (step: number, series: readonly TimeSeries[]) =>
    assembleBatch(networks, series, drawBatch(plan, step, [...series.keys()], series));
  let step = 0;
  let upcoming: Promise<StepBatch> | undefined;
  return {
    take: async (series) => {
      const started = performance.now();
      const running = runner.run(await (upcoming ?? draw(step, series)));
      step++;
      upcoming = draw(step, series);
      await Promise.all([running, upcoming]);
      const updating = performance.now();
      await runner.update({ ...PAPER_ADAMW, step, learningRate: 3e-4, momentum: 0.996 });
      const ended = performance.now();
      return { passes: (updating - started) / 1000, update: (ended - updating) / 1000 };
    },
    release: async () => {
      await runner.release();
      await networks.release();
    },
  };
}

export function secondsOf({ passes, update }: StepTime): number {
  return passes + update;
}
