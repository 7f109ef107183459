/** @file Weights under their published names: round trip, what is refused, and the size that tensors imply. */
import { describe, expect, it } from 'vitest';
import type { StoredTensor } from '../../src/files/safetensors.ts';
import { type ModelSize, modelSize, PRESETS } from '../../src/model/size.ts';
import { fromStateDict, impliedSize, toStateDict } from '../../src/model/state-dict.ts';
import { initialWeights } from '../../src/model/weights.ts';

const size = modelSize('small', 20, { layers: 2, heads: 4, ffn: 12, feature: 6 });
const weights = initialWeights(size, 1);
weights.batchNorm['predictor.net.1'].mean.fill(0.5);
weights.batchNorm['predictor.net.1'].batches = 7;
const saying = (message: string) => expect.objectContaining({ name: 'InputError', message });

/** The state dict with one tensor replaced, or without it. */
function withTensor(name: string, tensor?: StoredTensor): Map<string, StoredTensor> {
  const tensors = toStateDict(weights);
  expect(tensors.has(name)).toBe(true);
  if (tensor === undefined) tensors.delete(name);
  else tensors.set(name, tensor);
  return tensors;
}

/** Shapes without numbers are enough to imply a size. */
function shapesOf({ rois, layers, ffn, feature }: ModelSize): Map<string, StoredTensor> {
  const data = new Float32Array(0);
  const tensors = new Map([['online_network.g.net.3.weight', { shape: [feature, 16 * rois], data }]]);
  for (let layer = 0; layer < layers; layer++)
    tensors.set(`online_network.attention_list.${layer}.linear1.weight`, { shape: [ffn, rois], data });
  return tensors;
}

describe('state dict', () => {
  it('round trip: parameters, target and statistics', () => {
    expect(fromStateDict(toStateDict(weights), size, 'm')).toEqual(weights);
  });

  it('takes tokens of any rank', () => {
    const token = toStateDict(weights).get('mask_embed')!.data;
    expect(fromStateDict(withTensor('mask_embed', { shape: [20], data: token }), size, 'm')).toEqual(weights);
  });

  it('takes no memory for the size that a damaged card says', () => {
    const tensors = toStateDict(weights);
    const ask = (changes: Partial<typeof size>) => () => fromStateDict(tensors, { ...size, ...changes }, 'm');
    expect(ask({ rois: 1e12 })).toThrow('has the wrong shape, expected [');
    expect(ask({ ffn: 1e12 })).toThrow('has the wrong shape, expected [');
    expect(ask({ layers: 1e12 })).toThrow(
      `the model is said to have more layers than the file has tensors, expected at most ${tensors.size}, found 1000000000000`,
    );
  });

  it('refuses what is missing, turned round, or not finite', () => {
    const name = 'online_network.attention_list.1.linear1.weight';
    const { data } = toStateDict(weights).get(name)! as { data: Float32Array };
    expect(() => fromStateDict(withTensor(name), size, 'm.safetensors')).toThrow(
      saying(`m.safetensors: there is no tensor ${name}; this is not a whole BrainMass checkpoint.`),
    );
    expect(() => fromStateDict(withTensor(name, { shape: [20, 12], data }), size, 'm.safetensors')).toThrow(
      saying(`m.safetensors: tensor ${name} has the wrong shape, expected [12,20], found [20,12].`),
    );
    expect(() =>
      fromStateDict(withTensor(name, { shape: [12, 20], data: data.with(4, Number.NaN) }), size, 'm.safetensors'),
    ).toThrow(saying(`m.safetensors: tensor ${name} holds NaN at element 5.`));
  });

  it.each(Object.keys(PRESETS))('the size of %s is implied by its tensors', (preset) => {
    for (const rois of [100, 200]) {
      const wanted = modelSize(preset, rois);
      expect(impliedSize(shapesOf(wanted), 'm')).toEqual(wanted);
    }
  });

  it('heads that cannot be known are asked for', () => {
    expect(impliedSize(shapesOf(size), 'm', 4)).toEqual(size);
    expect(() => impliedSize(shapesOf(size), 'm.pth')).toThrow(
      saying(
        'm.pth: the number of attention heads of a 2-layer model cannot be read from its weights; say it with --heads, or use a run directory, whose card.json says it.',
      ),
    );
  });
});
