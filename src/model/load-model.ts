/** @file A model from a run directory, a `.safetensors` file or a published `.pth`. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import { readBytes, readText } from '../files/atomic.ts';
import { parseSafetensors } from '../files/safetensors.ts';
import { type ModelCard, parseCard } from './card.ts';
import type { ModelSize } from './size.ts';
import { fromStateDict, impliedSize } from './state-dict.ts';
import { parseTorchCheckpoint } from './torch-checkpoint.ts';
import type { ModelWeights } from './weights.ts';

/** Weights and what is known of them. */
export interface Model {
  readonly weights: ModelWeights;
  readonly card: ModelCard;
}

/** @throws InputError when there is no such model, or it is damaged or of another design */
export async function loadModel(path: string): Promise<Model> {
  if (!existsSync(path))
    throw new InputError({
      where: path,
      problem: 'there is no such model',
      fix: 'name a run directory, a .safetensors or a .pth file',
    });
  if (statSync(path).isDirectory()) return loadRun(path);
  if (path.endsWith('.safetensors')) return loadSafetensors(path);
  if (/\.(pth|pt)$/.test(path)) return loadPublished(path);
  throw new InputError({
    where: path,
    problem: 'not a model',
    expected: 'a run directory, a .safetensors or a .pth file',
  });
}

function loadRun(directory: string): Model {
  const file = join(directory, 'model.safetensors');
  if (!existsSync(file))
    throw new InputError({
      where: directory,
      problem: 'this is not a run: it has no model.safetensors',
      fix: 'name a directory written by brainmass pretrain',
    });
  const card = parseCard(readText(join(directory, 'card.json')), join(directory, 'card.json'));
  const { tensors } = parseSafetensors(readBytes(file), file);
  return { weights: fromStateDict(tensors, card.size, file), card };
}

function loadSafetensors(file: string): Model {
  const { tensors, metadata } = parseSafetensors(readBytes(file), file);
  if (metadata.card !== undefined) {
    const card = parseCard(metadata.card, `${file}, card`);
    return { weights: fromStateDict(tensors, card.size, file), card };
  }
  const size = impliedSize(tensors, file, metadata.heads === undefined ? undefined : Number(metadata.heads));
  return { weights: fromStateDict(tensors, size, file), card: publishedCard(size) };
}

function loadPublished(file: string): Model {
  const tensors = parseTorchCheckpoint(readBytes(file), file);
  const size = impliedSize(tensors, file);
  return { weights: fromStateDict(tensors, size, file), card: publishedCard(size) };
}

/** What is known of weights without a card. The released code computes Ledoit-Wolf-shrunk correlation. */
function publishedCard(size: ModelSize): ModelCard {
  return { format: 'brainmass-model/1', size, fc: 'ledoit-wolf', atlas: size.rois === 100 ? 'schaefer100' : undefined };
}
