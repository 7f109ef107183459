/** @file The pretraining runs of an ablation, one after the other: those that are there go on, or are done. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AblationRun } from '../ablate/plan.ts';
import { stepOperations } from '../bench/operations.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { InputError } from '../errors/input-error.ts';
import { releaseLock } from '../files/directory-lock.ts';
import { type LockOwner, newOwner } from '../files/lock-owner.ts';
import { openRun } from '../pretrain/run-directory.ts';
import { checkSameSettings, identityOf } from '../pretrain/run-identity.ts';
import type { Machine } from '../pretrain/worker-lanes.ts';
import type { Progress } from '../progress.ts';
import { oneRank } from '../ranks/ranks.ts';
import { makeRun, type PreparedRun, prepareOn, withMicroBatch } from './pretraining-run.ts';
import { takeSteps } from './pretraining-steps.ts';

export interface AblationPretraining {
  readonly runs: readonly AblationRun[];
  readonly dataset: Dataset;
  /** Of the whole ablation. */
  readonly out: string;
  readonly machine: Machine;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Where a run of an ablation is. */
export function runDirectory(out: string, { name }: Pick<AblationRun, 'name'>): string {
  return join(out, 'runs', name);
}

/** The steps of a run that were taken before, by its card; 0 without one. */
export function stepsTaken(out: string, run: AblationRun): number {
  const directory = runDirectory(out, run);
  return existsSync(join(directory, 'config.yaml')) ? (openRun(directory).card.steps ?? 0) : 0;
}

/**
 * Takes the steps that are left of every run.
 *
 * @returns the run at which the signal came, or undefined when all are done
 * @throws InputError when a run that is there is another one than is asked for, or training fails
 */
export async function pretrainRuns(request: AblationPretraining): Promise<AblationRun | undefined> {
  const { runs, out, progress, signal } = request;
  const taken = runs.map((run) => checkRun(out, run));
  // A step of a larger model counts for more: in steps of the full method.
  const [{ size, settings }] = runs;
  const full = stepOperations(size) * settings.training.batch;
  const weights = runs.map((run) => (stepOperations(run.size) * run.settings.training.batch) / full);
  const total = Math.round(runs.reduce((sum, { steps }, i) => sum + steps * weights[i], 0));
  const counted = [...taken];
  for (const [i, run] of runs.entries()) {
    if (signal.aborted) return run;
    const status: Progress = (step, steps, note) => {
      counted[i] = step;
      const done = Math.round(counted.reduce((sum, count, k) => sum + count * weights[k], 0));
      const place = `run ${i + 1} of ${runs.length} (${run.name}), step ${step}/${steps}`;
      progress(Math.min(done, total), total, note === undefined ? place : `${place}, ${note}`);
    };
    const stopped = await pretrainRun(run, request, status);
    counted[i] = run.steps;
    if (stopped) return run;
  }
  return undefined;
}

/** @returns whether the signal ended it before its end */
async function pretrainRun(
  run: AblationRun,
  { dataset, out, machine, signal }: AblationPretraining,
  status: Progress,
): Promise<boolean> {
  const directory = runDirectory(out, run);
  const owner = newOwner();
  try {
    const prepared = await prepare(run, dataset, directory, owner);
    if (prepared.state.step >= run.steps && run.steps > 0) return false;
    const goOn = 'the same command';
    const request = { dataset, out: directory, prepared, owner, machine, saysUtilisation: false, status, signal, goOn };
    return (await takeSteps(request)).stopped;
  } finally {
    releaseLock(directory, owner);
  }
}

async function prepare(
  { settings }: AblationRun,
  dataset: Dataset,
  out: string,
  owner: LockOwner,
): Promise<PreparedRun> {
  const about = { out, licence: 'not stated', overwrite: false };
  if (!existsSync(join(out, 'config.yaml')))
    return makeRun({ dataset }, withMicroBatch(settings, dataset, 1), about, owner);
  const { epochs } = settings.training;
  const options = { ...about, epochs, device: 'cpu', resume: true, json: false } as const;
  return prepareOn(oneRank(), { dataset }, options, owner);
}

/** Before the first step of all, so that nothing is begun that cannot be ended. @returns its steps so far */
function checkRun(out: string, run: AblationRun): number {
  const directory = runDirectory(out, run);
  if (!existsSync(join(directory, 'config.yaml'))) return 0;
  const { settings } = openRun(directory);
  try {
    checkSameSettings(identityOf(settings), run.settings, directory);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    const { expected, found } = cause.details;
    throw new InputError(
      {
        where: directory,
        problem: 'there is a run of this name with other settings',
        expected: found ?? '',
        found: expected ?? '',
        fix: 'ask for the settings it has, or name another --out',
      },
      { cause },
    );
  }
  const steps = stepsTaken(out, run);
  if (steps > run.steps)
    throw new InputError({
      where: directory,
      problem: 'the run that is there was trained for longer',
      expected: `at most ${run.steps} steps (${run.settings.training.epochs} epochs)`,
      found: `${steps}`,
      fix: 'raise --epochs, or name another --out',
    });
  return steps;
}

/** Refuses a directory that holds something else. @throws InputError */
export function checkOut(out: string): void {
  if (!existsSync(out) || existsSync(join(out, 'runs'))) return;
  if (readdirSync(out).length > 0)
    throw new InputError({
      where: out,
      problem: 'the directory is not empty and is no ablation',
      fix: 'name another with --out',
    });
}
