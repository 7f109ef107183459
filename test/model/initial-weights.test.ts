/** @file Initial weights: PyTorch's defaults, kind of layer by kind of layer, and addressed by the seed. */
import { describe, expect, it } from 'vitest';
import { type ParameterPlace, trainedLayout, viewOf } from '../../src/model/parameters.ts';
import { modelSize } from '../../src/model/size.ts';
import { initialWeights } from '../../src/model/weights.ts';

const size = modelSize('small', 40, { layers: 2, ffn: 64, feature: 48 });
const weights = initialWeights(size, 7);
const { places } = trainedLayout(size);

type Expected =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly deviation: number };

/** PyTorch: kaiming_uniform(a = √5) is uniform within 1/√fan-in; attention is Xavier-uniform with zero biases. */
function expectedOf({ name }: ParameterPlace): Expected {
  const { rois, ffn, feature } = size;
  if (/(norm\d|net\.1)\.weight$/.test(name)) return { kind: 'constant', value: 1 };
  if (/(norm\d|net\.1)\.bias$/.test(name)) return { kind: 'constant', value: 0 };
  if (/in_proj_bias|out_proj\.bias/.test(name)) return { kind: 'constant', value: 0 };
  if (name.endsWith('in_proj_weight')) return { kind: 'uniform', bound: Math.sqrt(6 / (3 * rois + rois)) };
  if (/^(mask_embed|cls_token|dist_token)$/.test(name)) return { kind: 'normal', deviation: 1 / Math.sqrt(rois) };
  const fanIn = Object.entries({
    out_proj: rois,
    linear1: rois,
    linear2: ffn,
    dim_reduction: rois,
    'g.net.0': 8 * rois,
    'g.net.3': 16 * rois,
    'predictor.net.0': feature,
    'predictor.net.3': 2 * feature,
    'pred.0': rois,
    'pred.2': ffn,
  }).find(([part]) => name.includes(part))![1];
  return { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) };
}

describe('initial weights', () => {
  it.each(places.map((place) => [place.name, place] as const))('%s', (_, place) => {
    const values = viewOf(weights.trained, place);
    const expected = expectedOf(place);
    const n = values.length;
    const deviation = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / n);
    switch (expected.kind) {
      case 'constant':
        expect(values.every((x) => x === expected.value)).toBe(true);
        return;
      case 'uniform': {
        expect(values.every((x) => Math.abs(x) <= Math.fround(expected.bound))).toBe(true);
        // Var(x²) of a uniform is 4/45 bound⁴; five standard errors.
        const square = expected.bound ** 2 / 3;
        expect(Math.abs(deviation ** 2 - square)).toBeLessThan(5 * expected.bound ** 2 * Math.sqrt(4 / 45 / n));
        return;
      }
      case 'normal':
        // Var(x²) of a normal is 2 sigma⁴; five standard errors.
        expect(Math.abs(deviation ** 2 / expected.deviation ** 2 - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    }
  });

  it('the same seed gives the same bytes, another seed other ones', () => {
    expect(initialWeights(size, 7).trained).toEqual(weights.trained);
    const other = initialWeights(size, 8);
    for (const place of places)
      if (expectedOf(place).kind !== 'constant')
        expect(viewOf(other.trained, place), place.name).not.toEqual(viewOf(weights.trained, place));
  });

  it('BatchNorm starts neutral', () => {
    expect(Object.keys(weights.batchNorm)).toEqual([
      'online_network.g.net.1',
      'target_network.g.net.1',
      'predictor.net.1',
    ]);
    for (const { mean, variance, batches } of Object.values(weights.batchNorm)) {
      expect(mean.every((x) => x === 0) && variance.every((x) => x === 1)).toBe(true);
      expect(batches).toBe(0);
    }
  });
});
