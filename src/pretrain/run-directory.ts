/** @file A run on disk (`NAME.run/`): settings, card, model, metrics (and TensorBoard events), and the state to resume from. */
import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InputError, isInputError } from '../errors/input-error.ts';
import {
  asInputError,
  flush,
  readBytes,
  readText,
  removeLeftovers,
  replaceDirectory,
  writeFileAtomically,
  writePartsAtomically,
} from '../files/atomic.ts';
import { makeLock, releaseLock, takeLock } from '../files/directory-lock.ts';
import type { LockOwner } from '../files/lock-owner.ts';
import { encodeSafetensors, parseSafetensors, type Safetensors } from '../files/safetensors.ts';
import { formatCard, type ModelCard, parseCard } from '../model/card.ts';
import { toStateDict } from '../model/state-dict.ts';
import { parseConfig } from './config-file.ts';
import { checkSameSettings, identityOf } from './run-identity.ts';
import { formatSettings, type Settings } from './settings.ts';
import { eventFileHeader, restartEvent, scalarEvent } from './tensorboard.ts';
import { decodeState, encodeState, type TrainingState } from './training-state.ts';
import type { WatchedMetrics } from './watch.ts';

/** One line of `metrics.jsonl`. */
export interface StepMetrics extends WatchedMetrics {
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
  readonly lra: number;
  readonly nce: number;
  readonly mse: number;
  readonly lr: number;
  readonly scans_per_second: number;
}

const CONFIG = 'config.yaml';
const CARD = 'card.json';
const MODEL = 'model.safetensors';
const METRICS = 'metrics.jsonl';
const STATE = join('resume', 'state.safetensors');

export interface NewRunOptions {
  readonly overwrite: boolean;
  readonly owner: LockOwner;
  /** Further files of the run, by name, which it keeps as they are. */
  readonly beside?: Readonly<Record<string, string>>;
}

/**
 * Makes a new run with its first checkpoint, whole or not at all, locked by its owner.
 *
 * @throws InputError when the directory exists and may not be overwritten, or another process works in it
 */
export async function createRun(
  directory: string,
  settings: Settings,
  card: ModelCard,
  state: TrainingState,
  { overwrite, owner, beside = {} }: NewRunOptions,
): Promise<void> {
  const replaced = overwrite && existsSync(join(directory, CONFIG));
  if (replaced) takeLock(directory, owner);
  const write = async (temporary: string) => {
    makeLock(temporary, owner);
    writeSettings(temporary, settings);
    writeFileAtomically(join(temporary, METRICS), '');
    for (const [name, content] of Object.entries(beside)) writeFileAtomically(join(temporary, name), content);
    writeCheckpoint(temporary, settings, card, state);
  };
  try {
    await replaceDirectory(directory, write, { overwrite, marker: CONFIG });
  } catch (error) {
    if (replaced) releaseLock(directory, owner);
    throw error;
  }
}

/** `config.yaml`, also of a run that goes on with other settings than before. */
export function writeSettings(directory: string, settings: Settings): void {
  writeFileAtomically(join(directory, CONFIG), formatSettings(settings));
}

/**
 * Replaces the model, its card and the state to resume from, each file whole; the state last, it is what counts. The
 * metrics of its steps are on disk before it.
 */
export function writeCheckpoint(directory: string, settings: Settings, card: ModelCard, state: TrainingState): void {
  mkdirSync(join(directory, 'resume'), { recursive: true });
  const metadata = { card: formatCard(card) };
  writeTensors(join(directory, MODEL), { tensors: toStateDict(state.weights), metadata });
  writeFileAtomically(join(directory, CARD), `${formatCard(card, 2)}\n`);
  flush(join(directory, METRICS));
  writeTensors(join(directory, STATE), encodeState(state, identityOf(settings)));
}

/** Keeps the model as it is after an epoch: `snapshots/epoch-0020.safetensors`, a model that every command takes. */
export function writeSnapshot(directory: string, epoch: number, card: ModelCard, { weights }: TrainingState): void {
  const path = join(directory, 'snapshots', `epoch-${String(epoch).padStart(4, '0')}.safetensors`);
  writeTensors(path, { tensors: toStateDict(weights), metadata: { card: formatCard(card) } });
}

function writeTensors(path: string, content: Safetensors): void {
  writePartsAtomically(path, encodeSafetensors(content));
}

/** What a run was started with. */
export function openRun(directory: string): { readonly settings: Settings; readonly card: ModelCard } {
  const path = join(directory, CONFIG);
  if (!existsSync(path))
    throw new InputError({
      where: directory,
      problem: `there is no run to resume: it has no ${CONFIG}`,
      fix: 'start one without --resume',
    });
  const card = parseCard(readText(join(directory, CARD)), join(directory, CARD));
  return { settings: parseConfig(readText(path), path).settings, card };
}

/**
 * The last checkpoint.
 *
 * @throws InputError when it is missing or damaged, or its steps were taken with other settings
 */
export function readState(directory: string, settings: Settings, card: ModelCard): TrainingState {
  const path = join(directory, STATE);
  const stored = readStoredState(path);
  checkSameSettings(stored.metadata.settings ?? '', settings, join(directory, CONFIG));
  return decodeState(stored, card.size, path);
}

function readStoredState(path: string): Safetensors {
  try {
    return parseSafetensors(readBytes(path), path);
  } catch (error) {
    if (!isInputError(error)) throw error;
    const fix = 'restore it from a copy, or start again with --overwrite; the model beside it can still be used';
    throw new InputError({ ...error.details, fix }, { cause: error });
  }
}

/** Removes what a killed process left: half-written files, and metrics of steps that will be taken again. */
export function tidyRun(directory: string, { step }: TrainingState): void {
  for (const folder of ['.', 'resume', 'snapshots']) removeLeftovers(join(directory, folder));
  const path = join(directory, METRICS);
  const lines = existsSync(path) ? readText(path).split('\n') : [];
  const taken = lines.filter((line) => stepOf(line) <= step).map((line) => `${line}\n`);
  writeFileAtomically(path, taken.join(''));
}

/** Infinite for a line that is not whole. */
function stepOf(line: string): number {
  try {
    return Number(JSON.parse(line).step);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/**
 * Appends steps to `metrics.jsonl`, and to a TensorBoard event file of this process's own.
 *
 * @param step steps taken before; TensorBoard is told to forget later ones of an earlier process
 */
export function metricsLog(directory: string, step: number): (metrics: StepMetrics) => void {
  const started = Math.floor(Date.now() / 1000);
  const events = join(directory, `events.out.tfevents.${started}.${hostname()}.${process.pid}.brainmass`);
  append(events, eventFileHeader(Date.now() / 1000));
  append(events, restartEvent(Date.now() / 1000, step + 1));
  return (metrics) => {
    append(join(directory, METRICS), `${JSON.stringify(metrics)}\n`);
    append(events, scalarEvent(Date.now() / 1000, metrics.step, scalarsOf(metrics)));
  };
}

/** How TensorBoard groups them; others keep their names. */
const TAGS: Readonly<Record<string, string>> = {
  lra: 'loss/lra',
  nce: 'loss/nce',
  mse: 'loss/mse',
  grad_norm_encoder: 'grad_norm/encoder',
  grad_norm_alignment: 'grad_norm/alignment',
  grad_norm_heads: 'grad_norm/heads',
  embedding_deviation: 'embedding/deviation',
  effective_rank: 'embedding/effective_rank',
  collapsed: 'embedding/collapsed',
};

function scalarsOf({ epoch: _, step: __, ...scalars }: StepMetrics): Record<string, number> {
  return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [TAGS[name] ?? name, Number(value)]));
}

function append(path: string, content: Uint8Array | string): void {
  try {
    appendFileSync(path, content);
  } catch (error) {
    throw asInputError(error, path);
  }
}
