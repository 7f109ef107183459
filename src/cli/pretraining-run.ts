/** @file A pretraining run that starts or goes on: settings from file and options, checked against the data. */
import { totalmem } from 'node:os';
import { fingerprintOf } from '../checks/fingerprint.ts';
import { CORPUS_SPLIT_FILE, formatCorpusSplit } from '../dataset/corpus-split.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { InputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import { takeLock } from '../files/directory-lock.ts';
import type { LockOwner } from '../files/lock-owner.ts';
import type { ModelCard } from '../model/card.ts';
import { parameterCount } from '../model/parameters.ts';
import { checkSameRois } from '../model/same-rois.ts';
import { parseConfig, validate } from '../pretrain/config-file.ts';
import { fitToData } from '../pretrain/fit-settings.ts';
import { MEMORY_BUDGET, microBatchThatFits } from '../pretrain/micro-batch.ts';
import { createRun, openRun, readState, tidyRun, writeSettings } from '../pretrain/run-directory.ts';
import { PAPER_SETTINGS, type Settings, settingsSchema, sizeOfSettings } from '../pretrain/settings.ts';
import { initialState, type TrainingState } from '../pretrain/training-state.ts';
import type { Ranks } from '../ranks/ranks.ts';
import type { Device } from '../runtime/device.ts';
import { warnOfData } from './data-warnings.ts';
import { checkCorpusOfRun, corpusOnCard, type PretrainingData } from './pretraining-data.ts';
import { VERSION } from './version.ts';

/** The command's options; what is undefined was not given. */
export interface PretrainOptions {
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
  checkpointMinutes?: number;
  checkpointEpochs?: number;
  snapshotEpochs?: number;
  seed?: number;
  threads?: number;
  lanes?: number;
  device: Device;
  licence: string;
  resume: boolean;
  overwrite: boolean;
  json: boolean;
}

/** A run that is ready to take steps. */
export interface PreparedRun {
  readonly settings: Settings;
  readonly state: TrainingState;
  readonly card: ModelCard;
}

/** What {@link startRun} or {@link resumeRun} prepares on rank 0, on every rank: the others read what that one has checked or written. */
export async function prepareOn(
  ranks: Ranks,
  data: PretrainingData,
  options: PretrainOptions,
  owner: LockOwner,
): Promise<PreparedRun> {
  if (ranks.rank === 0) {
    const prepared = await (options.resume ? resumeRun : startRun)(data, options, owner, ranks.size);
    ranks.broadcast(JSON.stringify({ settings: prepared.settings, card: prepared.card }));
    return prepared;
  }
  const { settings, card } = JSON.parse(ranks.broadcast('')) as Pick<PreparedRun, 'settings' | 'card'>;
  return { settings, card, state: readState(options.out, settings, card) };
}

function checkEnoughForRanks({ training: { batch } }: Settings, ranks: number): void {
  if (batch < ranks)
    throw new InputError({
      where: `a job of ${ranks} ranks`,
      problem: 'there are fewer scans in a batch than ranks',
      expected: `at most ${batch} ranks`,
      found: `${ranks}`,
      fix: 'start fewer, or a run with a larger --batch',
    });
}

/** Makes the run directory with the untrained model, locked. @throws InputError before anything is written */
async function startRun(
  data: PretrainingData,
  options: PretrainOptions,
  owner: LockOwner,
  ranks: number,
): Promise<PreparedRun> {
  const settings = resolve(data.dataset, options);
  checkEnoughForRanks(settings, ranks);
  warnOfData(data.dataset);
  return makeRun(data, withMicroBatch(settings, data.dataset, ranks), options, owner);
}

/**
 * Makes a run directory with the untrained model, locked.
 *
 * @param settings that fit the data ({@link fitToData})
 * @throws InputError when it exists and may not be overwritten
 */
export async function makeRun(
  { dataset, split }: PretrainingData,
  settings: Settings,
  { out, licence, overwrite }: Pick<PretrainOptions, 'out' | 'licence' | 'overwrite'>,
  owner: LockOwner,
): Promise<PreparedRun> {
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
    ...(split === undefined ? {} : { corpus: corpusOnCard(split) }),
    ...(settings.training.epochs === 0 ? {} : { fingerprint: fingerprintOf(dataset) }),
    seed: settings.training.seed,
    epochs: 0,
    steps: 0,
    licence,
  };
  const beside = split === undefined ? {} : { [CORPUS_SPLIT_FILE]: formatCorpusSplit(split) };
  await createRun(out, settings, card, state, { overwrite, owner, beside });
  return { settings, state, card };
}

/** Settings that say how many scans go through the encoder at once: as many as fit, unless given. */
export function withMicroBatch(settings: Settings, { roiNames }: Dataset, ranks: number): Settings {
  const { batch, micro_batch: given } = settings.training;
  const size = sizeOfSettings(settings, roiNames.length);
  const budget = Math.min(MEMORY_BUDGET, totalmem() / 2);
  const chosen = given ?? microBatchThatFits(size, Math.ceil(batch / ranks), budget);
  // Parsed once more, so that config.yaml has its keys in the order in which a resumed run writes them.
  return settingsSchema.parse({ ...settings, training: { ...settings.training, micro_batch: chosen } });
}

/** Settings from the file, then from the command line, checked against the data. */
function resolve(dataset: Dataset, options: PretrainOptions): Settings {
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
  const { preset, layers, heads, ffn, fc, batch, warmupEpochs, seed } = options;
  const settings = validate(
    settingsSchema,
    {
      ...base,
      model: { ...base.model, ...given({ preset, layers, heads, ffn }) },
      data: { ...base.data, ...given({ fc }) },
      optimizer: { ...base.optimizer, ...given({ warmup_epochs: warmupEpochs }) },
      training: {
        ...base.training,
        ...given({ batch, seed }),
        ...changeable(options),
      },
    },
    'the command line',
  );
  return fitToData(settings, dataset);
}

/** What was asked for, without what was not. */
function given<T extends object>(changes: T): Partial<T> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** What may be given anew to a run that goes on. */
function changeable(options: PretrainOptions): Partial<Settings['training']> {
  const { epochs, microBatch, checkpointMinutes, checkpointEpochs, snapshotEpochs } = options;
  return given({
    epochs,
    micro_batch: microBatch,
    checkpoint_minutes: checkpointMinutes,
    checkpoint_epochs: checkpointEpochs,
    snapshot_epochs: snapshotEpochs,
  }) as Partial<Settings['training']>;
}

/** What a resumed run may not be given anew: it would make it another run. */
const KEPT = ['config', 'preset', 'layers', 'heads', 'ffn', 'fc', 'batch', 'warmupEpochs', 'seed'] as const;

/**
 * The run as it was started, locked, to be gone on with.
 *
 * @throws InputError when there is none, it is of other data or settings, or another process works in it
 */
function resumeRun(data: PretrainingData, options: PretrainOptions, owner: LockOwner, ranks: number): PreparedRun {
  const { dataset } = data;
  for (const name of KEPT)
    if (options[name] !== undefined)
      throw new InputError({
        where: `--${name === 'warmupEpochs' ? 'warmup-epochs' : name}`,
        problem: 'a resumed run keeps the settings that it was started with',
        fix: 'leave the option out, or start a new run',
      });
  const { settings, card } = openRun(options.out);
  checkCorpusOfRun(card, data, options.out);
  checkSameData(dataset, card, options.out);
  checkEnoughForRanks(settings, ranks);
  takeLock(options.out, owner);
  const state = readState(options.out, settings, card);
  checkEnoughScans(dataset, settings, options.out);
  tidyRun(options.out, state);
  const changes = changeable(options);
  const going = { ...settings, training: { ...settings.training, ...changes } };
  if (Object.keys(changes).length > 0) writeSettings(options.out, going);
  return { settings: going, state, card };
}

/** Before its first checkpoint a run has seen no data; then any of its ROIs fits. */
function checkSameData(dataset: Dataset, card: ModelCard, out: string): void {
  const hash = card.dataset?.hash;
  if (hash !== undefined && hash !== dataset.hash)
    throw new InputError({
      where: out,
      problem: `the run was started on another data set than ${dataset.directory}`,
      expected: `hash ${hash.slice(0, 12)}`,
      found: dataset.hash.slice(0, 12),
      fix: 'resume with the data set it was started on',
    });
  checkSameRois(card, dataset);
}

function checkEnoughScans(dataset: Dataset, { training }: Settings, out: string): void {
  if (dataset.scans.length < training.batch)
    throw new InputError({
      where: dataset.directory,
      problem: `the data set has fewer scans than a batch of the run in ${out}`,
      expected: `at least ${training.batch}`,
      found: `${dataset.scans.length}`,
      fix: 'resume with the data set it was started on',
    });
}

/** The card of a checkpoint: an untrained model has seen nobody. */
export function cardAt(
  card: ModelCard,
  { hash, scans }: Dataset,
  { training }: Settings,
  { step }: TrainingState,
): ModelCard {
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
