/** @file A model from a run directory, a `.safetensors` file or a published `.pth`. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import { readBytes, readText } from '../files/atomic.ts';
import { parseSafetensors } from '../files/safetensors.ts';
import { type ModelCard, parseCard } from './card.ts';
import { type HeadWeights, headFromTensors } from './head-weights.ts';
import { fromStateDict, impliedSize, type NamedTensors } from './state-dict.ts';
import { parseTorchCheckpoint } from './torch-checkpoint.ts';
import type { ModelWeights } from './weights.ts';

/** Weights and what is known of them. */
export interface Model {
  readonly weights: ModelWeights;
  readonly card: ModelCard;
  /** Of a fine-tuned model. */
  readonly head?: HeadWeights;
}

/** What a checkpoint without a card does not say of itself. */
export interface KnownOfModel {
  /** Attention heads; otherwise those of the preset of the same depth. */
  readonly heads?: number | undefined;
}

/** @throws InputError when there is no such model, or it is damaged or of another design */
export async function loadModel(path: string, known: KnownOfModel = {}): Promise<Model> {
  if (!existsSync(path))
    throw new InputError({
      where: path,
      problem: 'there is no such model',
      fix: 'name a run directory, a .safetensors or a .pth file',
    });
  if (statSync(path).isDirectory()) return loadRun(path);
  if (path.endsWith('.safetensors')) return loadSafetensors(path, known);
  if (/\.(pth|pt)$/.test(path)) return withoutCard(parseTorchCheckpoint(readBytes(path), path), path, known);
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
  return withCard(parseSafetensors(readBytes(file), file).tensors, card, file);
}

function loadSafetensors(file: string, known: KnownOfModel): Model {
  const { tensors, metadata } = parseSafetensors(readBytes(file), file);
  if (metadata.card !== undefined) return withCard(tensors, parseCard(metadata.card, `${file}, card`), file);
  return withoutCard(tensors, file, known);
}

function withCard(tensors: NamedTensors, card: ModelCard, file: string): Model {
  const weights = fromStateDict(tensors, card.size, file);
  if (card.finetuned === undefined) return { weights, card };
  const { answer } = card.finetuned;
  const outputs = answer.kind === 'classes' ? answer.classes.length : 1;
  return { weights, card, head: headFromTensors(tensors, card.size.rois, outputs, file) };
}

/** Published weights say neither atlas nor connectivity; the released code computes Ledoit-Wolf-shrunk correlation. */
function withoutCard(tensors: NamedTensors, file: string, { heads }: KnownOfModel): Model {
  const size = impliedSize(tensors, file, heads);
  const atlas = size.rois === 100 ? 'schaefer100' : undefined;
  return {
    weights: fromStateDict(tensors, size, file),
    card: { format: 'brainmass-model/1', size, fc: 'ledoit-wolf', atlas },
  };
}
