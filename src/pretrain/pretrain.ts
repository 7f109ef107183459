/** @file The pretraining loop: draw, step, log, now and then a checkpoint. */
import type { Dataset } from '../dataset/dataset.ts';
import { InputError } from '../errors/input-error.ts';
import type { Progress } from '../progress.ts';
import { oneRank, type Ranks } from '../ranks/ranks.ts';
import { shareOf } from '../ranks/share.ts';
import type { Compile } from '../runtime/session.ts';
import { assembleBatch, drawBatch, type StepBatch } from './batch.ts';
import { MEMORY_BUDGET, microBatchThatFits } from './micro-batch.ts';
import type { Losses } from './objective.ts';
import { PAPER_ADAMW } from './optimizer.ts';
import { pseudoFcViews } from './pseudo-fc-views.ts';
import type { StepMetrics } from './run-directory.ts';
import { learningRate, scanSampler, stepsPerEpoch } from './schedule.ts';
import { objectiveOfSettings, type Settings, viewsOfSettings } from './settings.ts';
import { type AssembleTeam, stepRunner } from './step.ts';
import type { TrainingState } from './training-state.ts';
import { watchStep } from './watch.ts';

export interface PretrainOptions {
  readonly dataset: Dataset;
  readonly settings: Settings;
  /** For what runs beside the lanes: pseudo-networks. */
  readonly compile: Compile;
  /** The lanes that take the steps. */
  readonly assemble: AssembleTeam;
  /** Called after every step, before the next one starts. */
  readonly onStep: (metrics: StepMetrics) => void;
  /** Called now and then with a state worth keeping, and at the end. */
  readonly onCheckpoint: (state: TrainingState) => void;
  /** Called after every `snapshot_epochs` epochs. */
  readonly onSnapshot: (epoch: number, state: TrainingState) => void;
  /** The others that take the same steps; callbacks are called on every rank. */
  readonly ranks?: Ranks;
  readonly progress?: Progress | undefined;
  /** Ends the run after the current step, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes the steps that are left. `state` is changed in place.
 *
 * @throws InputError when the loss or its gradient is no longer finite; the last checkpoint stays as it is
 */
export async function pretrain(state: TrainingState, options: PretrainOptions): Promise<void> {
  const { dataset, settings, compile, assemble, ranks = oneRank(), progress, signal } = options;
  const { onStep, onCheckpoint, onSnapshot } = options;
  const { optimizer, training } = settings;
  const scans = dataset.scans.length;
  const perEpoch = stepsPerEpoch(scans, training.batch);
  const total = training.epochs * perEpoch;
  const objective = objectiveOfSettings(settings);
  const { fc, drop } = viewsOfSettings(settings);
  const plan = {
    size: state.weights.size,
    objective,
    seed: training.seed,
    batch: training.batch,
    drop,
  };
  const share = shareOf(ranks.rank, ranks.size, training.batch);
  const { micro_batch: microBatch = microBatchThatFits(plan.size, share.count, MEMORY_BUDGET) } = training;
  const runner = await stepRunner(plan, microBatch, state, assemble, ranks);
  const networks = pseudoFcViews({ fc, rois: plan.size.rois, compile });
  const sample = scanSampler(training.seed, scans, training.batch, dataset.parts);
  const adam = { ...PAPER_ADAMW, weightDecay: optimizer.weight_decay, clipValue: optimizer.clip_value };

  const draw = async (step: number): Promise<StepBatch> => {
    const epoch = Math.floor(step / perEpoch);
    const draws = sample(epoch, step % perEpoch).subarray(share.first, share.first + share.count);
    const series = Array.from(draws, (address) => dataset.readSeries(address % scans));
    return assembleBatch(networks, series, drawBatch(plan, epoch, draws, series));
  };
  /** The next batch; undefined as long as there is none, and when drawing it failed. */
  let upcoming: Promise<StepBatch | undefined> = Promise.resolve(undefined);

  const takeStep = async () => {
    const started = performance.now();
    const { step } = state;
    const epoch = Math.floor(step / perEpoch);
    const running = runner.run((await upcoming) ?? (await draw(step)));
    // Lanes in other threads leave this one free to draw the next batch. What goes wrong is met again when its turn comes.
    upcoming = step + 1 < total ? draw(step + 1).catch(() => undefined) : Promise.resolve(undefined);
    const { losses, embedding } = await running;
    checkFinite('loss', losses, epoch, step);
    const lr = learningRate(epoch, optimizer.learning_rate, optimizer.warmup_epochs);
    const norms = await runner.update({
      ...adam,
      step: step + 1,
      learningRate: lr,
      momentum: optimizer.target_momentum,
    });
    checkFinite('gradient', norms, epoch, step);
    state.step++;
    const watched = watchStep(state.recent, state.step, embedding, norms);
    const scansPerSecond = training.batch / ((performance.now() - started) / 1000);
    const scans_per_second = Math.round(scansPerSecond * 100) / 100;
    onStep({ epoch, step: state.step, ...losses, lr, ...watched, scans_per_second });
    progress?.(state.step, total, progressNote(epoch, training.epochs, losses, scansPerSecond));
  };

  try {
    let saved = Date.now();
    // A signal to one rank stops all.
    while (state.step < total && ranks.largest(Number(signal?.aborted === true)) === 0) {
      await takeStep();
      const epochsDone = state.step / perEpoch;
      const every = (epochs: number) => epochs > 0 && epochsDone % epochs === 0;
      const snapshot = every(training.snapshot_epochs);
      const due = every(training.checkpoint_epochs) || Date.now() - saved >= training.checkpoint_minutes * 60_000;
      if (snapshot || due) checkWeights(state);
      if (snapshot) onSnapshot(epochsDone, state);
      if (!due) continue;
      onCheckpoint(state);
      saved = Date.now();
    }
    checkWeights(state);
    onCheckpoint(state);
  } finally {
    await runner.release();
    await networks.release();
  }
}

const MEND =
  'the last checkpoint is kept; lower optimizer.learning_rate, or look for extreme scans with brainmass inspect';

function checkFinite(what: string, parts: object, epoch: number, step: number): void {
  const broken = Object.entries(parts).filter(([, value]) => !Number.isFinite(value));
  if (broken.length > 0)
    throw new InputError({
      where: `epoch ${epoch + 1}, step ${step + 1}`,
      problem: `the ${what} is no longer finite (${broken.map(([name, value]) => `${name} ${value}`).join(', ')})`,
      fix: MEND,
    });
}

/** A step from a finite loss can still leave the numbers; such weights must not replace a checkpoint. */
function checkWeights({ weights, step }: TrainingState): void {
  for (const value of weights.trained)
    if (!Number.isFinite(value))
      throw new InputError({ where: `step ${step}`, problem: 'the weights are no longer finite', fix: MEND });
}

function progressNote(epoch: number, epochs: number, { loss, lra, nce, mse }: Losses, scansPerSecond: number): string {
  const parts = `loss ${loss.toFixed(3)} (lra ${lra.toFixed(3)}, nce ${nce.toFixed(3)}, mse ${mse.toFixed(4)})`;
  return `epoch ${epoch + 1}/${epochs}, ${parts}, ${scansPerSecond.toFixed(1)} scans/s`;
}
