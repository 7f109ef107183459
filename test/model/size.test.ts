/** @file Sizes: the published parameter counts, other ROI counts, and heads that do not divide. */
import { describe, expect, it } from 'vitest';
import { parameterCount, targetLayout, trainedLayout } from '../../src/model/parameters.ts';
import { type ModelSize, modelSize, PRESETS } from '../../src/model/size.ts';
import { initialWeights } from '../../src/model/weights.ts';

/** The count written out from the layers' widths, independent of the layout. */
function naiveCount({ rois: n, layers, ffn, feature }: ModelSize): number {
  const dense = (input: number, output: number) => (input + 1) * output;
  const layer = dense(n, 3 * n) + dense(n, n) + dense(n, ffn) + dense(ffn, n) + 4 * n;
  const projector = dense(8 * n, 16 * n) + 2 * 16 * n + dense(16 * n, feature);
  const network = layers * layer + dense(n, 8) + projector;
  const predictor = dense(feature, 2 * feature) + 2 * 2 * feature + dense(2 * feature, feature);
  return 2 * network + predictor + 3 * n + 2 * (dense(n, ffn) + dense(ffn, n));
}

const saying = (message: string) => expect.objectContaining({ name: 'InputError', message });

describe('parameter counts', () => {
  it.each([
    ['small', 14_411_268],
    ['base', 25_356_868],
    ['large', 67_007_172],
  ])('%s has exactly %i at 100 ROIs', (preset, count) => {
    expect(parameterCount(modelSize(preset, 100))).toBe(count);
  });

  it.each([
    [20, 5],
    [94, 2],
    [116, 4],
    [200, 10],
  ])('%i ROIs with %i heads', (rois, heads) => {
    for (const preset of Object.keys(PRESETS)) {
      const size = modelSize(preset, rois, { heads });
      expect(parameterCount(size)).toBe(naiveCount(size));
    }
  });

  it('places lie one behind the other, the target like the beginning of the online network', () => {
    const size = modelSize('small', 20, { layers: 2, ffn: 12, feature: 6 });
    for (const { places, length } of [trainedLayout(size), targetLayout(size)]) {
      let end = 0;
      for (const place of places) {
        expect(place.offset).toBe(end);
        end += place.length;
      }
      expect(end).toBe(length);
      expect(new Set(places.map(({ name }) => name)).size).toBe(places.length);
    }
    const online = trainedLayout(size).places;
    for (const [i, place] of targetLayout(size).places.entries()) {
      expect(place.name.replace('target_', 'online_')).toBe(online[i].name);
      expect([place.offset, place.shape]).toEqual([online[i].offset, online[i].shape]);
    }
    const weights = initialWeights(size, 3);
    expect(weights.target).toEqual(weights.trained.subarray(0, weights.target.length));
  });
});

describe('sizes that do not fit together', () => {
  it.each([
    [94, '--heads: the attention heads must divide the ROI count 94, found 5 heads; choose one of 1, 2, 47, 94.'],
    [
      116,
      '--heads: the attention heads must divide the ROI count 116, found 5 heads; choose one of 1, 2, 4, 29, 58, 116.',
    ],
  ])('5 heads and %i ROIs: counts that divide are named', (rois, message) => {
    expect(() => modelSize('small', rois)).toThrow(saying(message));
  });

  it('unknown presets and impossible numbers', () => {
    expect(() => modelSize('smal', 100)).toThrow(
      saying('--preset: there is no preset smal, expected small, base, large; did you mean small?'),
    );
    expect(() => modelSize('constructor', 100)).toThrow('there is no preset constructor');
    expect(() => modelSize('small', 100, { ffn: 2.5 })).toThrow(
      saying('ffn: a model size must be a whole number above 0, found 2.5.'),
    );
  });
});
