/** @file Step 8 begins: the frozen embedding of every scan, from its full-length connectivity. */
import type { FcKind } from '../connectivity/kinds.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { scanConnectivity } from '../dataset/scan-connectivity.ts';
import { constant, input } from '../graph/tensor.ts';
import type { Progress } from '../progress.ts';
import type { Compile, Session } from '../runtime/session.ts';
import { embed } from './encoder.ts';
import type { Model } from './load-model.ts';
import { ONLINE, trainedLayout, viewOf } from './parameters.ts';
import { checkSameRois } from './same-rois.ts';
import { READOUT } from './size.ts';
import { type ModelWeights, type ParameterInputs, within } from './weights.ts';

/** Scans that go through the encoder at once: activations stay near the cache. */
const SCANS_AT_ONCE = 16;

export interface EmbedOptions {
  readonly fc: FcKind;
  /** What runs the encoder: a browser embeds with the same code. */
  readonly compile: Compile;
  readonly progress?: Progress;
}

/**
 * The embedding of every scan by the online network, in evaluation mode: `[scans, 8 x ROI]`, in the data set's order.
 *
 * @throws InputError when the data set has another ROI count or ROI order than the model, or matrices of another kind
 */
export async function embedDataset(
  { weights, card }: Model,
  dataset: Dataset,
  { fc, compile, progress }: EmbedOptions,
): Promise<Float32Array> {
  checkSameRois(card, dataset);
  const { rois } = weights.size;
  const count = dataset.scans.length;
  const width = READOUT * rois;
  const embeddings = new Float32Array(count * width);
  const sessions = new Map<number, Session>();
  for (let first = 0; first < count; first += SCANS_AT_ONCE) {
    const scans = Math.min(SCANS_AT_ONCE, count - first);
    const session = sessions.get(scans) ?? (await compile(embeddingGraph(weights, scans)));
    sessions.set(scans, session);
    const networks = new Float32Array(scans * rois * rois);
    for (let i = 0; i < scans; i++)
      scanConnectivity(fc, dataset, first + i, networks.subarray(i * rois * rois, (i + 1) * rois * rois));
    await session.run({ fc: networks }, { embedding: embeddings.subarray(first * width, (first + scans) * width) });
    progress?.(first + scans, count);
  }
  for (const session of sessions.values()) await session.release();
  return embeddings;
}

function embeddingGraph(weights: ModelWeights, scans: number) {
  const { size } = weights;
  const fc = input('fc', [scans, size.rois, size.rois]);
  return { embedding: embed(fc, within(ONLINE, fixedParameters(weights)), size) };
}

/** Trained parameters as constants of a graph, which ONNX Runtime can lay out for its products once. */
function fixedParameters({ size, trained }: ModelWeights): ParameterInputs {
  const places = new Map(trainedLayout(size).places.map((place) => [place.name, place]));
  return (name) => {
    const place = places.get(name)!;
    return constant(viewOf(trained, place), place.shape);
  };
}
