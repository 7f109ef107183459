/** @file A model that learns labels: takes steps on batches of rows, and answers for rows in evaluation mode. */
import { drawDropoutRows } from '../model/dropout.ts';
import { HIDDEN, headLayout } from '../model/head.ts';
import { copyHead, type HeadWeights, headFeeds, initialHead, statisticsFeeds } from '../model/head-weights.ts';
import { ONLINE, type ParameterPlace, trainedLayout, viewOf } from '../model/parameters.ts';
import { READOUT } from '../model/size.ts';
import type { ModelWeights } from '../model/weights.ts';
import { adamW, emptyMoments, PAPER_ADAMW } from '../pretrain/optimizer.ts';
import { randomStream } from '../random/draws.ts';
import type { Compile, Results, Session } from '../runtime/session.ts';
import type { FinetuneData } from './finetune-data.ts';
import { evaluationGraph, type FinetunePlan, trainingGraph } from './finetune-graphs.ts';
import { defaultLayerDecay, layerRate } from './layer-rates.ts';
import type { FinetuneSettings } from './settings.ts';
import { outputsOf, type Scale, truthOf } from './target.ts';

/** Scans that are answered for at once. */
const EVALUATED_AT_ONCE = 16;
/** BatchNorm's running statistics are the plain mean over the first ten batches, then move by a tenth, as PyTorch's do. */
const BATCH_NORM_MOMENTUM = 0.1;

/** Encoder and head at one moment. */
export interface Learnt {
  readonly weights: ModelWeights;
  readonly head: HeadWeights;
}

export interface Learner {
  /** One step; returns the loss of the batch. `step` counts from 1, `epoch` from 0. */
  readonly step: (rows: readonly number[], at: { readonly epoch: number; readonly step: number }) => Promise<number>;
  /** Outputs of the head in evaluation mode, `[rows, outputs]`. */
  readonly outputs: (rows: readonly number[]) => Promise<Float32Array>;
  /** A copy of what has been learnt so far. */
  readonly snapshot: () => Learnt;
  /** Goes back to a copy. */
  readonly restore: (learnt: Learnt) => void;
  readonly release: () => Promise<void>;
}

/** A learner that starts with the model's encoder and a fresh head. The model given is never changed. */
export function learner(
  model: ModelWeights,
  { rows: table, target }: FinetuneData,
  scale: Scale,
  {
    settings,
    seed,
    compile,
  }: { readonly settings: FinetuneSettings; readonly seed: number; readonly compile: Compile },
): Learner {
  const { size } = model;
  const frozen = table.kind === 'embeddings';
  const outputs = outputsOf(target);
  const plan: FinetunePlan = { size, kind: target.kind, outputs, frozen, dropout: settings.dropout, seed };
  const trained = frozen ? model.trained : model.trained.slice();
  let head = initialHead(size.rois, outputs, seed);
  const encoderPlaces = frozen ? [] : learntPlaces(size);
  const headPlaces = headLayout(size.rois, outputs).places;
  const decay = settings.layerDecay ?? defaultLayerDecay(size.layers);
  const parts = [
    ...encoderPlaces.map((place) => ({ place, values: trained, rate: layerRate(place.name, size.layers, decay) })),
    ...headPlaces.map((place) => ({ place, values: head.trained, rate: 1 })),
  ].map((part) => ({
    name: part.place.name,
    rate: part.rate,
    values: viewOf(part.values, part.place),
    gradient: new Float32Array(part.place.length),
    moments: emptyMoments(part.place.length),
  }));
  const into = Object.fromEntries(parts.map(({ name, gradient }) => [`gradient ${name}`, gradient]));
  const encoderFeeds = Object.fromEntries(encoderPlaces.map((place) => [place.name, viewOf(trained, place)]));
  const width = frozen ? READOUT * size.rois : size.rois ** 2;
  const input = frozen ? 'embedding' : 'connectivity';

  const sessions = new Map<string, Promise<Session>>();
  function session(kind: 'training' | 'evaluation', scans: number): Promise<Session> {
    const name = `${kind} ${scans}`;
    const graph = kind === 'training' ? trainingGraph : evaluationGraph;
    const compiled = sessions.get(name) ?? compile(graph(plan, scans));
    sessions.set(name, compiled);
    return compiled;
  }

  /** Rows one after the other; a row beyond the last is zero. */
  function gathered(rows: readonly number[], count: number, epoch?: number): Float32Array {
    const values = new Float32Array(count * width);
    for (const [i, row] of rows.entries()) {
      const out = values.subarray(i * width, (i + 1) * width);
      if (epoch !== undefined && table.kind === 'networks' && table.augment !== undefined)
        table.augment(row, epoch, out);
      else out.set(table.values.subarray(row * width, (row + 1) * width));
    }
    return values;
  }

  return {
    step: async (rows, { epoch, step }) => {
      const feeds = {
        [input]: gathered(rows, rows.length, epoch),
        truth: truthOf(target, scale, rows),
        ...encoderFeeds,
        ...headFeeds(head),
        ...headDropout(rows, settings.headDropout, seed, epoch),
        ...(frozen || settings.dropout === 0
          ? {}
          : { 'dropout rows': drawDropoutRows({ seed, epoch, pass: 'online-1' }, size, rows, size.rois) }),
      };
      const results = await (await session('training', rows.length)).run(feeds, into);
      const rate = settings.learningRate * Math.min(1, step / Math.max(1, settings.warmupSteps));
      const adam = { ...PAPER_ADAMW, weightDecay: settings.weightDecay };
      for (const part of parts) adamW(part.values, part.gradient, part.moments, step, rate * part.rate, adam);
      moveStatistics(head, results);
      return results.loss[0];
    },
    outputs: async (rows) => {
      const found = new Float32Array(rows.length * outputs);
      const scans = Math.min(EVALUATED_AT_ONCE, rows.length);
      for (let first = 0; first < rows.length; first += scans) {
        const some = rows.slice(first, first + scans);
        const feeds = {
          [input]: gathered(some, scans),
          ...encoderFeeds,
          ...headFeeds(head),
          ...statisticsFeeds(head),
        };
        const results = await (await session('evaluation', scans)).run(feeds);
        found.set(results.outputs.subarray(0, some.length * outputs), first * outputs);
      }
      return found;
    },
    snapshot: () => ({ weights: frozen ? model : { ...model, trained: trained.slice() }, head: copyHead(head) }),
    restore: (learnt) => {
      if (!frozen) trained.set(learnt.weights.trained);
      const copy = copyHead(learnt.head);
      head.trained.set(copy.trained);
      head = { ...copy, trained: head.trained };
    },
    release: async () => {
      for (const compiled of sessions.values()) await (await compiled).release();
    },
  };
}

/** Encoder and readout: what the embedding depends on. */
function learntPlaces(size: ModelWeights['size']): readonly ParameterPlace[] {
  const projector = `${ONLINE}g.`;
  return trainedLayout(size).places.filter(({ name }) => name.startsWith(ONLINE) && !name.startsWith(projector));
}

/** The head's dropout, drawn for each row of the data set and epoch. */
function headDropout(rows: readonly number[], rate: number, seed: number, epoch: number): Record<string, Float32Array> {
  const masks = HIDDEN.map(({ linear, width }) => [`keep ${linear}`, new Float32Array(rows.length * width)] as const);
  const threshold = Math.round(rate * 2 ** 32);
  const gain = 1 / (1 - rate);
  for (const [i, row] of rows.entries()) {
    const stream = randomStream({ seed, purpose: 'finetune-dropout', a: epoch, b: row });
    for (const [layer, [, mask]] of masks.entries()) {
      const { width } = HIDDEN[layer];
      for (let k = i * width; k < (i + 1) * width; k++) mask[k] = stream() < threshold ? 0 : gain;
    }
  }
  return Object.fromEntries(masks);
}

function moveStatistics({ batchNorm }: HeadWeights, results: Results): void {
  for (const [layer, statistics] of Object.entries(batchNorm)) {
    statistics.batches++;
    const share = Math.max(BATCH_NORM_MOMENTUM, 1 / statistics.batches);
    for (const name of ['mean', 'variance'] as const)
      for (const [i, value] of results[`${name} ${layer}`].entries())
        statistics[name][i] += share * (value - statistics[name][i]);
  }
}
