/** @file What `align` passes gave, gathered from the ranks that took them. */
import { batchNormLayers } from '../model/parameters.ts';
import { READOUT } from '../model/size.ts';
import type { Ranks } from '../ranks/ranks.ts';
import type { Results } from '../runtime/session.ts';
import type { StepPlan } from './step-graphs.ts';

/**
 * The outputs of the `align` passes of both views, first view first, on every rank.
 *
 * @param mine of this rank: of both views where it is alone, else of at most one, in rank order
 */
export function gatherAligned(ranks: Ranks, plan: StepPlan, mine: readonly Results[]): readonly Results[] {
  if (ranks.size === 1) return mine;
  const outputs = layout(plan);
  const width = outputs.reduce((sum, [, length]) => sum + length, 0);
  const packed = new Float32Array(mine.length * width);
  let at = 0;
  for (const results of mine)
    for (const [name, length] of outputs) {
      packed.set(results[name], at);
      at += length;
    }
  const all = ranks.gather(packed);
  return [0, width].map((start) => unpack(all.subarray(start, start + width), outputs));
}

type Layout = readonly (readonly [name: string, length: number])[];

function layout({ size, batch }: StepPlan): Layout {
  const statistics = batchNormLayers(size).flatMap(([layer, width]) =>
    ['mean', 'variance'].map((kind) => [`${kind} ${layer}`, width] as const),
  );
  return [['lra', 1], ['arrived', batch * READOUT * size.rois], ...statistics];
}

function unpack(values: Float32Array, outputs: Layout): Results {
  const results: Results = {};
  let at = 0;
  for (const [name, length] of outputs) {
    results[name] = values.slice(at, at + length);
    at += length;
  }
  return results;
}
