/** @file The baseline that every claim of pretraining needs: the same model with its initial weights. */
import type { Model } from './load-model.ts';
import { initialWeights } from './weights.ts';

/** A model of the same size, ROIs and connectivity that has seen nothing. */
export function untrainedLike({ card }: Model, seed: number): Model {
  const { dataset: _dataset, participants: _participants, finetuned: _finetuned, ...rest } = card;
  return { weights: initialWeights(card.size, seed), card: { ...rest, seed, epochs: 0, steps: 0 } };
}
