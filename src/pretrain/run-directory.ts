/** @file A run on disk (`NAME.run/`): settings, card, model, metrics (and TensorBoard events), and the state to resume from. */
import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import { readBytes, readText, replaceDirectory, writeFileAtomically } from '../files/atomic.ts';
import { concatenate } from '../files/protobuf.ts';
import { encodeSafetensors, parseSafetensors, type Safetensors } from '../files/safetensors.ts';
import { formatCard, type ModelCard, parseCard } from '../model/card.ts';
import { toStateDict } from '../model/state-dict.ts';
import { parseConfig } from './config-file.ts';
import { formatSettings, type Settings } from './settings.ts';
import { eventFileHeader, scalarEvent } from './tensorboard.ts';
import { decodeState, encodeState, type TrainingState } from './training-state.ts';

/** One line of `metrics.jsonl`. */
export interface StepMetrics {
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

/** Makes a new run with its first checkpoint, whole or not at all. @throws InputError when the directory exists */
export async function createRun(
  directory: string,
  settings: Settings,
  card: ModelCard,
  state: TrainingState,
  options: { readonly overwrite: boolean },
): Promise<void> {
  const write = async (temporary: string) => {
    writeSettings(temporary, settings);
    writeFileAtomically(join(temporary, METRICS), '');
    writeCheckpoint(temporary, card, state);
  };
  await replaceDirectory(directory, write, { ...options, marker: CONFIG });
}

/** `config.yaml`, also of a run that goes on with other settings than before. */
export function writeSettings(directory: string, settings: Settings): void {
  writeFileAtomically(join(directory, CONFIG), formatSettings(settings));
}

/** Replaces the model, its card and the state to resume from, each file whole; the state last, it is what counts. */
export function writeCheckpoint(directory: string, card: ModelCard, state: TrainingState): void {
  mkdirSync(join(directory, 'resume'), { recursive: true });
  const metadata = { card: formatCard(card) };
  writeTensors(join(directory, MODEL), { tensors: toStateDict(state.weights), metadata });
  writeFileAtomically(join(directory, CARD), `${formatCard(card, 2)}\n`);
  writeTensors(join(directory, STATE), encodeState(state));
}

/** Keeps the model as it is after an epoch: `snapshots/epoch-0020.safetensors`, a model that every command takes. */
export function writeSnapshot(directory: string, epoch: number, card: ModelCard, { weights }: TrainingState): void {
  const path = join(directory, 'snapshots', `epoch-${String(epoch).padStart(4, '0')}.safetensors`);
  writeTensors(path, { tensors: toStateDict(weights), metadata: { card: formatCard(card) } });
}

function writeTensors(path: string, content: Safetensors): void {
  writeFileAtomically(path, concatenate(encodeSafetensors(content)));
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

/** The last checkpoint. Metrics of steps after it are cut off: they will be taken again. */
export function readState(directory: string, card: ModelCard): TrainingState {
  const path = join(directory, STATE);
  const state = decodeState(parseSafetensors(readBytes(path), path), card.size, path);
  const lines = readText(join(directory, METRICS))
    .split('\n')
    .filter((line) => line !== '');
  const taken = lines.slice(0, state.step).map((line) => `${line}\n`);
  writeFileAtomically(join(directory, METRICS), taken.join(''));
  return state;
}

/** Appends steps to `metrics.jsonl`, and to a TensorBoard event file of this process's own. */
export function metricsLog(directory: string): (metrics: StepMetrics) => void {
  const events = join(directory, `events.out.tfevents.${Math.floor(Date.now() / 1000)}.brainmass`);
  appendFileSync(events, eventFileHeader(Date.now() / 1000));
  return (metrics) => {
    appendFileSync(join(directory, METRICS), `${JSON.stringify(metrics)}\n`);
    const { loss, lra, nce, mse, lr, scans_per_second } = metrics;
    const scalars = { loss, 'loss/lra': lra, 'loss/nce': nce, 'loss/mse': mse, lr, scans_per_second };
    appendFileSync(events, scalarEvent(Date.now() / 1000, metrics.step, scalars));
  };
}
