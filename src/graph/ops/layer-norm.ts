/** @file Layer normalisation over the last axis (Ba, Kiros, Hinton 2016). */
import { applyAll, type Operation, type Tensor } from '../tensor.ts';
import { mul, sub } from './elementwise.ts';
import { matMul } from './matmul.ts';
import { sum } from './reduce.ts';
import { reshape } from './shape.ts';

const EPSILON = 1e-5;

/** Rows of `x` `[n, width]` to zero mean and unit variance, times `gain` `[width]`, plus `bias` `[width]`. */
export function layerNorm(x: Tensor, gain: Tensor, bias: Tensor): Tensor {
  const [rows] = x.shape;
  return applyAll(LAYER_NORM, [x, gain, bias], [{ shape: x.shape }, { shape: [rows, 1] }, { shape: [rows, 1] }])[0];
}

/** Outputs: the result, each row's mean, each row's inverse standard deviation (both kept for the gradient). */
const LAYER_NORM: Operation = {
  kind: 'layer-norm',
  lower: ({ inputs }, { emit, name }) =>
    emit('LayerNormalization', inputs.map(name), { attributes: { axis: -1, epsilon: { float: EPSILON } }, outputs: 3 }),
  vjp: ({ inputs: [x, gain, bias], outputs: [, mean, inverseDeviation] }, [g]) => {
    const [, width] = x.shape;
    const normalised = mul(sub(x, mean), inverseDeviation);
    const aligned = mul(g!, normalised);
    // Row means of g·gain and g·gain·normalised, as products with a column.
    const column = reshape(gain, [width, 1]);
    const meanG = matMul(g!, column, { alpha: 1 / width });
    const meanAligned = matMul(aligned, column, { alpha: 1 / width });
    const centred = sub(mul(g!, gain), meanG);
    const dx = mul(sub(centred, mul(normalised, meanAligned)), inverseDeviation);
    return [dx, reshape(sum(aligned, [0]), gain.shape), reshape(sum(g!, [0]), bias.shape)];
  },
};
