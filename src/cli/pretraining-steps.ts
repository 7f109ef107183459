/** @file The steps of a prepared run: taken, logged, watched, and kept on disk now and then. */
import type { Dataset } from '../dataset/dataset.ts';
import { checkLock, touchLock } from '../files/directory-lock.ts';
import type { LockOwner } from '../files/lock-owner.ts';
import { pretrain } from '../pretrain/pretrain.ts';
import { metricsLog, type StepMetrics, writeCheckpoint, writeSnapshot } from '../pretrain/run-directory.ts';
import { stepsPerEpoch } from '../pretrain/schedule.ts';
import { type Machine, teamOn } from '../pretrain/worker-lanes.ts';
import type { Progress } from '../progress.ts';
import { oneRank, type Ranks } from '../ranks/ranks.ts';
import { sayingWhatIsKept } from './kept-checkpoint.ts';
import { cardAt, type PreparedRun } from './pretraining-run.ts';
import { collapseWatch, utilisationNote } from './pretraining-status.ts';

export interface StepsRequest {
  readonly ranks?: Ranks | undefined;
  readonly dataset: Dataset;
  /** The run directory, locked by `owner`. */
  readonly out: string;
  readonly prepared: PreparedRun;
  readonly owner: LockOwner;
  readonly machine: Machine;
  /** Measure and say what share of the machine training reaches. */
  readonly saysUtilisation: boolean;
  readonly status?: Progress | undefined;
  readonly signal: AbortSignal;
  /** What a person does to go on after trouble: `--resume` when not given. */
  readonly goOn?: string | undefined;
}

export interface StepsTaken {
  /** Steps of the run before and now. */
  readonly before: number;
  readonly after: number;
  /** Of the last step taken here. */
  readonly last: StepMetrics | undefined;
  /** Before its end, by the signal. */
  readonly stopped: boolean;
}

/**
 * Takes the steps that are left, until the signal says otherwise; the run directory then holds the last one. Rank 0 alone
 * writes.
 *
 * @throws InputError when training or the disk fails; it says which checkpoint is kept
 */
export async function takeSteps(request: StepsRequest): Promise<StepsTaken> {
  const { ranks = oneRank(), dataset, out, owner, machine, saysUtilisation, status, signal, goOn } = request;
  const { settings, card, ...prepared } = request.prepared;
  const leads = ranks.rank === 0;
  const stopTouching = leads ? touchLock(out, owner) : () => {};
  try {
    const before = prepared.state.step;
    let saved = before;
    const keeping = <T>(work: () => T) =>
      sayingWhatIsKept(work, { run: out, dataset: dataset.directory, step: saved, goOn });
    const log = leads ? keeping(() => metricsLog(out, before)) : () => {};
    let last: StepMetrics | undefined;
    const { state, assemble, compile } = teamOn(machine, prepared.state);
    const { batch, epochs } = settings.training;
    const total = epochs * stepsPerEpoch(dataset.scans.length, batch);
    const left = saysUtilisation ? total - before : 0;
    const utilisation = await utilisationNote(machine.compile, card.size, left * batch);
    const warnOfCollapse = leads ? collapseWatch() : () => {};
    await pretrain(state, {
      dataset: { ...dataset, readSeries: (scan) => keeping(() => dataset.readSeries(scan)) },
      settings,
      assemble,
      compile,
      onStep: (metrics) => {
        last = metrics;
        keeping(() => log(metrics));
        warnOfCollapse(metrics);
      },
      onCheckpoint: (checkpoint) => {
        if (!leads) return;
        checkLock(out, owner);
        keeping(() => writeCheckpoint(out, settings, cardAt(card, dataset, settings, checkpoint), checkpoint));
        saved = checkpoint.step;
      },
      onSnapshot: (epoch, snapshot) => {
        if (!leads) return;
        keeping(() => writeSnapshot(out, epoch, cardAt(card, dataset, settings, snapshot), snapshot));
      },
      progress: (done, all, note) =>
        status?.(done, all, `${note ?? ''}${last === undefined ? '' : utilisation(last.scans_per_second)}`),
      signal,
      ranks,
    });
    return { before, after: state.step, last, stopped: state.step < total };
  } finally {
    stopTouching();
  }
}
