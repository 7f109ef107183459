/**
 * @file A lane: one stream of a step's passes, with compiled graphs and a gradient of its own.
 *
 * A step is a list of passes that do not depend on each other within a phase. Lanes take them side by side, then share
 * the update: each sums all lanes' gradients in its part of the flat buffer, and moves parameters and target there.
 * A lane in another thread holds copies of the parameters (the runtime takes no shared memory); one in this thread
 * works on the buffers themselves.
 */

import { sizeOf } from '../graph/tensor.ts';
import { type Pass as DropoutPass, drawDropoutRows } from '../model/dropout.ts';
import { maskedTokens } from '../model/masked-roi-modelling.ts';
import { ONLINE, type ParameterLayout, type ParameterPlace, trainedLayout, viewOf } from '../model/parameters.ts';
import { bufferFeeds } from '../model/weights.ts';
import type { Compile, Feeds, Results, Session } from '../runtime/session.ts';
import type { DropoutAddress } from './batch.ts';
import type { AdamWSettings } from './optimizer.ts';
import { buildGraph, type StepGraph, type StepPlan } from './step-graphs.ts';
import { PLAIN_KERNELS, type UpdateKernels } from './update-kernels.ts';

/** One pass: a graph and what it is fed beside the parameters. */
export interface Pass {
  readonly graph: StepGraph;
  readonly feeds: Feeds;
  /** Whose dropout the pass has, and which of the six passes of a step it is. */
  readonly dropout?: DropoutAddress & { readonly pass: DropoutPass };
  /** Under this name the lane keeps what an `embed` leaves for its `backward`. */
  readonly activations?: string;
}

/** Flat buffers that all lanes see, and one gradient for each lane; laid out like the trained parameters. */
export interface StepBuffers {
  readonly trained: Float32Array;
  readonly target: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly gradients: readonly Float32Array[];
}

/** Elements of the flat buffers, `to` excluded. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface UpdateSettings extends AdamWSettings {
  /** Counts from 1. */
  readonly step: number;
  readonly learningRate: number;
  /** Of the moving-average target. */
  readonly momentum: number;
}

/** Sums of squares of a gradient: of the encoder, of projector and predictor, of tokens and masked-ROI heads. */
export type SquaredNorms = readonly [encoder: number, alignment: number, heads: number];

export interface Lane {
  /** Runs passes in order; returns their outputs but the gradients, which add up in this lane's buffer. */
  readonly run: (
    passes: readonly Pass[],
    when: { readonly begins: boolean; readonly ends: boolean },
  ) => Promise<readonly Results[]>;
  /** Adds the other lanes' gradients to the first lane's, in a range. */
  readonly sum: (range: Range) => Promise<void>;
  /** Moves parameters, moments and target in a range by the first lane's gradient. */
  readonly update: (range: Range, settings: UpdateSettings) => Promise<SquaredNorms>;
  readonly release: () => Promise<void>;
}

/** A lane that works in this thread. Graphs are compiled at their first use. */
export function lane(
  plan: StepPlan,
  buffers: StepBuffers,
  index: number,
  compile: Compile,
  kernels: UpdateKernels = PLAIN_KERNELS,
): Lane {
  const { size } = plan;
  const layout = trainedLayout(size);
  const own = { trained: ownCopy(buffers.trained), target: ownCopy(buffers.target) };
  const parameters = bufferFeeds(size, own);
  const sum = gradientSum(layout, buffers.gradients[index]);
  const bounds = partBounds(layout);
  const compiled = new Map<string, CompiledGraph>();
  const activations = new Map<string, Readonly<Record<string, Float32Array>>>();

  function compiledGraph(graph: StepGraph): CompiledGraph {
    const name = JSON.stringify(graph);
    const known = compiled.get(name);
    if (known !== undefined) return known;
    const outputs = buildGraph(plan, graph);
    const made = { outputs, session: compile(outputs) };
    compiled.set(name, made);
    return made;
  }

  async function take({ graph, feeds, dropout, activations: name = '' }: Pass): Promise<Results> {
    const all = { ...parameters, ...feeds, ...dropoutRows(plan, graph, dropout) };
    const { outputs, session } = compiledGraph(graph);
    if (graph.kind === 'embed' && graph.keep) {
      const kept = activations.get(name) ?? roomFor(outputs);
      activations.set(name, kept);
      const { embedding } = await (await session).run(all, kept);
      return { embedding };
    }
    return sum.run(await session, graph.kind === 'backward' ? { ...all, ...activations.get(name) } : all);
  }

  return {
    run: async (passes, { begins, ends }) => {
      if (begins) {
        sum.begin();
        if (own.trained !== buffers.trained) own.trained.set(buffers.trained);
        if (own.target !== buffers.target) own.target.set(buffers.target);
      }
      const results: Results[] = [];
      for (const pass of passes) results.push(await take(pass));
      if (ends) sum.finish();
      return results;
    },
    sum: async (range) => {
      for (const { from, to } of blocks(range)) {
        const [total, ...others] = buffers.gradients.map((gradient) => gradient.subarray(from, to));
        for (const other of others) kernels.add(total, other);
      }
    },
    update: async (range, settings) => {
      const squares: [number, number, number] = [0, 0, 0];
      for (const block of blocks(range)) {
        const part = (values: Float32Array) => values.subarray(block.from, block.to);
        const moments = { first: part(buffers.first), second: part(buffers.second) };
        for (const [k, bound] of bounds.entries()) {
          const { from, to } = overlap(bound, block);
          squares[k] += kernels.squares(buffers.gradients[0].subarray(from, Math.max(from, to)));
        }
        const { step, learningRate, momentum } = settings;
        kernels.adamW(part(buffers.trained), part(buffers.gradients[0]), moments, step, learningRate, settings);
        const target = part(buffers.target);
        kernels.average(target, part(buffers.trained).subarray(0, target.length), momentum);
      }
      return squares;
    },
    release: async () => {
      for (const { session } of compiled.values()) await (await session).release();
    },
  };
}

/** What a graph with dropout is fed. */
function dropoutRows({ size, objective, seed }: StepPlan, { kind }: StepGraph, dropout: Pass['dropout']): Feeds {
  if (dropout === undefined || objective.dropout === 0) return {};
  const { epoch, pass, scans } = dropout;
  const tokens = kind === 'masked' ? maskedTokens(size) : size.rois;
  return { 'dropout rows': drawDropoutRows({ seed, epoch, pass }, size, scans, tokens) };
}

/** A graph as built, and its session. */
interface CompiledGraph {
  readonly outputs: ReturnType<typeof buildGraph>;
  readonly session: Promise<Session>;
}

/** Memory for all that a graph keeps beside the embedding. */
function roomFor({ embedding: _, ...kept }: CompiledGraph['outputs']): Readonly<Record<string, Float32Array>> {
  return Object.fromEntries(Object.entries(kept).map(([name, { shape }]) => [name, new Float32Array(sizeOf(shape))]));
}

/** Memory that a runtime takes: the same, or a copy of what threads share. */
function ownCopy(values: Float32Array): Float32Array {
  return isShared(values) ? new Float32Array(values.length) : values;
}

function isShared({ buffer }: Float32Array): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
}

/** Gathers gradients from several graphs in one flat buffer. */
interface GradientSum {
  readonly begin: () => void;
  /** Runs a graph and adds its outputs `gradient NAME`; returns its other outputs. */
  readonly run: (session: Session, feeds: Feeds) => Promise<Results>;
  /** What no graph has given is zero. */
  readonly finish: () => void;
}

/** The first graph that gives a parameter's gradient writes it in place, where memory allows; the others are added. */
function gradientSum({ places, length }: ParameterLayout, gradient: Float32Array): GradientSum {
  const partial = new Float32Array(length);
  const direct = !isShared(gradient);
  const given = new Set<string>();
  return {
    begin: () => given.clear(),
    run: async (session, feeds) => {
      const buffer = ({ name }: ParameterPlace) => (direct && !given.has(name) ? gradient : partial);
      const into = places.map((place) => [`gradient ${place.name}`, viewOf(buffer(place), place)] as const);
      const results = await session.run(feeds, Object.fromEntries(into));
      for (const { name, offset, length: count } of places) {
        if (results[`gradient ${name}`] === undefined) continue;
        delete results[`gradient ${name}`];
        const end = offset + count;
        if (given.has(name)) for (let i = offset; i < end; i++) gradient[i] += partial[i];
        else if (!direct) gradient.set(partial.subarray(offset, end), offset);
        given.add(name);
      }
      return results;
    },
    finish: () => {
      for (const place of places) if (!given.has(place.name)) viewOf(gradient, place).fill(0);
    },
  };
}

/** Where encoder, projector with predictor, and tokens with masked-ROI heads lie in the flat buffer: one after the other. */
function partBounds({ places, length }: ParameterLayout): readonly [Range, Range, Range] {
  const start = (prefix: string) => places.find(({ name }) => name.startsWith(prefix))?.offset ?? length;
  const [alignment, heads] = [start(`${ONLINE}g.`), start('mask_embed')];
  return [
    { from: 0, to: alignment },
    { from: alignment, to: heads },
    { from: heads, to: length },
  ];
}

function overlap(a: Range, b: Range): Range {
  return { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
}

/** Elements that one loop after the other goes over while they are in the cache. */
const BLOCK = 4096;

function blocks({ from, to }: Range): Range[] {
  const count = Math.max(0, Math.ceil((to - from) / BLOCK));
  return Array.from({ length: count }, (_, k) => ({
    from: from + k * BLOCK,
    to: Math.min(to, from + (k + 1) * BLOCK),
  }));
}

/** Nearly equal ranges, one a lane. Vector loops then leave over the same elements, at the very end, whatever the lanes. */
export function laneRanges(length: number, lanes: number): Range[] {
  const bound = (k: number) => (k === lanes ? length : 4 * Math.floor((length * k) / lanes / 4));
  return Array.from({ length: lanes }, (_, k) => ({ from: bound(k), to: bound(k + 1) }));
}
