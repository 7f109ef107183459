/** @file Learning rates by layer, when to stop, and what the loss is fed. */
import { describe, expect, it } from 'vitest';
import { earlyStopping } from '../../src/finetune/early-stopping.ts';
import { defaultLayerDecay, layerRate } from '../../src/finetune/layer-rates.ts';
import { scaleOf, truthOf } from '../../src/finetune/target.ts';

describe('layer-wise learning rates', () => {
  it('fall from the embedding to the input', () => {
    const rate = (name: string) => layerRate(`online_network.${name}`, 4, 0.5);
    expect(rate('dim_reduction.0.weight')).toBe(0.5);
    expect([3, 2, 1, 0].map((layer) => rate(`attention_list.${layer}.linear1.weight`))).toEqual([
      0.5, 0.25, 0.125, 0.0625,
    ]);
    expect(layerRate('online_network.attention_list.10.norm1.bias', 12, 0.5)).toBe(0.25);
  });

  it.each([1, 8, 32])('of %i layers the lowest has a tenth by default', (layers) => {
    const decay = defaultLayerDecay(layers);
    expect(layerRate('online_network.attention_list.0.linear1.bias', layers, decay)).toBeCloseTo(0.1, 12);
  });
});

describe('early stopping', () => {
  it('counts epochs since the first lowest loss; what is no number is never lowest', () => {
    const judge = earlyStopping(2);
    const told = [3, 2, 2, 1, Number.NaN, 1.5].map(judge);
    expect(told.map(({ best }) => best)).toEqual([true, true, false, true, false, false]);
    expect(told.map(({ stop }) => stop)).toEqual([false, false, false, false, false, true]);
  });
});

describe('what the loss is fed', () => {
  const classes = { kind: 'classes', classes: 2, truth: [0, 1, 1, 1] } as const;

  it('classes: shares that add up to one, the rarer class as heavy as the other when balanced', () => {
    expect(Array.from(truthOf(classes, scaleOf(classes, [0, 1, 2, 3], 'equal'), [0, 1, 3, 2]))).toEqual([
      0.25, 0, 0, 0.25, 0, 0.25, 0, 0.25,
    ]);
    const balanced = truthOf(classes, scaleOf(classes, [0, 1, 2, 3], 'balanced'), [0, 1, 2, 3]);
    expect(balanced[0]).toBeCloseTo(0.5, 7);
    expect(balanced[1] + balanced[3] + balanced[5] + balanced[7]).toBeCloseTo(0.5, 6);
  });

  it('a number: deviations from the mean of the training rows; a constant is not divided by zero', () => {
    const number = { kind: 'number', truth: [10, 30, 500] } as const;
    expect(Array.from(truthOf(number, scaleOf(number, [0, 1], 'equal'), [0, 1, 2]))).toEqual([-1, 1, 48]);
    const constant = { kind: 'number', truth: [7, 7] } as const;
    expect(Array.from(truthOf(constant, scaleOf(constant, [0, 1], 'equal'), [0, 1]))).toEqual([0, 0]);
  });
});
