/** @file Every parameter by its published name, and its place in one flat buffer. */
import { type Shape, sizeOf } from '../graph/tensor.ts';
import { type ModelSize, READOUT } from './size.ts';

export interface ParameterPlace {
  /** Name in the published checkpoint's `model` state dict. */
  readonly name: string;
  readonly shape: Shape;
  /** First element in the flat buffer. */
  readonly offset: number;
  readonly length: number;
}

/** Parameters one after the other in one Float32Array. */
export interface ParameterLayout {
  readonly places: readonly ParameterPlace[];
  readonly length: number;
}

export const ONLINE = 'online_network.';
export const TARGET = 'target_network.';

/** Names and shapes, in the order of the buffer. */
export type Declared = readonly (readonly [name: string, shape: Shape])[];

/**
 * What the optimizer trains: the online network first (so that the target network is laid out like the beginning of
 * this buffer), then the predictor, the learned tokens and the two masked-ROI heads.
 */
export function trainedLayout(size: ModelSize): ParameterLayout {
  const { rois, ffn, feature } = size;
  const token = (name: string): Declared[number] => [name, [1, 1, rois]];
  return layOut([
    ...network(size).map(([name, shape]) => [ONLINE + name, shape] as const),
    ...batchNormHead('predictor', feature, 2 * feature, feature),
    ...['mask_embed', 'cls_token', 'dist_token'].map(token),
    ...['cpred', 'gpred'].flatMap((head) => [...dense(`${head}.0`, rois, ffn), ...dense(`${head}.2`, ffn, rois)]),
  ]);
}

/** The target network: the same places as the online network. */
export function targetLayout(size: ModelSize): ParameterLayout {
  return layOut(network(size).map(([name, shape]) => [TARGET + name, shape]));
}

/** Running statistics of the BatchNorm layers, as `[name of the layer, width]`. */
export function batchNormLayers({ rois, feature }: ModelSize): readonly (readonly [layer: string, width: number])[] {
  return [
    [`${ONLINE}g.net.1`, 2 * READOUT * rois],
    [`${TARGET}g.net.1`, 2 * READOUT * rois],
    ['predictor.net.1', 2 * feature],
  ];
}

/** Trained and target parameters together: the paper's count (14,411,268 for small at 100 ROIs). */
export function parameterCount(size: ModelSize): number {
  return trainedLayout(size).length + targetLayout(size).length;
}

/** Encoder, readout and projector; online and target have the same. */
function network({ rois, layers, ffn, feature }: ModelSize): Declared {
  const embedding = READOUT * rois;
  return [
    ...Array.from({ length: layers }, (_, layer) => encoderLayer(`attention_list.${layer}`, rois, ffn)).flat(),
    ...dense('dim_reduction.0', rois, READOUT),
    ...batchNormHead('g', embedding, 2 * embedding, feature),
  ];
}

function encoderLayer(name: string, rois: number, ffn: number): Declared {
  return [
    [`${name}.self_attn.in_proj_weight`, [3 * rois, rois]],
    [`${name}.self_attn.in_proj_bias`, [3 * rois]],
    ...dense(`${name}.self_attn.out_proj`, rois, rois),
    ...dense(`${name}.linear1`, rois, ffn),
    ...dense(`${name}.linear2`, ffn, rois),
    ...normalisation(`${name}.norm1`, rois),
    ...normalisation(`${name}.norm2`, rois),
  ];
}

/** Linear, BatchNorm, ReLU, Linear. */
function batchNormHead(name: string, input: number, hidden: number, output: number): Declared {
  return [
    ...dense(`${name}.net.0`, input, hidden),
    ...normalisation(`${name}.net.1`, hidden),
    ...dense(`${name}.net.3`, hidden, output),
  ];
}

/** A linear layer. */
export const dense = (name: string, input: number, output: number): Declared => [
  [`${name}.weight`, [output, input]],
  [`${name}.bias`, [output]],
];

/** Gain and bias of a normalisation. */
export const normalisation = (name: string, width: number): Declared => [
  [`${name}.weight`, [width]],
  [`${name}.bias`, [width]],
];

/** Places for what is declared, one behind the other. */
export function layOut(declared: Declared): ParameterLayout {
  let offset = 0;
  const places = declared.map(([name, shape]) => {
    const place = { name, shape, offset, length: sizeOf(shape) };
    offset += place.length;
    return place;
  });
  return { places, length: offset };
}

/** The view of one parameter in a flat buffer. */
export function viewOf(buffer: Float32Array, { offset, length }: ParameterPlace): Float32Array {
  return buffer.subarray(offset, offset + length);
}
