/** @file The numbers of a model: flat buffers and BatchNorm statistics; and how a graph takes them as inputs. */
import { input, type Tensor } from '../graph/tensor.ts';
import { normal, type RandomStream, randomStream, uniform } from '../random/draws.ts';
import {
  batchNormLayers,
  type ParameterLayout,
  type ParameterPlace,
  targetLayout,
  trainedLayout,
  viewOf,
} from './parameters.ts';
import type { ModelSize } from './size.ts';

/** Running mean and variance of one BatchNorm layer. */
export interface BatchNormStatistics {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  /** How many batches have been averaged in. */
  batches: number;
}

export interface ModelWeights {
  readonly size: ModelSize;
  readonly trained: Float32Array;
  readonly target: Float32Array;
  /** By the published name of the layer, e.g. `predictor.net.1`. */
  readonly batchNorm: Readonly<Record<string, BatchNormStatistics>>;
}

/** A parameter of a graph by its published name. */
export type ParameterInputs = (name: string) => Tensor;

/** Declares parameters as graph inputs, each at its first use, and remembers which were used. */
export function parameterInputs(layouts: readonly ParameterLayout[]): {
  readonly parameter: ParameterInputs;
  readonly used: ReadonlyMap<string, Tensor>;
} {
  const places = new Map(layouts.flatMap(({ places }) => places.map((place) => [place.name, place] as const)));
  const used = new Map<string, Tensor>();
  const parameter = (name: string) => {
    const place = places.get(name);
    if (place === undefined) throw new Error(`there is no parameter ${name}`);
    const tensor = used.get(name) ?? input(name, place.shape);
    used.set(name, tensor);
    return tensor;
  };
  return { parameter, used };
}

/** The same parameters under a prefix: `within('online_network.', p)('g.net.0.weight')`. */
export function within(prefix: string, parameter: ParameterInputs): ParameterInputs {
  return (name) => parameter(prefix + name);
}

/** Every parameter as a view into its buffer, by name: what a graph is fed. */
export function parameterFeeds({ size, ...buffers }: ModelWeights): Record<string, Float32Array> {
  return bufferFeeds(size, buffers);
}

/** The same for buffers that are not a whole model. */
export function bufferFeeds(
  size: ModelSize,
  { trained, target }: Pick<ModelWeights, 'trained' | 'target'>,
): Record<string, Float32Array> {
  const feeds: Record<string, Float32Array> = {};
  for (const place of trainedLayout(size).places) feeds[place.name] = viewOf(trained, place);
  for (const place of targetLayout(size).places) feeds[place.name] = viewOf(target, place);
  return feeds;
}

/** Buffers of zeros and neutral statistics. */
export function emptyWeights(size: ModelSize): ModelWeights {
  const neutral = (width: number): BatchNormStatistics => ({
    mean: new Float32Array(width),
    variance: new Float32Array(width).fill(1),
    batches: 0,
  });
  return {
    size,
    trained: new Float32Array(trainedLayout(size).length),
    target: new Float32Array(targetLayout(size).length),
    batchNorm: Object.fromEntries(batchNormLayers(size).map(([layer, width]) => [layer, neutral(width)])),
  };
}

/**
 * An untrained model: PyTorch's default initialisation of the same layers, which the released code uses. The target
 * network starts as a copy of the online network.
 */
export function initialWeights(size: ModelSize, seed: number): ModelWeights {
  const weights = emptyWeights(size);
  const { places } = trainedLayout(size);
  for (const [index, place] of places.entries()) {
    const stream = randomStream({ seed, purpose: 'initial-weights', a: index });
    // A dense layer's bias stands behind its weight and is drawn within the same bound.
    const fanIn = place.name.endsWith('bias') ? places[index - 1].shape.at(-1)! : place.shape.at(-1)!;
    fillInitial(viewOf(weights.trained, place), place, fanIn, stream);
  }
  weights.target.set(weights.trained.subarray(0, weights.target.length));
  return weights;
}

function fillInitial(values: Float32Array, { name, shape }: ParameterPlace, fanIn: number, stream: RandomStream): void {
  const fillUniform = (bound: number) => {
    for (let i = 0; i < values.length; i++) values[i] = bound * (2 * uniform(stream) - 1);
  };
  if (/norm\d\.|net\.1\./.test(name)) values.fill(name.endsWith('weight') ? 1 : 0);
  else if (/in_proj_bias|out_proj\.bias/.test(name)) values.fill(0);
  else if (name.endsWith('in_proj_weight')) fillUniform(Math.sqrt(6 / (shape[0] + shape[1])));
  else if (shape.length === 3) for (let i = 0; i < values.length; i++) values[i] = normal(stream) / Math.sqrt(fanIn);
  else fillUniform(1 / Math.sqrt(fanIn));
}
