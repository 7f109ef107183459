/** @file Parity with an independent PyTorch statement of the method, on GOLDEN_DIR or the project's own fixture. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { connectivity, FC_KINDS } from '../../src/connectivity/kinds.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import { input } from '../../src/graph/tensor.ts';
import { encode, readout } from '../../src/model/encoder.ts';
import { projectInEvaluation } from '../../src/model/latent-alignment.ts';
import { ONLINE, targetLayout, trainedLayout, viewOf } from '../../src/model/parameters.ts';
import { type ModelWeights, parameterFeeds, parameterInputs, within } from '../../src/model/weights.ts';
import { assembleBatch } from '../../src/pretrain/batch.ts';
import { type Objective, PAPER_OBJECTIVE } from '../../src/pretrain/objective.ts';
import { PAPER_ADAMW } from '../../src/pretrain/optimizer.ts';
import { pseudoFcViews } from '../../src/pretrain/pseudo-fc-views.ts';
import { soloTeam, stepRunner } from '../../src/pretrain/step.ts';
import { stateFrom } from '../../src/pretrain/training-state.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { readGolden } from './golden.ts';

const folder = process.env.GOLDEN_DIR ?? fileURLToPath(new URL('../fixtures/golden-20', import.meta.url));
const golden = readGolden(folder);
const { size, config, series, expected } = golden;
const compile = nodeRuntime();
const objective: Objective = {
  ...PAPER_OBJECTIVE,
  contrastiveWeight: config.lambda_nce,
  reconstructionWeight: config.lambda_mse,
  contrastiveRois: golden.contrastive[0].length,
  reconstructionRois: golden.reconstruction[0].length,
  dropout: config.dropout,
};

const truth = (name: string) => Float64Array.from(expected.get(name)!.data, Number);
const norm = (values: ArrayLike<number>) => Math.sqrt(Array.from(values).reduce((sum, x) => sum + x * x, 0));

/** Norm of the difference over the norm of the truth. */
function relativeError(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(found.length).toBe(wanted.length);
  return norm(Array.from(found, (x, i) => x - wanted[i])) / (norm(wanted) + 1e-30);
}

const largestDifference = (found: ArrayLike<number>, wanted: ArrayLike<number>) =>
  Array.from(found).reduce((most, x, i) => Math.max(most, Math.abs(x - wanted[i])), 0);

describe(`parity on ${folder.split('/').at(-1)}`, () => {
  it.each(FC_KINDS)('FC %s is within 1e-5 absolute', (kind) => {
    const found = series.flatMap((scan) => [...connectivity(kind, scan)]);
    expect(largestDifference(found, truth(`fc_${kind.replace('-', '_')}`))).toBeLessThan(1e-5);
  });

  it('tokens, embedding and projection are within 1e-4 relative', async () => {
    const weights = golden.weights();
    const fc = input('fc', [series.length, size.rois, size.rois]);
    const { parameter } = parameterInputs([trainedLayout(size)]);
    const { tokens } = encode(fc, within(ONLINE, parameter), size);
    const embedding = readout(tokens, within(ONLINE, parameter));
    const outputs: Record<string, Tensor> = {
      tokens,
      embedding,
      projection: projectInEvaluation(embedding, parameter),
    };
    const session = await compile(outputs);
    const statistics = weights.batchNorm[`${ONLINE}g.net.1`];
    const results = await session.run({
      fc: Float32Array.from(series.flatMap((scan) => [...connectivity('pearson', scan)])),
      ...parameterFeeds(weights),
      [`mean ${ONLINE}g.net.1`]: statistics.mean,
      [`variance ${ONLINE}g.net.1`]: statistics.variance,
    });
    for (const name of Object.keys(outputs)) expect(relativeError(results[name], truth(name)), name).toBeLessThan(1e-4);
  });

  it('losses, gradients and updated parameters of three steps agree', async () => {
    const weights = golden.weights();
    const state = stateFrom(weights);
    const networks = pseudoFcViews({ fc: 'pearson', rois: size.rois, compile });
    const batch = await assembleBatch(networks, series, {
      ...golden,
      dropout: { epoch: 0, scans: [...series.keys()] },
    });
    await networks.release();
    const plan = { size, objective, seed: 0, batch: series.length } as const;
    const runner = await stepRunner(plan, series.length, state, soloTeam(compile));
    const adam = { ...PAPER_ADAMW, weightDecay: config.weight_decay, clipValue: config.clip_value };
    for (const [k, step] of golden.steps.entries()) {
      const { losses } = await runner.run(batch);
      for (const part of ['lra', 'nce', 'mse', 'loss'] as const)
        expect(Math.abs(losses[part] - step[part]), `${part} of step ${k + 1}`).toBeLessThan(1e-4);
      if (k === 0) checkGradients(runner.gradient);
      await runner.update({ ...adam, step: k + 1, learningRate: config.lr, momentum: config.momentum });
      if (k !== 1) checkWeights(k + 1, weights);
    }
    await runner.release();
  });
});

/**
 * Below this, float32 leaves of a gradient little but rounding. Some true gradients are exactly zero (a bias in front of
 * BatchNorm, the key part of the attention bias, the bias behind the contrastive head); there both sides hold noise, and
 * AdamW, which divides by the gradient's own size, turns noise into steps of up to the learning rate either way.
 */
const ROUNDING = 1e-6;

/** The elements whose true gradient stands clear of rounding; all of them where the fixture holds only a norm. */
function determined(name: string, length: number): readonly boolean[] {
  const gradient = expected.get(`grad/${name}`);
  return Array.from({ length }, (_, i) => gradient === undefined || Math.abs(Number(gradient.data[i])) >= ROUNDING);
}

function checkGradients(gradient: Float32Array): void {
  let compared = 0;
  for (const place of trainedLayout(size).places) {
    const name = `grad/${place.name}`;
    const found = viewOf(gradient, place);
    compared += place.length;
    if (!expected.has(name)) expect(Math.abs(norm(found) / golden.normsOfLarge[name] - 1), name).toBeLessThan(1e-3);
    else if (determined(place.name, place.length).includes(true))
      expect(relativeError(found, truth(name)), name).toBeLessThan(1e-3);
    else expect(largestDifference(found, truth(name)), name).toBeLessThan(ROUNDING);
  }
  expect(compared).toBe(gradient.length);
}

function checkWeights(step: number, weights: ModelWeights): void {
  const prefix = `after${step}/`;
  const names = [...expected.keys()].filter((name) => name.startsWith(prefix));
  expect(names.length).toBeGreaterThan(0);
  const places = new Map([
    ...trainedLayout(size).places.map((place) => [place.name, viewOf(weights.trained, place)] as const),
    ...targetLayout(size).places.map((place) => [place.name, viewOf(weights.target, place)] as const),
    ...Object.entries(weights.batchNorm).flatMap(([layer, { mean, variance }]) => [
      [`${layer}.running_mean`, mean] as const,
      [`${layer}.running_var`, variance] as const,
    ]),
  ]);
  for (const name of names) {
    const parameter = name.slice(prefix.length);
    const wanted = truth(name);
    const found = places.get(parameter)!;
    const clear = determined(parameter.replace(/^target_network/, 'online_network'), wanted.length);
    const clearOf = (values: ArrayLike<number>) => Array.from(values).filter((_, i) => clear[i]);
    // A running mean follows the undetermined bias in front of it from step 2 on, so only the bound below holds for it.
    if (step === 1 || !name.endsWith('running_mean'))
      expect(relativeError(clearOf(found), clearOf(wanted)), name).toBeLessThan(1e-4);
    expect(largestDifference(found, wanted), name).toBeLessThan(2 * step * config.lr);
  }
  for (const [name, wanted] of Object.entries(golden.normsOfLarge))
    if (name.startsWith(prefix))
      expect(Math.abs(norm(places.get(name.slice(prefix.length))!) / wanted - 1), name).toBeLessThan(1e-4);
}
