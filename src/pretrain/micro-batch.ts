/** @file How many scans go through the encoder at once: as many as memory allows, since larger passes waste less. */
import { sizeOf } from '../graph/tensor.ts';
import { ONLINE, trainedLayout } from '../model/parameters.ts';
import type { ModelSize } from '../model/size.ts';
import { PAPER_OBJECTIVE } from './objective.ts';
import { buildGraph } from './step-graphs.ts';

/** Bytes that a run may take unless it is told otherwise: a laptop's, with room for other programs. */
export const MEMORY_BUDGET = 5 * 2 ** 30;

/** Choices below a whole batch: beyond 32, activations leave the cache, and nothing is gained. */
const PASSES = [32, 16, 8, 4, 2];
/** The most scans of a batch that is one pass. */
const LARGEST_WHOLE = 64;

/**
 * Measured on two lanes (resident memory of small, base and large at 2 to 32 scans a pass): so many times the bytes of the
 * trained parameters, and of what one pass keeps.
 */
const PER_PARAMETERS = 18;
const PER_ACTIVATIONS = 6.8;

/** The most scans of a pass that a memory budget allows: the whole batch, else one of few sizes; at least 1. */
export function microBatchThatFits(size: ModelSize, batch: number, budget: number): number {
  const room = (budget - PER_PARAMETERS * 4 * trainedLayout(size).length) / (PER_ACTIVATIONS * keptBytes(size, 1));
  if (batch <= Math.min(room, LARGEST_WHOLE)) return batch;
  return PASSES.find((scans) => scans <= Math.min(room, batch)) ?? 1;
}

/** Bytes of activations that the passes of one view keep for their gradient. */
export function keptBytes(size: ModelSize, scans: number): number {
  const plan = { size, objective: PAPER_OBJECTIVE, seed: 0, batch: 1 };
  const { embedding: _, ...kept } = buildGraph(plan, { kind: 'embed', network: ONLINE, scans: 1, keep: true });
  return scans * Object.values(kept).reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
}
