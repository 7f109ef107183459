/** @file Times functional connectivity, and pseudo-FC as training makes it, beside a training step. */
import { connectivity, type FcKind } from '../connectivity/kinds.ts';
import { keptTimepoints } from '../connectivity/pseudo-fc.ts';
import type { ModelSize } from '../model/size.ts';
import { pseudoFcViews } from '../pretrain/pseudo-fc-views.ts';
import type { Machine } from '../pretrain/worker-lanes.ts';
import type { Progress } from '../progress.ts';
import type { Compile } from '../runtime/session.ts';
import type { TimeSeries } from '../series/time-series.ts';
import { median, millisecondsOf, rounded } from './figures.ts';
import { noiseSeries } from './noise-series.ts';
import { secondsOf, timedSteps } from './timed-steps.ts';

/** Milliseconds of one scan. */
export interface ConnectivityBench {
  readonly pearson_ms: number;
  readonly ledoit_wolf_ms: number;
  /** Two views of a scan: time points drawn, and the networks of both. */
  readonly pfc_pair_ms: number;
  readonly pfc_pair_parts_ms: PairTimes;
  /** A whole training step, per scan. */
  readonly step_ms: number;
  /** The pair over the step. */
  readonly share_of_step: number;
}

export interface ConnectivityBenchOptions {
  readonly size: ModelSize;
  readonly timepoints: number;
  readonly batch: number;
  readonly rounds: number;
  readonly machine: Machine;
  readonly progress?: Progress;
}

const WARM_UP_ROUNDS = 2;

export async function benchConnectivity(options: ConnectivityBenchOptions): Promise<ConnectivityBench> {
  const { size, timepoints, batch, rounds, machine, progress } = options;
  const series = noiseSeries(batch, size.rois, timepoints);
  const training = await timedSteps({ size, batch, microBatch: batch, machine });
  const views = pseudoFc(series, machine.compile);
  const out = new Float32Array(size.rois ** 2);
  const full = (kind: FcKind) => millisecondsOf(() => series.forEach((scan) => void connectivity(kind, scan, out)));
  const times: Times[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    const time: Times = {
      pearson: await full('pearson'),
      ledoitWolf: await full('ledoit-wolf'),
      ...(await views.draw(round)),
      step: 1000 * secondsOf(await training.take(series)),
    };
    if (round >= WARM_UP_ROUNDS) times.push(time);
    progress?.(round + 1, WARM_UP_ROUNDS + rounds);
  }
  await training.release();
  await views.release();
  const perScan = (name: keyof Times) => median(times.map((time) => time[name])) / batch;
  const parts = { draws: perScan('draws'), networks: perScan('networks') };
  const pair = parts.draws + parts.networks;
  return {
    pearson_ms: rounded(perScan('pearson')),
    ledoit_wolf_ms: rounded(perScan('ledoitWolf')),
    pfc_pair_ms: rounded(pair),
    pfc_pair_parts_ms: { draws: rounded(parts.draws), networks: rounded(parts.networks) },
    step_ms: rounded(perScan('step')),
    share_of_step: rounded(pair / perScan('step')),
  };
}

/** Milliseconds of the parts of a pseudo-FC pair. */
interface PairTimes {
  readonly draws: number;
  readonly networks: number;
}

interface Times extends PairTimes {
  readonly pearson: number;
  readonly ledoitWolf: number;
  readonly step: number;
}

/** Two views of every scan of a batch, each part of the work timed. */
function pseudoFc(series: readonly TimeSeries[], compile: Compile) {
  const [{ timepoints, rois }] = series;
  const views = pseudoFcViews({ fc: 'pearson', rois, compile });
  const into = [1, 2].map(() => new Float32Array(series.length * rois * rois));
  return {
    draw: async (epoch: number): Promise<PairTimes> => {
      let kept: Uint8Array[][] = [];
      const draws = await millisecondsOf(() => {
        kept = [1, 2].map((view) => series.map((_, scan) => drawView(timepoints, epoch, scan, view)));
      });
      const networks = await millisecondsOf(() => views.run(series, [kept[0], kept[1]], [into[0], into[1]]));
      return { draws, networks };
    },
    release: views.release,
  };
}

function drawView(timepoints: number, epoch: number, scan: number, view: number): Uint8Array {
  return keptTimepoints({ kind: 'percent', percent: 20 }, timepoints, { seed: 1, epoch, scan, view });
}
