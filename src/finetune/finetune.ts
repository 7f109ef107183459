/** @file End-to-end fine-tuning: trains on training rows, stops by the validation rows, keeps the best epoch. */
import { InputError } from '../errors/input-error.ts';
import type { ModelWeights } from '../model/weights.ts';
import type { Progress } from '../progress.ts';
import { permutation, randomStream } from '../random/draws.ts';
import type { Compile } from '../runtime/session.ts';
import { earlyStopping } from './early-stopping.ts';
import { checkSplit, type FinetuneData, type RowSplit } from './finetune-data.ts';
import { type Learner, type Learnt, learner } from './learner.ts';
import { lossOfOutputs, type Scores, scoresOf } from './scores.ts';
import type { FinetuneSettings } from './settings.ts';
import { outputsOf, type Scale, scaleOf, type Target, truthOf } from './target.ts';

export interface FinetuneOptions {
  readonly settings: FinetuneSettings;
  readonly seed: number;
  readonly compile: Compile;
  /** Told of every step of at most `epochs` epochs; when it stops early the rest counts as done. */
  readonly progress?: Progress | undefined;
  readonly onEpoch?: ((metrics: EpochMetrics) => void) | undefined;
  /** Ends the work between two steps by throwing its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** One line of `metrics.jsonl`. */
export interface EpochMetrics {
  /** From 1. */
  readonly epoch: number;
  /** Steps taken so far. */
  readonly step: number;
  /** Mean over the steps of the epoch, with dropout. */
  readonly loss: number;
  /** Over all validation rows, without dropout. */
  readonly validation_loss: number;
  readonly best: boolean;
}

export interface Finetuned extends Learnt {
  readonly scale: Scale;
  readonly epochs: readonly EpochMetrics[];
  /** The epoch whose weights these are, from 1. */
  readonly bestEpoch: number;
}

/**
 * Fine-tunes on one split and answers for its test rows: the protocol of end-to-end fine-tuning.
 *
 * The caller passes the weights of the model, every scan's full-length network (`networksOf`, of the kind on the model's
 * card; to leave the encoder as it is, its embeddings by `embedDataset` instead), the truth of every row, and a split in
 * positions of those rows. Everything that is fitted, class weights and the scale of a number too, is fitted on training
 * rows; validation rows only say when to stop; test rows are looked at once, at the end. The result depends on the seed
 * and the rows, not on threads beyond rounding. Two classes: `twoClassDecisions` makes decisions of the scores.
 *
 * One epoch of the small preset at 100 ROIs takes 1.3 GFLOP a training row and 0.4 a validation row.
 *
 * @returns what was learnt, and the scores of `split.test` and `split.validation` in their order
 * @throws InputError as {@link checkSplit}, and when the loss is not a number in any epoch
 */
export async function finetuneOnSplit(
  model: ModelWeights,
  data: FinetuneData,
  split: RowSplit,
  options: FinetuneOptions,
): Promise<{ readonly learnt: Finetuned; readonly scores: Scores; readonly validation: Scores }> {
  checkSplit(data, split);
  const { settings, seed, compile } = options;
  const scale = scaleOf(data.target, split.train, settings.classWeights);
  const learning = learner(model, data, scale, { settings, seed, compile });
  try {
    const fitted = await trainUntilStopped(learning, data.target, scale, split, options);
    const answers = async (rows: readonly number[]) =>
      scoresOf(await learning.outputs(rows), scale, outputsOf(data.target));
    const scores = await answers(split.test);
    return { learnt: { ...fitted, scale }, scores, validation: await answers(split.validation) };
  } finally {
    await learning.release();
  }
}

/** Trains, and leaves the learner at its best epoch. */
async function trainUntilStopped(
  learning: Learner,
  target: Target,
  scale: Scale,
  { train, validation }: RowSplit,
  { settings, seed, progress, onEpoch, signal }: FinetuneOptions,
): Promise<Omit<Finetuned, 'scale'>> {
  const steps = Math.max(1, Math.round(train.length / settings.batch));
  const batch = Math.floor(train.length / steps);
  const judge = earlyStopping(settings.patience);
  const epochs: EpochMetrics[] = [];
  let best: Learnt | undefined;
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    const order = permutation(randomStream({ seed, purpose: 'finetune-order', a: epoch }), train.length);
    let sum = 0;
    for (let k = 0; k < steps; k++) {
      signal?.throwIfAborted();
      const rows = Array.from(order.subarray(k * batch, (k + 1) * batch), (position) => train[position]);
      sum += await learning.step(rows, { epoch, step: epoch * steps + k + 1 });
      progress?.(
        epoch * steps + k + 1,
        settings.epochs * steps,
        `epoch ${epoch + 1}, loss ${(sum / (k + 1)).toFixed(4)}`,
      );
    }
    const validationLoss = lossOfOutputs(await learning.outputs(validation), truthOf(target, scale, validation), scale);
    const { best: isBest, stop } = judge(validationLoss);
    if (isBest) best = learning.snapshot();
    const step = (epoch + 1) * steps;
    const metrics = { epoch: epoch + 1, step, loss: sum / steps, validation_loss: validationLoss, best: isBest };
    epochs.push(metrics);
    onEpoch?.(metrics);
    if (stop) break;
  }
  if (epochs.length < settings.epochs)
    progress?.(settings.epochs * steps, settings.epochs * steps, `stopped after ${epochs.length} epochs`);
  if (best === undefined)
    throw new InputError({
      where: 'fine-tuning',
      problem: `the loss of the validation rows is not a number after ${epochs.length} epochs`,
      fix: 'lower the learning rate',
    });
  learning.restore(best);
  return { ...best, epochs, bestEpoch: epochs.findLastIndex((metrics) => metrics.best) + 1 };
}
