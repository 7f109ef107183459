/** @file Fine-tuning finds what is planted and nothing else, stops where it should, and touches only what it may. */
import { describe, expect, it } from 'vitest';
import { finetuneOnSplit } from '../../src/finetune/finetune.ts';
import { type FinetuneData, pseudoFcAugmentation } from '../../src/finetune/finetune-data.ts';
import { learner } from '../../src/finetune/learner.ts';
import { lossOfOutputs, probabilities, type Scores, twoClassDecisions } from '../../src/finetune/scores.ts';
import { FINETUNE_DEFAULTS, type FinetuneSettings } from '../../src/finetune/settings.ts';
import { truthOf } from '../../src/finetune/target.ts';
import { trainedLayout, viewOf } from '../../src/model/parameters.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { areaUnderRoc } from '../../src/statistics/metrics.ts';
import { SPLIT, smallCohort, untrained } from './small-cohort.ts';

const compile = nodeRuntime({ threads: 1 });
const withEffect = smallCohort(1.5);
const planted: FinetuneData = {
  rows: { kind: 'networks', values: withEffect.networks },
  target: { kind: 'classes', classes: 2, truth: withEffect.patient },
};
const model = untrained();

function run(data: FinetuneData, changes: Partial<FinetuneSettings> = {}, seed = 1, split = SPLIT) {
  const settings = { ...FINETUNE_DEFAULTS, learningRate: 1e-3, ...changes };
  return finetuneOnSplit(model, data, split, { settings, seed, compile });
}

const aucOf = (scores: Scores, truth: readonly number[]) =>
  areaUnderRoc(
    twoClassDecisions(scores),
    SPLIT.test.map((row) => truth[row] === 1),
  ).value;

describe('end to end', () => {
  it('finds a planted effect and leaves the given model as it was', async () => {
    const before = model.trained.slice();
    const { learnt, scores } = await run(planted);
    expect(aucOf(scores, withEffect.patient)).toBeGreaterThan(0.85);
    expect(model.trained).toEqual(before);
    // Encoder and readout have moved; projector, predictor, tokens and masked-ROI heads have not.
    for (const place of trainedLayout(model.size).places) {
      const learns = /^online_network\.(attention_list|dim_reduction)\./.test(place.name);
      const moved = viewOf(learnt.weights.trained, place).some((value, i) => value !== before[place.offset + i]);
      expect(moved, place.name).toBe(learns);
    }
    expect(learnt.weights.target).toEqual(model.target);
  });

  it('finds nothing where nothing is planted', async () => {
    const { networks, patient } = smallCohort(0);
    const target = { kind: 'classes', classes: 2, truth: patient } as const;
    const { scores } = await run({ rows: { kind: 'networks', values: networks }, target });
    // 40 test scans: the standard error of an AUC of 0.5 is 0.09.
    expect(Math.abs((aucOf(scores, patient) ?? 0) - 0.5)).toBeLessThan(0.25);
  });

  it('is the same again with the same seed, another with another, whatever the test rows hold', async () => {
    const [one, again, other] = [
      await run(planted, { epochs: 2 }),
      await run(planted, { epochs: 2 }),
      await run(planted, { epochs: 2 }, 2),
    ];
    expect(again).toEqual(one);
    expect(other.scores.values).not.toEqual(one.scores.values);
    const values = withEffect.networks.slice().fill(0.5, SPLIT.test[0] * 400);
    const spoilt = await run({ ...planted, rows: { kind: 'networks', values } }, { epochs: 2 });
    expect(spoilt.learnt).toEqual(one.learnt);
    expect(spoilt.scores.values).not.toEqual(one.scores.values);
  });

  it('learns three classes, and a number in its own unit', async () => {
    // How much a person's first five ROIs go along with all others, in years.
    const age = withEffect.patient.map(
      (_, row) => 40 + withEffect.networks.subarray(row * 400, row * 400 + 100).reduce((sum, value) => sum + value, 0),
    );
    const number = await run({ ...planted, target: { kind: 'number', truth: age } }, { learningRate: 3e-3 });
    const errors = SPLIT.test.map((row, i) => number.scores.values[i] - age[row]);
    const mean = SPLIT.train.reduce((sum, row) => sum + age[row] / SPLIT.train.length, 0);
    const squares = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0);
    expect(1 - squares(errors) / squares(SPLIT.test.map((row) => age[row] - mean))).toBeGreaterThan(0.5);

    const sorted = age.toSorted((a, b) => a - b);
    const third = age.map((value) => Number(value > sorted[53]) + Number(value > sorted[106]));
    const target = { kind: 'classes', classes: 3, truth: third } as const;
    const { scores } = await run({ ...planted, target }, { learningRate: 3e-3, classWeights: 'balanced' });
    const right = SPLIT.test.filter((row, i) => {
      const own = Array.from(scores.values.subarray(3 * i, 3 * i + 3));
      return own.indexOf(Math.max(...own)) === third[row];
    });
    expect(right.length / SPLIT.test.length).toBeGreaterThan(0.55);
  });
});

describe('early stopping', () => {
  it('keeps the epoch of the lowest validation loss, and waits as long as told', async () => {
    const changes = { learningRate: 3e-3, patience: 3 };
    const { learnt } = await run(planted, changes);
    const losses = learnt.epochs.map((epoch) => epoch.validation_loss);
    expect(learnt.epochs.length).toBe(learnt.bestEpoch + 3);
    expect(Math.min(...losses)).toBe(losses[learnt.bestEpoch - 1]);
    // The weights that come back have that loss.
    const settings = { ...FINETUNE_DEFAULTS, ...changes };
    const judge = learner(model, planted, learnt.scale, { settings, seed: 4, compile });
    judge.restore(learnt);
    const truth = truthOf(planted.target, learnt.scale, SPLIT.validation);
    expect(lossOfOutputs(await judge.outputs(SPLIT.validation), truth, learnt.scale)).toBe(Math.min(...losses));
    await judge.release();
  });

  it.each([
    [
      'no validation rows',
      { ...SPLIT, validation: [] },
      'fine-tuning stops by the loss on validation rows, and the split has none, expected at least one validation row; use a split with a train, a validation and a test part.',
    ],
    [
      'one training row',
      { ...SPLIT, train: [0] },
      'fine-tuning compares the scans of a batch, expected at least 2 training rows, found 1.',
    ],
    [
      'a class that nobody trains on',
      { ...SPLIT, train: SPLIT.train.filter((row) => withEffect.patient[row] === 0) },
      'no training row is of class 2 of 2; add participants of this class, or leave the class out.',
    ],
  ])('%s: refused', async (_, split, sentence) => {
    await expect(run(planted, {}, 1, split)).rejects.toThrow(sentence);
  });

  it('a loss that is never a number is refused, not returned', async () => {
    await expect(run(planted, { learningRate: 1e30, warmupSteps: 1, epochs: 2 })).rejects.toThrow(
      'fine-tuning: the loss of the validation rows is not a number after 2 epochs; lower the learning rate.',
    );
  });
});

describe('with the encoder frozen', () => {
  const stream = randomStream({ seed: 3, purpose: 'simulate' });
  const width = 8 * model.size.rois;
  const values = Float32Array.from({ length: 160 * width }, (_, i) => {
    const column = i % width;
    return normal(stream) + (column < 8 ? withEffect.patient[Math.floor(i / width)] : 0);
  });

  it('learns from embeddings; not a bit of the encoder changes', async () => {
    const before = model.trained.slice();
    const { learnt, scores } = await run({ rows: { kind: 'embeddings', values }, target: planted.target });
    expect(aucOf(scores, withEffect.patient)).toBeGreaterThan(0.8);
    expect(learnt.weights).toBe(model);
    expect(new Uint32Array(learnt.weights.trained.buffer)).toEqual(new Uint32Array(before.buffer));
  });
});

describe('augmentation', () => {
  const augmented = (percent: number, seen?: Set<number>): FinetuneData => {
    const draw = pseudoFcAugmentation(withEffect.readSeries, 'pearson', { kind: 'percent', percent }, 1);
    const augment = (row: number, epoch: number, out: Float32Array) => {
      seen?.add(row);
      draw(row, epoch, out);
    };
    return { ...planted, rows: { kind: 'networks', values: withEffect.networks, augment } };
  };

  it('dropping nothing is the full-length network; dropping a fifth is not; only training rows are touched', async () => {
    const plain = await run(planted, { epochs: 2 });
    const seen = new Set<number>();
    expect(await run(augmented(0, seen), { epochs: 2 })).toEqual(plain);
    expect([...seen].sort((a, b) => a - b)).toEqual(SPLIT.train);
    expect((await run(augmented(20), { epochs: 2 })).scores.values).not.toEqual(plain.scores.values);
  });
});

it('probabilities are the softmax of scores, also of large ones', () => {
  const scores = { values: Float64Array.of(0, Math.log(3), 1000, 1000), rows: 2, columns: 2 };
  const { values } = probabilities(scores);
  for (const [i, share] of [0.25, 0.75, 0.5, 0.5].entries()) expect(values[i]).toBeCloseTo(share, 15);
  expect(Array.from(twoClassDecisions(scores))).toEqual([Math.log(3), 0]);
});
