/** @file All that a run needs to go on exactly where it was: weights, moments, step. */

import { InputError } from '../errors/input-error.ts';
import type { Safetensors, StoredTensor } from '../files/safetensors.ts';
import type { ModelSize } from '../model/size.ts';
import { fromStateDict, toStateDict } from '../model/state-dict.ts';
import { initialWeights, type ModelWeights } from '../model/weights.ts';
import { emptyMoments, type Moments } from './optimizer.ts';

export interface TrainingState {
  readonly weights: ModelWeights;
  readonly moments: Moments;
  /** Steps taken. Every random draw is addressed, so this is all of the random state. */
  step: number;
}

/** The state before the first step. */
export function initialState(size: ModelSize, seed: number): TrainingState {
  const weights = initialWeights(size, seed);
  return { weights, moments: emptyMoments(weights.trained.length), step: 0 };
}

const FIRST = 'optimizer.first_moment';
const SECOND = 'optimizer.second_moment';

/**
 * One file for everything, so that no part of it can be older than another.
 *
 * @param settings what `identityOf` says of the settings that the steps were taken with
 */
export function encodeState({ weights, moments, step }: TrainingState, settings: string): Safetensors {
  const tensors = toStateDict(weights);
  const flat = (data: Float32Array): StoredTensor => ({ shape: [data.length], data });
  tensors.set(FIRST, flat(moments.first));
  tensors.set(SECOND, flat(moments.second));
  return { tensors, metadata: { format: 'brainmass-state/1', step: String(step), settings } };
}

/** @throws InputError when the file is of another size or damaged */
export function decodeState({ tensors, metadata }: Safetensors, size: ModelSize, where: string): TrainingState {
  const weights = fromStateDict(tensors, size, where);
  const moment = (name: string) => {
    const data = tensors.get(name)?.data;
    if (!(data instanceof Float32Array) || data.length !== weights.trained.length)
      throw new InputError({
        where,
        problem: `there is no ${name} of this model`,
        fix: 'start again without --resume',
      });
    return data;
  };
  const step = Number(metadata.step);
  if (!Number.isSafeInteger(step) || step < 0) throw new InputError({ where, problem: 'the step is not recorded' });
  return { weights, moments: { first: moment(FIRST), second: moment(SECOND) }, step };
}
