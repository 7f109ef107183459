/** @file Step 4: masked ROI modelling (MRM). Hide the profiles of random ROIs, encode, and recover them from the rest. */
import {
  add,
  concat,
  leakyRelu,
  linear,
  logSoftmax,
  matMul,
  mul,
  reshape,
  scale,
  slice,
  sub,
  sumAll,
} from '../graph/ops/index.ts';
import { constant, filled, identity, type Tensor } from '../graph/tensor.ts';
import type { Dropout } from './dropout.ts';
import { encode } from './encoder.ts';
import { ONLINE } from './parameters.ts';
import type { ModelSize } from './size.ts';
import { type ParameterInputs, within } from './weights.ts';

/** Learned tokens in front of the ROIs of a masked network. */
const LEARNED_TOKENS = 2;

/** Tokens of a masked network. */
export function maskedTokens({ rois }: ModelSize): number {
  return rois + LEARNED_TOKENS;
}

/** Which ROIs of each scan are hidden: `[scans, masked, rois]`, each row one-hot, order matters. */
export type MaskedRois = Tensor;

/**
 * (a) Contrastive: InfoNCE within each scan. A masked row's true profile is compared with the predictions of all masked
 * rows; its own must win. Summed over scans and masked ROIs.
 */
export function contrastiveLoss(
  view: Tensor,
  masked: MaskedRois,
  parameter: ParameterInputs,
  size: ModelSize,
  dropout?: Dropout,
): Tensor {
  const { predicted, truth } = maskedProfiles(view, masked, 'cpred', parameter, size, dropout);
  const logits = matMul(truth, predicted, { transB: true });
  return scale(sumAll(mul(logSoftmax(logits), identity(masked.shape[1]))), -1);
}

/** (b) Reconstruction: squared error of the predicted profiles, summed over scans, masked ROIs and elements. */
export function reconstructionLoss(
  view: Tensor,
  masked: MaskedRois,
  parameter: ParameterInputs,
  size: ModelSize,
  dropout?: Dropout,
): Tensor {
  const { predicted, truth } = maskedProfiles(view, masked, 'gpred', parameter, size, dropout);
  const error = sub(predicted, truth);
  return sumAll(mul(error, error));
}

/** Predicted and true profiles of the masked ROIs, both `[scans, masked, rois]`. */
function maskedProfiles(
  view: Tensor,
  masked: MaskedRois,
  head: 'cpred' | 'gpred',
  parameter: ParameterInputs,
  size: ModelSize,
  dropout: Dropout | undefined,
): { readonly predicted: Tensor; readonly truth: Tensor } {
  const [scans, count, rois] = masked.shape;
  const { tokens } = encode(maskedNetwork(view, masked, parameter), within(ONLINE, parameter), size, dropout);
  const encoded = matMul(masked, slice(tokens, 1, LEARNED_TOKENS, rois));
  const layer = (index: number, x: Tensor) =>
    linear(x, parameter(`${head}.${index}.weight`), parameter(`${head}.${index}.bias`));
  const predicted = layer(2, leakyRelu(layer(0, reshape(encoded, [scans * count, rois]))));
  return { predicted: reshape(predicted, masked.shape), truth: matMul(masked, view) };
}

/** Masked rows become the mask token; two learned tokens go in front; fixed positions are added. `[scans, rois + 2, rois]`. */
function maskedNetwork(view: Tensor, masked: MaskedRois, parameter: ParameterInputs): Tensor {
  const [scans, count, rois] = masked.shape;
  // One-hot columns summed over the masked rows: 1 where a ROI is hidden.
  const hidden = matMul(masked, filled(1, [scans, count, 1]), { transA: true });
  const shown = sub(filled(1, [1, 1, 1]), hidden);
  const rows = add(mul(view, shown), mul(hidden, parameter('mask_embed')));
  const everyScan = (token: Tensor) => mul(filled(1, [scans, 1, 1]), token);
  const tokens = concat([everyScan(parameter('cls_token')), everyScan(parameter('dist_token')), rows], 1);
  return add(tokens, positions(rois + LEARNED_TOKENS, rois));
}

/** Sine on even, cosine on odd columns of position / 10000^(2 floor(column / 2) / width) (Vaswani et al. 2017). */
function positions(tokens: number, width: number): Tensor {
  const values = Float32Array.from({ length: tokens * width }, (_, i) => {
    const column = i % width;
    const angle = Math.floor(i / width) / 10000 ** ((2 * Math.floor(column / 2)) / width);
    return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
  return constant(values, [1, tokens, width]);
}
