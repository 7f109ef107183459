/** @file Step 3: the brain network transformer. Rows of FC are tokens; post-norm layers as wide as there are ROIs. */
import {
  add,
  attention,
  layerNorm,
  leakyRelu,
  linear,
  matMul,
  mul,
  relu,
  reluDropout,
  reshape,
  scale,
  split,
} from '../graph/ops/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Dropout, LayerDropout } from './dropout.ts';
import { type ModelSize, READOUT } from './size.ts';
import { type ParameterInputs, within } from './weights.ts';

/** Tokens after every layer, and the attention maps on the way. */
export interface Encoded {
  /** `[scans, tokens, rois]`. */
  readonly tokens: Tensor;
  /** One `[scans, heads, tokens, tokens]` per layer. */
  readonly maps: readonly Tensor[];
}

/**
 * Encodes rows `[scans, tokens, rois]`.
 *
 * @param parameter parameters of one network, e.g. `within('online_network.', …)`
 * @param dropout absent in evaluation
 */
export function encode(
  rows: Tensor,
  parameter: ParameterInputs,
  { layers, heads }: ModelSize,
  dropout?: Dropout,
): Encoded {
  const [scans, tokens, rois] = rows.shape;
  const maps: Tensor[] = [];
  let x = reshape(rows, [scans * tokens, rois]);
  for (let layer = 0; layer < layers; layer++) {
    const weights = within(`attention_list.${layer}.`, parameter);
    const drop = dropout?.(layer);
    const attended = selfAttention(x, weights, [scans, tokens, heads], drop);
    x = layerNorm(add(x, attended.output), weights('norm1.weight'), weights('norm1.bias'));
    x = layerNorm(add(x, feedForward(x, weights, drop)), weights('norm2.weight'), weights('norm2.bias'));
    maps.push(attended.map);
  }
  return { tokens: reshape(x, [scans, tokens, rois]), maps };
}

/** Multi-head self-attention of `x` `[scans * tokens, rois]`, with its output projection and dropout. */
function selfAttention(
  x: Tensor,
  weights: ParameterInputs,
  [scans, tokens, heads]: readonly [number, number, number],
  drop: LayerDropout | undefined,
): { readonly output: Tensor; readonly map: Tensor } {
  const rois = x.shape[1];
  const width = rois / heads;
  // With the weight on the left, features come before tokens: as attention wants them, and no pass turns them.
  const rows = reshape(x, [scans, tokens, rois]);
  const product = matMul(weights('self_attn.in_proj_weight'), rows, { transB: true });
  const projected = add(product, reshape(weights('self_attn.in_proj_bias'), [3 * rois, 1]));
  const [q, k, v] = split(projected, 1, 3).map((part) => reshape(part, [scans, heads, width, tokens]));
  const { output, map } = attention(q, k, v, drop && { keep: drop.map, gain: drop.gain });
  const joined = reshape(output, [scans, rois, tokens]);
  const gain = drop?.gain ?? 1;
  const back = matMul(joined, weights('self_attn.out_proj.weight'), { transA: true, transB: true, alpha: gain });
  const bias = weights('self_attn.out_proj.bias');
  const projectedBack = add(reshape(back, [scans * tokens, rois]), gain === 1 ? bias : scale(bias, gain));
  return { output: drop === undefined ? projectedBack : mul(projectedBack, drop.attended), map };
}

/** Linear, ReLU, dropout, linear, dropout. The gains of both dropouts are folded into the second product. */
function feedForward(x: Tensor, weights: ParameterInputs, drop: LayerDropout | undefined): Tensor {
  const expanded = linear(x, weights('linear1.weight'), weights('linear1.bias'));
  if (drop === undefined) return linear(relu(expanded), weights('linear2.weight'), weights('linear2.bias'));
  const hidden = reluDropout(expanded, drop.hidden);
  const gain = { product: drop.gain * drop.gain, bias: drop.gain };
  return mul(linear(hidden, weights('linear2.weight'), weights('linear2.bias'), gain), drop.output);
}

/** Readout of `tokens` `[scans, rois, rois]`: each ROI to 8 numbers, LeakyReLU, flattened: *the embedding*, `[scans, 8 x ROI]`. */
export function readout(tokens: Tensor, parameter: ParameterInputs): Tensor {
  const [scans, count, rois] = tokens.shape;
  const flat = reshape(tokens, [scans * count, rois]);
  const reduced = leakyRelu(linear(flat, parameter('dim_reduction.0.weight'), parameter('dim_reduction.0.bias')));
  return reshape(reduced, [scans, READOUT * count]);
}

/** The embedding of networks `fc` `[scans, rois, rois]`. */
export function embed(fc: Tensor, parameter: ParameterInputs, size: ModelSize, dropout?: Dropout): Tensor {
  return readout(encode(fc, parameter, size, dropout).tokens, parameter);
}
