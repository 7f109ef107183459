/** @file All that a run needs to go on exactly where it was: weights, moments, step, and what its metrics look back on. */
import { InputError } from '../errors/input-error.ts';
import type { Safetensors, StoredTensor } from '../files/safetensors.ts';
import { type ModelSize, READOUT } from '../model/size.ts';
import { fromStateDict, toStateDict } from '../model/state-dict.ts';
import { initialWeights, type ModelWeights } from '../model/weights.ts';
import { embeddingsFrom, filledRows, noEmbeddings, type RecentEmbeddings, SPREAD_SCANS } from './embedding-spread.ts';
import { emptyMoments, type Moments } from './optimizer.ts';

export interface TrainingState {
  readonly weights: ModelWeights;
  readonly moments: Moments;
  /** Watched, not trained on: without them a resumed run would log another spread. */
  readonly recent: RecentEmbeddings;
  /** Steps taken. Every random draw is addressed, so this is all of the random state. */
  step: number;
}

/** The state before the first step. */
export function initialState(size: ModelSize, seed: number): TrainingState {
  return stateFrom(initialWeights(size, seed));
}

/** The state before the first step from given weights. */
export function stateFrom(weights: ModelWeights): TrainingState {
  const moments = emptyMoments(weights.trained.length);
  return { weights, moments, recent: noEmbeddings(READOUT * weights.size.rois), step: 0 };
}

const FIRST = 'optimizer.first_moment';
const SECOND = 'optimizer.second_moment';
const RECENT = 'watch.recent_embeddings';

/**
 * One file for everything, so that no part of it can be older than another.
 *
 * @param settings what `identityOf` says of the settings that the steps were taken with
 */
export function encodeState({ weights, moments, recent, step }: TrainingState, settings: string): Safetensors {
  const tensors = toStateDict(weights);
  const flat = (data: Float32Array): StoredTensor => ({ shape: [data.length], data });
  tensors.set(FIRST, flat(moments.first));
  tensors.set(SECOND, flat(moments.second));
  if (recent.count > 0) tensors.set(RECENT, flat(filledRows(recent)));
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
  const moments = { first: moment(FIRST), second: moment(SECOND) };
  return { weights, moments, recent: recentOf(tensors.get(RECENT)?.data, size, where), step };
}

/** None in a state from before they were kept. */
function recentOf(data: StoredTensor['data'] | undefined, { rois }: ModelSize, where: string): RecentEmbeddings {
  const width = READOUT * rois;
  if (data === undefined) return noEmbeddings(width);
  if (!(data instanceof Float32Array) || data.length % width !== 0 || data.length > SPREAD_SCANS * width)
    throw new InputError({
      where,
      problem: `there is no ${RECENT} of this model`,
      fix: 'start again without --resume',
    });
  return embeddingsFrom(data, width);
}
