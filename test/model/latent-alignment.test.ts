/** @file Alignment against 2 - 2 cos in plain loops, its symmetry, and the BatchNorm statistics of a step. */
import { expect, it } from 'vitest';
import { add } from '../../src/graph/ops/index.ts';
import { input } from '../../src/graph/tensor.ts';
import { alignment } from '../../src/model/latent-alignment.ts';
import { ONLINE, TARGET, targetLayout, trainedLayout, viewOf } from '../../src/model/parameters.ts';
import { modelSize } from '../../src/model/size.ts';
import { initialWeights, parameterFeeds, parameterInputs } from '../../src/model/weights.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { type Matrix, naiveLinear, parametersOf, rowsOf } from './naive-encoder.ts';

const size = modelSize('small', 4, { layers: 1, heads: 2, ffn: 6, feature: 5 });
const SCANS = 6;
const WIDTH = 8 * size.rois;
const weights = initialWeights(size, 8);
const stream = randomStream({ seed: 6, purpose: 'simulate' });
for (const buffer of [weights.trained, weights.target])
  for (let i = 0; i < buffer.length; i++) buffer[i] += 0.1 * normal(stream);
const embeddings = () => Float32Array.from({ length: SCANS * WIDTH }, () => normal(stream));
const [online1, online2, target1, target2] = [embeddings(), embeddings(), embeddings(), embeddings()];

async function align(
  one: Float32Array,
  two: Float32Array,
  targetOne: Float32Array,
  targetTwo: Float32Array,
  of = weights,
) {
  const { parameter } = parameterInputs([trainedLayout(size), targetLayout(size)]);
  const view = (name: string) => input(name, [SCANS, WIDTH]);
  const directions = [
    alignment(view('online 1'), view('target 2'), parameter),
    alignment(view('online 2'), view('target 1'), parameter),
  ];
  const loss = add(directions[0].loss, directions[1].loss);
  const statistics = directions.flatMap((direction) => direction.statistics);
  const session = await nodeRuntime({ threads: 1 })({
    loss,
    ...Object.fromEntries(statistics.map(({ mean }, k) => [`mean ${k}`, mean])),
    ...Object.fromEntries(statistics.map(({ variance }, k) => [`variance ${k}`, variance])),
  });
  const results = await session.run({
    'online 1': one,
    'online 2': two,
    'target 1': targetOne,
    'target 2': targetTwo,
    ...parameterFeeds(of),
  });
  await session.release();
  return { results, layers: statistics.map(({ layer }) => layer) };
}

const column = (x: Matrix, i: number) => x.map((row) => row[i]);
const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x) / values.length;
const squares = (values: readonly number[]) => values.reduce((sum, x) => sum + (x - mean(values)) ** 2, 0);

/** Linear, BatchNorm with the batch's own statistics, ReLU, Linear. */
function naiveHead(name: string, x: Matrix, parameters = parametersOf(weights)): { hidden: Matrix; output: Matrix } {
  const hidden = naiveLinear(x, `${name}.net.0`, parameters);
  const [gain, bias] = [parameters(`${name}.net.1.weight`), parameters(`${name}.net.1.bias`)];
  const rectified = hidden.map((row) =>
    row.map((value, i) => {
      const values = column(hidden, i);
      const unit = (value - mean(values)) / Math.sqrt(squares(values) / SCANS + 1e-5);
      return Math.max(0, unit * gain[i] + bias[i]);
    }),
  );
  return { hidden, output: naiveLinear(rectified, `${name}.net.3`, parameters) };
}

function naiveDistance(a: Matrix, b: Matrix): number {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return a.reduce((sum, row, s) => sum + 2 - (2 * dot(row, b[s])) / Math.sqrt(dot(row, row) * dot(b[s], b[s])), 0);
}

const project = (x: Float32Array, name: string) => naiveHead(name, rowsOf(x, WIDTH)).output;
const predict = (x: Float32Array) => naiveHead('predictor', project(x, `${ONLINE}g`)).output;

it('is 2 - 2 cos of each prediction and the projection of the other view, summed over scans', async () => {
  const { results } = await align(online1, online2, target1, target2);
  const wanted =
    naiveDistance(predict(online1), project(target2, `${TARGET}g`)) +
    naiveDistance(predict(online2), project(target1, `${TARGET}g`));
  expect(Math.abs(results.loss[0] - wanted)).toBeLessThan(1e-5 * wanted);
});

it('is the same when the views are swapped, and another when only the targets are', async () => {
  const [straight, swapped, crossed] = [
    await align(online1, online2, target1, target2),
    await align(online2, online1, target2, target1),
    await align(online1, online2, target2, target1),
  ].map(({ results }) => results.loss[0]);
  expect(Math.abs(swapped - straight)).toBeLessThan(1e-6 * straight);
  expect(Math.abs(crossed - straight)).toBeGreaterThan(1e-3 * straight);
});

it('is the same for both directions when the networks and the views are equal', async () => {
  const equal = { ...weights, target: weights.trained.slice(0, weights.target.length) };
  const { results } = await align(online1, online1, online1, online1, equal);
  const projected = project(online1, `${ONLINE}g`);
  expect(Math.abs(results.loss[0] - 2 * naiveDistance(predict(online1), projected))).toBeLessThan(1e-5);
});

it('reports the statistics of each batch a layer sees, in order, the variance unbiased', async () => {
  const { results, layers } = await align(online1, online2, target1, target2);
  const hidden = (name: string, x: Matrix) => naiveHead(name, x).hidden;
  const wanted = [
    [`${ONLINE}g.net.1`, hidden(`${ONLINE}g`, rowsOf(online1, WIDTH))],
    ['predictor.net.1', hidden('predictor', project(online1, `${ONLINE}g`))],
    [`${TARGET}g.net.1`, hidden(`${TARGET}g`, rowsOf(target2, WIDTH))],
    [`${ONLINE}g.net.1`, hidden(`${ONLINE}g`, rowsOf(online2, WIDTH))],
    ['predictor.net.1', hidden('predictor', project(online2, `${ONLINE}g`))],
    [`${TARGET}g.net.1`, hidden(`${TARGET}g`, rowsOf(target1, WIDTH))],
  ] as const;
  expect(layers).toEqual(wanted.map(([layer]) => layer));
  for (const [k, [layer, values]] of wanted.entries())
    for (let i = 0; i < values[0].length; i++) {
      expect(results[`mean ${k}`][i], `${layer} mean ${i}`).toBeCloseTo(mean(column(values, i)), 5);
      const unbiased = squares(column(values, i)) / (SCANS - 1);
      expect(Math.abs(results[`variance ${k}`][i] - unbiased), `${layer} variance ${i}`).toBeLessThan(
        1e-5 * (1 + unbiased),
      );
    }
});

it('a projection of zeros gives no NaN', async () => {
  const dead = { ...weights, target: weights.target.slice() };
  for (const place of targetLayout(size).places)
    if (place.name.startsWith(`${TARGET}g.net.3`)) viewOf(dead.target, place).fill(0);
  const { results } = await align(online1, online2, target1, target2, dead);
  expect(results.loss[0]).toBe(4 * SCANS);
});
