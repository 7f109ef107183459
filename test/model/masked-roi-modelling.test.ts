/** @file Masked ROI modelling against its formula in plain loops, and the proof that a hidden row stays hidden. */
import { describe, expect, it } from 'vitest';
import { input } from '../../src/graph/tensor.ts';
import { contrastiveLoss, reconstructionLoss } from '../../src/model/masked-roi-modelling.ts';
import { ONLINE, trainedLayout } from '../../src/model/parameters.ts';
import { modelSize } from '../../src/model/size.ts';
import { initialWeights, parameterFeeds, parameterInputs } from '../../src/model/weights.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { type Matrix, naiveEncode, naiveLinear, parametersOf, rowsOf } from './naive-encoder.ts';

const size = modelSize('small', 6, { layers: 2, heads: 3, ffn: 10, feature: 4 });
const { rois } = size;
const weights = initialWeights(size, 2);
const stream = randomStream({ seed: 4, purpose: 'simulate' });
for (let i = 0; i < weights.trained.length; i++) weights.trained[i] += 0.1 * normal(stream);
const parameters = parametersOf(weights);
/** Masked ROIs of two scans; order matters. */
const HIDDEN = [
  [4, 0, 5],
  [1, 3, 2],
];
const view = Float32Array.from({ length: HIDDEN.length * rois * rois }, () => normal(stream));
const scansOf = (values: Float32Array) => rowsOf(values, rois * rois).map((scan) => rowsOf(scan, rois));

/** Mask token in place of hidden rows, two tokens in front, sin-cos positions on everything, encode, head. */
function predict(scan: Matrix, hidden: readonly number[], head: 'cpred' | 'gpred'): number[][] {
  const rows = scan.map((row, roi) => (hidden.includes(roi) ? parameters('mask_embed') : row));
  const tokens = [parameters('cls_token'), parameters('dist_token'), ...rows].map((row, position) =>
    row.map((value, column) => {
      const angle = position / 10000 ** ((column - (column % 2)) / rois);
      return value + (column % 2 === 0 ? Math.sin(angle) : Math.cos(angle));
    }),
  );
  const encoded = naiveEncode(tokens, ONLINE, size, parameters);
  const chosen = hidden.map((roi) => encoded[2 + roi]);
  const leaky = naiveLinear(chosen, `${head}.0`, parameters).map((row) => row.map((x) => (x > 0 ? x : 0.01 * x)));
  return naiveLinear(leaky, `${head}.2`, parameters);
}

/** -log of the softmax share that the true profile gives to its own prediction. */
function naiveContrastive(truth: Matrix, predicted: Matrix): number {
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  return truth.reduce((sum, row, k) => {
    const powers = predicted.map((prediction) => Math.exp(dot(row, prediction)));
    return sum - Math.log(powers[k] / powers.reduce((all, power) => all + power));
  }, 0);
}

function naiveSquaredError(truth: Matrix, predicted: Matrix): number {
  return truth.reduce((sum, row, k) => sum + row.reduce((all, x, i) => all + (x - predicted[k][i]) ** 2, 0), 0);
}

const BRANCHES = {
  contrastive: { head: 'cpred', loss: contrastiveLoss, naive: naiveContrastive },
  reconstruction: { head: 'gpred', loss: reconstructionLoss, naive: naiveSquaredError },
} as const;
type Branch = keyof typeof BRANCHES;

async function lossOf(branch: Branch, values: Float32Array, hidden: readonly (readonly number[])[] = HIDDEN) {
  const count = hidden[0].length;
  const masked = new Float32Array(hidden.length * count * rois);
  for (const [i, roi] of hidden.flat().entries()) masked[i * rois + roi] = 1;
  const { parameter } = parameterInputs([trainedLayout(size)]);
  const [v, m] = [input('view', [hidden.length, rois, rois]), input('masked', [hidden.length, count, rois])];
  const session = await nodeRuntime({ threads: 1 })({ loss: BRANCHES[branch].loss(v, m, parameter, size) });
  const { loss } = await session.run({ view: values, masked, ...parameterFeeds(weights) });
  await session.release();
  return loss[0];
}

function naiveLoss(branch: Branch, truthFrom: Float32Array, seenFrom: Float32Array): number {
  const { head, naive } = BRANCHES[branch];
  const seen = scansOf(seenFrom);
  return scansOf(truthFrom).reduce((sum, scan, s) => {
    const truth = HIDDEN[s].map((roi) => scan[roi]);
    return sum + naive(truth, predict(seen[s], HIDDEN[s], head));
  }, 0);
}

const relative = (found: number, wanted: number) => Math.abs(found - wanted) / Math.abs(wanted);

describe.each(['contrastive', 'reconstruction'] as const)('%s', (branch) => {
  it('equals the formula', async () => {
    expect(relative(await lossOf(branch, view), naiveLoss(branch, view, view))).toBeLessThan(1e-5);
  });

  it('hides the row: another profile there changes the truth, not the prediction', async () => {
    const changed = view.slice();
    for (const [scan, hidden] of HIDDEN.entries())
      for (const roi of hidden)
        for (let i = 0; i < rois; i++) changed[(scan * rois + roi) * rois + i] = 2 * normal(stream);
    const found = await lossOf(branch, changed);
    expect(relative(found, naiveLoss(branch, changed, view))).toBeLessThan(1e-5);
    expect(relative(found, await lossOf(branch, view))).toBeGreaterThan(1e-2);
  });

  it('sees the rows that are not hidden', async () => {
    const changed = view.slice();
    changed[1 * rois] += 1;
    expect(HIDDEN[0]).not.toContain(1);
    expect(relative(await lossOf(branch, changed), await lossOf(branch, view))).toBeGreaterThan(1e-4);
  });

  it('does not depend on the order of the masked ROIs, each of which stays with its own prediction', async () => {
    const turned = HIDDEN.map((hidden) => hidden.toReversed());
    expect(relative(await lossOf(branch, view, turned), await lossOf(branch, view))).toBeLessThan(1e-5);
  });
});
