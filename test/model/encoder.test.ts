/** @file The encoder: the formula, with and without dropout, and what happens when tokens are permuted. */
import { afterAll, describe, expect, it } from 'vitest';
import { constant, input, sizeOf, type Tensor } from '../../src/graph/tensor.ts';
import type { LayerDropout } from '../../src/model/dropout.ts';
import { encode, readout } from '../../src/model/encoder.ts';
import { ONLINE, trainedLayout } from '../../src/model/parameters.ts';
import { modelSize } from '../../src/model/size.ts';
import { initialWeights, parameterFeeds, parameterInputs, within } from '../../src/model/weights.ts';
import { normal, permutation, randomStream, uniform } from '../../src/random/draws.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { type NaiveMasks, naiveEncode, naiveLinear, parametersOf, rowsOf } from './naive-encoder.ts';

const size = modelSize('small', 8, { layers: 2, heads: 2, ffn: 12, feature: 6 });
const { rois, heads, ffn } = size;
const SCANS = 3;
const TOKENS = 10;
const weights = initialWeights(size, 5);
// Biases and gains that are not zero and one, so that a forgotten one shows.
const stream = randomStream({ seed: 9, purpose: 'simulate' });
for (let i = 0; i < weights.trained.length; i++) weights.trained[i] += 0.1 * normal(stream);
const rows = Float32Array.from({ length: SCANS * TOKENS * rois }, () => normal(stream));
const parameters = parametersOf(weights);
const compile = nodeRuntime({ threads: 1 });
const sessions: Awaited<ReturnType<typeof compile>>[] = [];
afterAll(() => Promise.all(sessions.map((session) => session.release())));

async function run(tokens: number, values: Float32Array, dropout?: (layer: number) => LayerDropout) {
  const { parameter } = parameterInputs([trainedLayout(size)]);
  const x = input('rows', [SCANS, tokens, rois]);
  const network = within(ONLINE, parameter);
  const { tokens: encoded, maps } = encode(x, network, size, dropout);
  const outputs: Record<string, Tensor> = { encoded, map: maps[1], embedding: readout(encoded, network) };
  const session = await compile(outputs);
  sessions.push(session);
  return session.run({ rows: values, ...parameterFeeds(weights) });
}

function expectClose(found: ArrayLike<number>, wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  const worst = wanted.reduce((most, x, i) => Math.max(most, Math.abs(found[i] - x)), 0);
  expect(worst).toBeLessThan(2e-5);
}

describe('encoder', () => {
  it('equals the formula', async () => {
    const { encoded, map, embedding } = await run(TOKENS, rows);
    const scans = rowsOf(rows, TOKENS * rois).map((scan) => naiveEncode(rowsOf(scan, rois), ONLINE, size, parameters));
    expectClose(encoded, scans.flat(2));
    const reduced = scans.flatMap((tokens) => naiveLinear(tokens, `${ONLINE}dim_reduction.0`, parameters));
    expectClose(
      embedding,
      reduced.flat().map((x) => (x > 0 ? x : 0.01 * x)),
    );
    for (const row of rowsOf(map, TOKENS)) expect(row.reduce((sum, share) => sum + share)).toBeCloseTo(1, 5);
  });

  it('equals the formula with dropout: every gain is in its place', async () => {
    const rate = 0.25;
    const draw = (shape: readonly number[]) =>
      Float32Array.from({ length: sizeOf(shape) }, () => Number(uniform(stream) >= rate));
    const drawn = Array.from({ length: size.layers }, () => ({
      map: draw([SCANS, heads, TOKENS, TOKENS]),
      attended: draw([SCANS * TOKENS, rois]),
      hidden: draw([SCANS * TOKENS, ffn]),
      output: draw([SCANS * TOKENS, rois]),
    }));
    const { encoded } = await run(TOKENS, rows, (layer) => ({
      gain: 1 / (1 - rate),
      map: constant(drawn[layer].map, [SCANS, heads, TOKENS, TOKENS]),
      attended: constant(drawn[layer].attended, [SCANS * TOKENS, rois]),
      hidden: constant(drawn[layer].hidden, [SCANS * TOKENS, ffn]),
      output: constant(drawn[layer].output, [SCANS * TOKENS, rois]),
    }));
    const ofScan = (values: Float32Array, width: number, scan: number) =>
      rowsOf(rowsOf(values, values.length / SCANS)[scan], width);
    const wanted = rowsOf(rows, TOKENS * rois).map((tokens, scan) => {
      const masks: NaiveMasks[] = drawn.map(({ map, attended, hidden, output }) => ({
        rate,
        map: ofScan(map, TOKENS * TOKENS, scan).map((head) => rowsOf(head, TOKENS)),
        attended: ofScan(attended, rois, scan),
        hidden: ofScan(hidden, ffn, scan),
        output: ofScan(output, rois, scan),
      }));
      return naiveEncode(rowsOf(tokens, rois), ONLINE, size, parameters, masks);
    });
    expectClose(encoded, wanted.flat(2));
  });

  it('has no positions: permuted tokens come out permuted', async () => {
    const order = permutation(stream, TOKENS);
    const permute = (values: Float32Array) =>
      rowsOf(values, TOKENS * rois).flatMap((scan) => {
        const tokens = rowsOf(scan, rois);
        return Array.from(order, (token) => tokens[token]).flat();
      });
    const straight = await run(TOKENS, rows);
    const permuted = await run(TOKENS, Float32Array.from(permute(rows)));
    expectClose(permuted.encoded, permute(straight.encoded));
  });
});
