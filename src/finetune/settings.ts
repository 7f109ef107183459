/** @file How a model is fine-tuned, with the defaults of the command. */

export interface FinetuneSettings {
  /** Passes over the training rows, at most. */
  readonly epochs: number;
  /** Epochs without a lower validation loss before it stops. */
  readonly patience: number;
  /** Scans a step, about: an epoch is cut in equal steps, the nearest to this size. */
  readonly batch: number;
  /** Of the head; the encoder's layers have less, see `layerDecay`. */
  readonly learningRate: number;
  /** Steps until the full learning rate, rising evenly. */
  readonly warmupSteps: number;
  /** Each layer of the encoder has this share of the learning rate of the layer above it; by default see layer-rates.ts. */
  readonly layerDecay?: number | undefined;
  readonly weightDecay: number;
  /** In the encoder, as in pretraining. */
  readonly dropout: number;
  /** In the head. */
  readonly headDropout: number;
  /** `balanced`: each class weighs the same in the loss; a scan weighs rows / (classes x rows of its class). */
  readonly classWeights: 'equal' | 'balanced';
}

/** Dropout as in the paper; the rest is ours, the paper does not say. */
export const FINETUNE_DEFAULTS: FinetuneSettings = {
  epochs: 40,
  patience: 8,
  batch: 16,
  learningRate: 5e-4,
  warmupSteps: 20,
  weightDecay: 0.01,
  dropout: 0.1,
  headDropout: 0.3,
  classWeights: 'equal',
};
