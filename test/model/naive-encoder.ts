/** @file The encoder written out once more, in plain loops over one scan: what the graph is compared with. */
import { type ParameterPlace, targetLayout, trainedLayout, viewOf } from '../../src/model/parameters.ts';
import type { ModelSize } from '../../src/model/size.ts';
import type { ModelWeights } from '../../src/model/weights.ts';

export type Matrix = readonly (readonly number[])[];
/** A parameter by name, as numbers. */
export type Parameters = (name: string) => readonly number[];

/** Dropout of one layer: 0 or 1 for every element. */
export interface NaiveMasks {
  readonly rate: number;
  /** `[head][token][token]`. */
  readonly map: readonly Matrix[];
  readonly attended: Matrix;
  readonly hidden: Matrix;
  readonly output: Matrix;
}

export function parametersOf({ size, trained, target }: ModelWeights): Parameters {
  const found = new Map<string, readonly number[]>();
  const keep = (buffer: Float32Array, places: readonly ParameterPlace[]) => {
    for (const place of places) found.set(place.name, Array.from(viewOf(buffer, place)));
  };
  keep(trained, trainedLayout(size).places);
  keep(target, targetLayout(size).places);
  return (name) => found.get(name)!;
}

/** Rows of a flat row-major array. */
export function rowsOf(values: ArrayLike<number>, width: number): number[][] {
  const all = Array.from(values);
  return Array.from({ length: all.length / width }, (_, row) => all.slice(row * width, (row + 1) * width));
}

/** `x wᵀ + b` for each row, weights and bias by the name of the layer. */
export function naiveLinear(x: Matrix, layer: string, parameters: Parameters): number[][] {
  return affine(x, parameters(`${layer}.weight`), parameters(`${layer}.bias`));
}

function affine(x: Matrix, weight: readonly number[], bias: readonly number[]): number[][] {
  const width = x[0].length;
  return x.map((row) => bias.map((b, out) => row.reduce((sum, value, i) => sum + value * weight[out * width + i], b)));
}

const drop = (x: Matrix, mask: Matrix | undefined, rate = 0): number[][] =>
  x.map((row, i) => row.map((value, j) => (mask === undefined ? value : (value * mask[i][j]) / (1 - rate))));

const plus = (a: Matrix, b: Matrix) => a.map((row, i) => row.map((value, j) => value + b[i][j]));

function softmax(row: readonly number[]): number[] {
  const most = Math.max(...row);
  const powers = row.map((value) => Math.exp(value - most));
  const total = powers.reduce((sum, value) => sum + value);
  return powers.map((value) => value / total);
}

function layerNorm(x: Matrix, layer: string, parameters: Parameters): number[][] {
  const gain = parameters(`${layer}.weight`);
  const bias = parameters(`${layer}.bias`);
  return x.map((row) => {
    const mean = row.reduce((sum, value) => sum + value) / row.length;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
    return row.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * gain[i] + bias[i]);
  });
}

function selfAttention(
  x: Matrix,
  layer: string,
  heads: number,
  parameters: Parameters,
  masks?: NaiveMasks,
): number[][] {
  const rois = x[0].length;
  const width = rois / heads;
  const projected = affine(
    x,
    parameters(`${layer}.self_attn.in_proj_weight`),
    parameters(`${layer}.self_attn.in_proj_bias`),
  );
  const joined = x.map(() => new Array<number>(rois).fill(0));
  for (let head = 0; head < heads; head++) {
    const part = (which: number) =>
      projected.map((row) => row.slice(which * rois + head * width, which * rois + (head + 1) * width));
    const [q, k, v] = [part(0), part(1), part(2)];
    const scores = q.map((a) => k.map((b) => a.reduce((sum, value, i) => sum + value * b[i], 0) / Math.sqrt(width)));
    const map = drop(scores.map(softmax), masks?.map[head], masks?.rate);
    for (const [i, row] of map.entries())
      for (let j = 0; j < width; j++)
        joined[i][head * width + j] = row.reduce((sum, share, token) => sum + share * v[token][j], 0);
  }
  return drop(naiveLinear(joined, `${layer}.self_attn.out_proj`, parameters), masks?.attended, masks?.rate);
}

/** Tokens of one scan through all layers of a network (`prefix`, e.g. `online_network.`). */
export function naiveEncode(
  rows: Matrix,
  prefix: string,
  { layers, heads }: ModelSize,
  parameters: Parameters,
  masks?: readonly NaiveMasks[],
): number[][] {
  let x = rows.map((row) => [...row]);
  for (let layer = 0; layer < layers; layer++) {
    const name = `${prefix}attention_list.${layer}`;
    const mask = masks?.[layer];
    x = layerNorm(plus(x, selfAttention(x, name, heads, parameters, mask)), `${name}.norm1`, parameters);
    const rectified = naiveLinear(x, `${name}.linear1`, parameters).map((row) =>
      row.map((value) => Math.max(0, value)),
    );
    const hidden = drop(rectified, mask?.hidden, mask?.rate);
    const output = drop(naiveLinear(hidden, `${name}.linear2`, parameters), mask?.output, mask?.rate);
    x = layerNorm(plus(x, output), `${name}.norm2`, parameters);
  }
  return x;
}
