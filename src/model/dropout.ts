/**
 * @file Dropout masks without a generator in the graph.
 *
 * A mask of the feed-forward block alone has 100,000 elements a scan and layer; drawing each costs as much as the
 * matrix products. So the graph holds a pool of rows of Bernoulli bits, fixed by the seed, and a pass is fed only which
 * row each token uses: one addressed draw per row. Every element is still dropped with the stated probability.
 */
import { gatherRows } from '../graph/ops/index.ts';
import { reshape, slice } from '../graph/ops/shape.ts';
import { constant, input, type Tensor } from '../graph/tensor.ts';
import { randomStream } from '../random/draws.ts';
import type { ModelSize } from './size.ts';

/** Rows in each pool; a power of two, so that an index is a few bits of a random word. */
const POOL_BITS = 10;
const POOL_ROWS = 1 << POOL_BITS;

/** The passes of a training step; each has its own masks. */
export const PASSES = ['online-1', 'online-2', 'target-1', 'target-2', 'contrastive', 'reconstruction'] as const;
export type Pass = (typeof PASSES)[number];

/** The dropout of one pass, as its layers ask for it. Masks hold 0 or 1; `gain` = 1 / (1 - rate) is folded elsewhere. */
export interface LayerDropout {
  readonly gain: number;
  /** `[scans, heads, tokens, tokens]`: on the attention map. */
  readonly map: Tensor;
  /** `[scans * tokens, rois]`: on the attention's output. */
  readonly attended: Tensor;
  /** `[scans * tokens, ffn]`: on the hidden layer. */
  readonly hidden: Tensor;
  /** `[scans * tokens, rois]`: on the feed-forward output. */
  readonly output: Tensor;
}
export type Dropout = (layer: number) => LayerDropout;

/** The pools of one seed, shared by all passes of a graph. */
export type DropoutPools = (width: number) => Tensor;

export function dropoutPools(rate: number, seed: number): DropoutPools {
  const pools = new Map<number, Tensor>();
  return (width) => {
    const pool = pools.get(width) ?? constant(poolValues(rate, seed, width), [POOL_ROWS, width]);
    pools.set(width, pool);
    return pool;
  };
}

function poolValues(rate: number, seed: number, width: number): Float32Array {
  const stream = randomStream({ seed, purpose: 'dropout-pool', a: width });
  const threshold = Math.round(rate * 2 ** 32);
  const values = new Float32Array(POOL_ROWS * width);
  for (let i = 0; i < values.length; i++) values[i] = stream() < threshold ? 0 : 1;
  return values;
}

/** Rows that one scan draws in one layer: the maps of all heads, and three masks a token. */
function rowsPerLayer(heads: number, tokens: number): number {
  return (heads + 3) * tokens;
}

/**
 * The dropout of a pass over `scans` scans of `tokens` tokens. Graph input: `dropout rows`, the pool row of every mask,
 * int32 `[scans, layers, (heads + 3) * tokens]`.
 *
 * @param suffix behind the name of the input, where a graph has two views
 */
export function passDropout(
  pools: DropoutPools,
  rate: number,
  { layers, heads, rois, ffn }: ModelSize,
  scans: number,
  tokens: number,
  suffix = '',
): Dropout {
  const perLayer = rowsPerLayer(heads, tokens);
  const rows = input(`dropout rows${suffix}`, [scans, layers, perLayer], { type: 'int32' });
  return (layer) => {
    const here = reshape(slice(rows, 1, layer, 1), [scans, perLayer]);
    const masks = (first: number, count: number, width: number) =>
      gatherRows(pools(width), reshape(slice(here, 1, first * tokens, count * tokens), [scans * count * tokens]));
    return {
      gain: 1 / (1 - rate),
      map: reshape(masks(0, heads, tokens), [scans, heads, tokens, tokens]),
      attended: masks(heads, 1, rois),
      hidden: masks(heads + 1, 1, ffn),
      output: masks(heads + 2, 1, rois),
    };
  };
}

/**
 * Draws the pool rows of one pass: what `dropout rows` is fed.
 *
 * @param scans indices of the scans in the data set, in batch order
 */
export function drawDropoutRows(
  address: { readonly seed: number; readonly epoch: number; readonly pass: Pass },
  { layers, heads }: ModelSize,
  scans: ArrayLike<number>,
  tokens: number,
): Int32Array {
  const perScan = layers * rowsPerLayer(heads, tokens);
  const rows = new Int32Array(scans.length * perScan);
  for (let s = 0; s < scans.length; s++) {
    const c = PASSES.indexOf(address.pass);
    const stream = randomStream({ seed: address.seed, purpose: 'dropout', a: address.epoch, b: scans[s], c });
    // Three indices from each 32-bit word.
    let word = 0;
    let left = 0;
    for (let i = s * perScan; i < (s + 1) * perScan; i++) {
      if (left === 0) {
        word = stream();
        left = 3;
      }
      rows[i] = word & (POOL_ROWS - 1);
      word >>>= POOL_BITS;
      left--;
    }
  }
  return rows;
}
