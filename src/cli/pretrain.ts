/** @file `brainmass pretrain`: self-supervised pretraining on a data set, new or resumed. */
import { Command } from 'commander';
import { FC_KINDS } from '../connectivity/kinds.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import { InputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import type { ModelCard } from '../model/card.ts';
import { parameterCount } from '../model/parameters.ts';
import { parseConfig, validate } from '../pretrain/config-file.ts';
import { pretrain } from '../pretrain/pretrain.ts';
import {
  createRun,
  metricsLog,
  openRun,
  readState,
  type StepMetrics,
  writeCheckpoint,
  writeSnapshot,
} from '../pretrain/run-directory.ts';
import { PAPER_SETTINGS, type Settings, settingsSchema, sizeOfSettings } from '../pretrain/settings.ts';
import { initialState, type TrainingState } from '../pretrain/training-state.ts';
import { nodeRuntime } from '../runtime/node.ts';
import { printJson, progressLine } from './terminal.ts';
import { VERSION } from './version.ts';
import { wholeNumber } from './whole-number.ts';

interface PretrainCommandOptions {
  out: string;
  config?: string;
  preset?: string;
  layers?: number;
  heads?: number;
  ffn?: number;
  fc?: string;
  epochs?: number;
  batch?: number;
  microBatch?: number;
  warmupEpochs?: number;
  snapshotEpochs?: number;
  seed?: number;
  threads?: number;
  licence: string;
  resume: boolean;
  overwrite: boolean;
  json: boolean;
}

export function pretrainCommand(): Command {
  return new Command('pretrain')
    .description('Pretrain a brain network transformer on unlabelled scans')
    .argument('<dataset>', 'a data set written by ingest or simulate')
    .requiredOption('--out <run>', 'the run directory')
    .option('--config <file>', 'settings as YAML (ours, or the layout of the released code); options here win')
    .option('--preset <name>', 'small, base or large (default: small)')
    .option('--layers <n>', "layers instead of the preset's", wholeNumber('--layers', 1))
    .option(
      '--heads <n>',
      "attention heads instead of the preset's; they divide the ROI count",
      wholeNumber('--heads', 1),
    )
    .option('--ffn <n>', "feed-forward width instead of the preset's", wholeNumber('--ffn', 1))
    .option('--fc <kind>', `functional connectivity: ${FC_KINDS.join(' or ')} (default: pearson)`)
    .option(
      '--epochs <n>',
      'passes over the data (default: 2000); 0 writes the untrained model',
      wholeNumber('--epochs', 0),
    )
    .option('--batch <n>', 'scans a step (default: 256, at most the scans there are)', wholeNumber('--batch', 2))
    .option(
      '--micro-batch <n>',
      'scans in memory at once (default: 16); the result is the same',
      wholeNumber('--micro-batch', 1),
    )
    .option(
      '--warmup-epochs <n>',
      'epochs until the full learning rate (default: 10)',
      wholeNumber('--warmup-epochs', 0),
    )
    .option('--snapshot-epochs <n>', 'keep a copy of the model every n epochs', wholeNumber('--snapshot-epochs', 0))
    .option('--seed <n>', 'seed of every random draw (default: 1)', wholeNumber('--seed', 0))
    .option('--threads <n>', 'threads (default: all cores)', wholeNumber('--threads', 1))
    .option('--licence <text>', 'licence of the weights, for the model card', 'not stated')
    .option('--resume', 'go on with the run in --out', false)
    .option('--overwrite', 'replace the run in --out', false)
    .option('--json', 'print one JSON document', false)
    .addHelpText(
      'after',
      `
Examples:
  brainmass pretrain cohort.dataset --out cohort.run --preset small --epochs 100 --batch 32
  brainmass pretrain cohort.dataset --out cohort.run --resume --epochs 200    (go on, to 200 epochs in all)
  brainmass pretrain cohort.dataset --out untrained.run --epochs 0            (the baseline every claim needs)
  brainmass pretrain cohort.dataset --out cohort.run --config normal_sch1.yaml

Ctrl-C finishes the step, saves, and says how to resume.`,
    )
    .action(run);
}

async function run(path: string, options: PretrainCommandOptions): Promise<void> {
  const dataset = openDataset(path);
  try {
    const { settings, state, card } = options.resume ? resumed(dataset, options) : await started(dataset, options);
    const before = state.step;
    const log = metricsLog(options.out);
    let last: StepMetrics | undefined;
    const stop = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
    await pretrain(state, {
      dataset,
      settings,
      compile: nodeRuntime(options.threads === undefined ? {} : { threads: options.threads }),
      onStep: (metrics) => {
        last = metrics;
        log(metrics);
      },
      onCheckpoint: (checkpoint) =>
        writeCheckpoint(options.out, cardAt(card, dataset, settings, checkpoint), checkpoint),
      onSnapshot: (epoch, snapshot) =>
        writeSnapshot(options.out, epoch, cardAt(card, dataset, settings, snapshot), snapshot),
      progress: progressLine('step'),
      signal: stop.signal,
    });
    if (options.json)
      printJson({ run: options.out, step: state.step, parameters: parameterCount(card.size), last: last ?? null });
    else process.stdout.write(summary(options.out, path, state.step - before, last, stop.signal.aborted));
  } finally {
    dataset.close();
  }
}

interface Prepared {
  readonly settings: Settings;
  readonly state: TrainingState;
  readonly card: ModelCard;
}

async function started(dataset: Dataset, options: PretrainCommandOptions): Promise<Prepared> {
  const settings = resolve(dataset, options);
  const size = sizeOfSettings(settings, dataset.roiNames.length);
  const state = initialState(size, settings.training.seed);
  const card: ModelCard = {
    format: 'brainmass-model/1',
    version: VERSION,
    preset: settings.model.preset,
    size,
    parameters: parameterCount(size),
    atlas: dataset.atlas,
    roi_names: [...dataset.roiNames],
    fc: settings.data.fc,
    seed: settings.training.seed,
    epochs: 0,
    steps: 0,
    licence: options.licence,
  };
  await createRun(options.out, settings, card, state, { overwrite: options.overwrite });
  return { settings, state, card };
}

/** Settings from the file, then from the command line, checked against the data. */
function resolve(dataset: Dataset, options: PretrainCommandOptions): Settings {
  const file = options.config === undefined ? undefined : parseConfig(readText(options.config), options.config);
  for (const key of file?.ignored ?? [])
    process.stderr.write(`${options.config}: ${key} has no meaning here and is ignored\n`);
  const rois = dataset.roiNames.length;
  if (file?.rois !== undefined && file.rois !== rois)
    throw new InputError({
      where: options.config!,
      problem: 'the settings are for another ROI count',
      expected: `${file.rois}`,
      found: `${rois} in ${dataset.directory}`,
    });
  const base = file?.settings ?? PAPER_SETTINGS;
  const given = <T extends object>(changes: T) =>
    Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const { preset, layers, heads, ffn, fc, epochs, batch, microBatch, warmupEpochs, snapshotEpochs, seed } = options;
  const settings = validate(
    settingsSchema,
    {
      ...base,
      model: { ...base.model, ...given({ preset, layers, heads, ffn }) },
      data: { ...base.data, ...given({ fc }) },
      optimizer: { ...base.optimizer, ...given({ warmup_epochs: warmupEpochs }) },
      training: {
        ...base.training,
        ...given({ epochs, batch, micro_batch: microBatch, snapshot_epochs: snapshotEpochs, seed }),
      },
    },
    'the command line',
  );
  return fitToData(settings, dataset);
}

/** A batch is at most the whole data set; fewer ROIs than are to be masked cannot be. */
function fitToData(settings: Settings, { scans, roiNames, directory }: Dataset): Settings {
  if (scans.length < 2)
    throw new InputError({
      where: directory,
      problem: 'pretraining compares scans',
      expected: 'at least 2',
      found: `${scans.length}`,
    });
  const { contrastive_rois: contrastive, reconstruction_rois: reconstruction } = settings.objective;
  if (Math.max(contrastive, reconstruction) > roiNames.length)
    throw new InputError({
      where: directory,
      problem: `cannot hide ${Math.max(contrastive, reconstruction)} ROIs`,
      found: `${roiNames.length} ROIs`,
      fix: 'lower objective.contrastive_rois and objective.reconstruction_rois in --config',
    });
  const batch = Math.min(settings.training.batch, scans.length);
  return { ...settings, training: { ...settings.training, batch } };
}

/** The run as it was started; only its length may be changed. */
function resumed(dataset: Dataset, options: PretrainCommandOptions): Prepared {
  const { settings, card } = openRun(options.out);
  const hash = card.dataset?.hash;
  if (hash !== undefined && hash !== dataset.hash)
    throw new InputError({
      where: options.out,
      problem: `the run was started on another data set than ${dataset.directory}`,
      expected: `hash ${hash.slice(0, 12)}`,
      found: dataset.hash.slice(0, 12),
      fix: 'resume with the data set it was started on',
    });
  const epochs = options.epochs ?? settings.training.epochs;
  return {
    settings: { ...settings, training: { ...settings.training, epochs } },
    state: readState(options.out, card),
    card,
  };
}

/** The card of a checkpoint: an untrained model has seen nobody. */
function cardAt(card: ModelCard, { hash, scans }: Dataset, { training }: Settings, { step }: TrainingState): ModelCard {
  if (step === 0) return card;
  const participants = [...new Set(scans.map((scan) => scan.participantId))].sort();
  const epochs = step / Math.max(1, Math.floor(scans.length / training.batch));
  return {
    ...card,
    dataset: { hash, scans: scans.length, participants: participants.length },
    participants,
    epochs,
    steps: step,
  };
}

function summary(
  out: string,
  dataset: string,
  steps: number,
  last: StepMetrics | undefined,
  interrupted: boolean,
): string {
  if (interrupted)
    return `stopped after ${steps} steps and saved; go on with: brainmass pretrain ${dataset} --out ${out} --resume\n`;
  if (last === undefined) return `the untrained model is in ${out}\n`;
  const loss = `loss ${last.loss.toFixed(4)} (lra ${last.lra.toFixed(4)}, nce ${last.nce.toFixed(4)}, mse ${last.mse.toFixed(5)})`;
  return `${steps} steps, ${loss}; model and metrics are in ${out}\n`;
}
