/** @file Step 8 begins: the frozen embedding of every scan, from its full-length connectivity. */
import { connectivity, type FcKind } from '../connectivity/kinds.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { InputError } from '../errors/input-error.ts';
import { constant, input } from '../graph/tensor.ts';
import type { Progress } from '../progress.ts';
import type { Compile, Session } from '../runtime/session.ts';
import { embed } from './encoder.ts';
import type { Model } from './load-model.ts';
import { ONLINE, trainedLayout, viewOf } from './parameters.ts';
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
 * @throws InputError when the data set has another ROI count or ROI order than the model
 */
export async function embedDataset(
  { weights, card }: Model,
  dataset: Dataset,
  { fc, compile, progress }: EmbedOptions,
): Promise<Float32Array> {
  checkRois(card, dataset);
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
      connectivity(fc, dataset.readSeries(first + i), networks.subarray(i * rois * rois, (i + 1) * rois * rois));
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

/** A token's meaning is its ROI, so the model's ROIs must be the data set's, in the same order. */
function checkRois({ size, roi_names: names, atlas }: Model['card'], dataset: Dataset): void {
  if (dataset.roiNames.length !== size.rois)
    throw new InputError({
      where: dataset.directory,
      problem: 'the data set has another number of ROIs than the model',
      expected: `${size.rois} ROIs${atlas === undefined ? '' : ` (${atlas})`}`,
      found: `${dataset.roiNames.length} (${dataset.atlas})`,
      fix: 'ingest the scans with --project to the atlas of the model, or pretrain on this atlas',
    });
  const differing = names?.findIndex((name, roi) => name !== dataset.roiNames[roi]) ?? -1;
  if (differing >= 0)
    throw new InputError({
      where: dataset.directory,
      problem: `the ROIs are not in the order of the model: ROI ${differing + 1} differs`,
      expected: `"${names![differing]}"`,
      found: `"${dataset.roiNames[differing]}"`,
      fix: 'ingest the scans with the atlas of the model',
    });
}
