/** @file The numbers of a head: fresh ones, what a graph is fed, and named tensors in a checkpoint. */
import type { StoredTensor } from '../files/safetensors.ts';
import { randomStream, uniform } from '../random/draws.ts';
import { HIDDEN, headLayout } from './head.ts';
import { viewOf } from './parameters.ts';
import { floats, type NamedTensors } from './state-dict.ts';
import type { BatchNormStatistics } from './weights.ts';

export interface HeadWeights {
  readonly rois: number;
  /** Classes, or 1 for a number. */
  readonly outputs: number;
  /** Laid out by {@link headLayout}. */
  readonly trained: Float32Array;
  /** By the name of the layer, e.g. `head.1`. */
  readonly batchNorm: Readonly<Record<string, BatchNormStatistics>>;
}

/** A head of zeros with neutral statistics. */
function emptyHead(rois: number, outputs: number): HeadWeights {
  const neutral = (width: number): BatchNormStatistics => ({
    mean: new Float32Array(width),
    variance: new Float32Array(width).fill(1),
    batches: 0,
  });
  return {
    rois,
    outputs,
    trained: new Float32Array(headLayout(rois, outputs).length),
    batchNorm: Object.fromEntries(HIDDEN.map(({ norm, width }) => [norm, neutral(width)])),
  };
}

/** An untrained head: PyTorch's default initialisation of the same layers. */
export function initialHead(rois: number, outputs: number, seed: number): HeadWeights {
  const head = emptyHead(rois, outputs);
  const { places } = headLayout(rois, outputs);
  const norms = new Set<string>(HIDDEN.map(({ norm }) => norm));
  for (const [index, place] of places.entries()) {
    const values = viewOf(head.trained, place);
    if (norms.has(place.name.replace(/\.(weight|bias)$/, ''))) {
      values.fill(place.name.endsWith('weight') ? 1 : 0);
      continue;
    }
    const stream = randomStream({ seed, purpose: 'finetune-head', a: index });
    // A bias stands behind its weight and is drawn within the same bound.
    const { shape } = place.shape.length === 2 ? place : places[index - 1];
    const bound = 1 / Math.sqrt(shape[1]);
    for (let i = 0; i < values.length; i++) values[i] = bound * (2 * uniform(stream) - 1);
  }
  return head;
}

/** A copy that shares no memory. */
export function copyHead({ rois, outputs, trained, batchNorm }: HeadWeights): HeadWeights {
  const statistics = Object.entries(batchNorm).map(
    ([layer, { mean, variance, batches }]) =>
      [layer, { mean: mean.slice(), variance: variance.slice(), batches }] as const,
  );
  return { rois, outputs, trained: trained.slice(), batchNorm: Object.fromEntries(statistics) };
}

/** Every parameter by name, as a view; what a graph in training is fed. */
export function headFeeds({ rois, outputs, trained }: HeadWeights): Record<string, Float32Array> {
  return Object.fromEntries(headLayout(rois, outputs).places.map((place) => [place.name, viewOf(trained, place)]));
}

/** What a graph in evaluation is fed beside them. */
export function statisticsFeeds({ batchNorm }: HeadWeights): Record<string, Float32Array> {
  const feeds: Record<string, Float32Array> = {};
  for (const [layer, { mean, variance }] of Object.entries(batchNorm)) {
    feeds[`mean ${layer}`] = mean;
    feeds[`variance ${layer}`] = variance;
  }
  return feeds;
}

/** The head as named tensors, beside those of the model. Nothing is copied. */
export function headTensors({ rois, outputs, trained, batchNorm }: HeadWeights): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const place of headLayout(rois, outputs).places)
    tensors.set(place.name, { shape: place.shape, data: viewOf(trained, place) });
  for (const [layer, { mean, variance, batches }] of Object.entries(batchNorm)) {
    tensors.set(`${layer}.running_mean`, { shape: [mean.length], data: mean });
    tensors.set(`${layer}.running_var`, { shape: [variance.length], data: variance });
    tensors.set(`${layer}.num_batches_tracked`, { shape: [], data: BigInt64Array.of(BigInt(batches)) });
  }
  return tensors;
}

/** The head of a checkpoint. @throws InputError for a tensor that is missing, of another shape, or not finite */
export function headFromTensors(tensors: NamedTensors, rois: number, outputs: number, where: string): HeadWeights {
  const head = emptyHead(rois, outputs);
  for (const place of headLayout(rois, outputs).places)
    viewOf(head.trained, place).set(floats(tensors, place.name, place.shape, where));
  for (const [layer, statistics] of Object.entries(head.batchNorm)) {
    statistics.mean.set(floats(tensors, `${layer}.running_mean`, [statistics.mean.length], where));
    statistics.variance.set(floats(tensors, `${layer}.running_var`, [statistics.variance.length], where));
    statistics.batches = Number(tensors.get(`${layer}.num_batches_tracked`)?.data[0] ?? 0);
  }
  return head;
}
