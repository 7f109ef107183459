/** @file Weights as named tensors, under the names of the published checkpoint's `model` state dict, and back. */
import { InputError } from '../errors/input-error.ts';
import type { StoredTensor } from '../files/safetensors.ts';
import { type Shape, sameShape } from '../graph/tensor.ts';
import { ONLINE, targetLayout, trainedLayout, viewOf } from './parameters.ts';
import { checkSize, type ModelSize, PRESETS, READOUT } from './size.ts';
import { emptyWeights, type ModelWeights } from './weights.ts';

export type NamedTensors = ReadonlyMap<string, StoredTensor>;

/** Every tensor of the published state dict, also its `norm`, a LayerNorm that the method never uses. Nothing is copied. */
export function toStateDict({ size, trained, target, batchNorm }: ModelWeights): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const place of trainedLayout(size).places)
    tensors.set(place.name, { shape: place.shape, data: viewOf(trained, place) });
  for (const place of targetLayout(size).places)
    tensors.set(place.name, { shape: place.shape, data: viewOf(target, place) });
  for (const [layer, { mean, variance, batches }] of Object.entries(batchNorm)) {
    tensors.set(`${layer}.running_mean`, { shape: [mean.length], data: mean });
    tensors.set(`${layer}.running_var`, { shape: [variance.length], data: variance });
    tensors.set(`${layer}.num_batches_tracked`, { shape: [], data: BigInt64Array.of(BigInt(batches)) });
  }
  tensors.set('norm.weight', { shape: [size.rois], data: new Float32Array(size.rois).fill(1) });
  tensors.set('norm.bias', { shape: [size.rois], data: new Float32Array(size.rois) });
  return tensors;
}

/**
 * Weights from named tensors; names the method does not use are ignored.
 *
 * @throws InputError for a tensor that is missing, of another shape, or not finite
 */
export function fromStateDict(tensors: NamedTensors, size: ModelSize, where: string): ModelWeights {
  checkTensors(tensors, size, where);
  const weights = emptyWeights(size);
  const fill = (view: Float32Array, name: string, shape: readonly number[]) =>
    view.set(floats(tensors, name, shape, where));
  for (const place of trainedLayout(size).places) fill(viewOf(weights.trained, place), place.name, place.shape);
  for (const place of targetLayout(size).places) fill(viewOf(weights.target, place), place.name, place.shape);
  for (const [layer, statistics] of Object.entries(weights.batchNorm)) {
    fill(statistics.mean, `${layer}.running_mean`, [statistics.mean.length]);
    fill(statistics.variance, `${layer}.running_var`, [statistics.variance.length]);
    statistics.batches = Number(tensors.get(`${layer}.num_batches_tracked`)?.data[0] ?? 0);
  }
  return weights;
}

/** Before memory is taken for a size: it may be what a damaged card says. */
function checkTensors(tensors: NamedTensors, size: ModelSize, where: string): void {
  if (size.layers > tensors.size)
    throw new InputError({
      where,
      problem: 'the model is said to have more layers than the file has tensors',
      expected: `at most ${tensors.size}`,
      found: `${size.layers}`,
      fix: 'restore its card from a copy',
    });
  for (const { places } of [trainedLayout(size), targetLayout(size)])
    for (const { name, shape } of places) tensorOf(tensors, name, shape, where);
}

/** @throws InputError when the tensor is missing, of another shape, or not finite */
export function floats(tensors: NamedTensors, name: string, shape: readonly number[], where: string): Float32Array {
  const data = tensorOf(tensors, name, shape, where);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new InputError({ where, problem: `tensor ${name} holds ${data[bad]} at element ${bad + 1}` });
  return data;
}

/** @throws InputError when the tensor is missing or of another shape */
function tensorOf(tensors: NamedTensors, name: string, shape: readonly number[], where: string): Float32Array {
  const tensor = tensors.get(name);
  if (tensor === undefined)
    throw new InputError({
      where,
      problem: `there is no tensor ${name}`,
      fix: 'this is not a whole BrainMass checkpoint',
    });
  if (!(tensor.data instanceof Float32Array) || !sameShape(withoutOnes(tensor.shape), withoutOnes(shape)))
    throw new InputError({
      where,
      problem: `tensor ${name} has the wrong shape`,
      expected: `[${shape}]`,
      found: `[${tensor.shape}]`,
    });
  return tensor.data;
}

/** Tokens are stored as `[rois]`, `[1, rois]` or `[1, 1, rois]`, depending on who wrote them. */
function withoutOnes(shape: Shape): Shape {
  return shape.filter((size) => size !== 1);
}

/**
 * The size that tensors imply. Heads leave no trace in them: they are the preset's of that depth, unless given.
 *
 * @throws InputError when the tensors are no BrainMass encoder, or the number of heads is not known
 */
export function impliedSize(tensors: NamedTensors, where: string, knownHeads?: number): ModelSize {
  const shapeOf = (name: string) => {
    const tensor = tensors.get(ONLINE + name);
    if (tensor === undefined)
      throw new InputError({
        where,
        problem: `there is no tensor ${ONLINE}${name}`,
        fix: 'this is not a BrainMass checkpoint',
      });
    return tensor.shape;
  };
  const layer = /^online_network\.attention_list\.(\d+)\.linear1\.weight$/;
  const layers = [...tensors.keys()].filter((name) => layer.test(name)).length;
  const [ffn, rois] = shapeOf('attention_list.0.linear1.weight');
  const [feature, hidden] = shapeOf('g.net.3.weight');
  if (hidden !== 2 * READOUT * rois)
    throw new InputError({
      where,
      problem: 'the projector is of another design',
      expected: `hidden width ${2 * READOUT * rois}`,
      found: `${hidden}`,
    });
  const preset = Object.values(PRESETS).find((candidate) => candidate.layers === layers && candidate.ffn === ffn);
  const heads = knownHeads ?? preset?.heads;
  if (heads === undefined)
    throw new InputError({
      where,
      problem: `the number of attention heads of a ${layers}-layer model cannot be read from its weights`,
      fix: 'say it with --heads, or use a run directory, whose card.json says it',
    });
  return checkSize({ rois, layers, heads, ffn, feature });
}
