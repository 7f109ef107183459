/** @file Softmax and its logarithm over the last axis. */
import { apply, type Operation, type Tensor } from '../tensor.ts';
import { mul, sub } from './elementwise.ts';
import { sum } from './reduce.ts';

export function softmax(a: Tensor): Tensor {
  return apply(SOFTMAX, [a], a.shape);
}
const SOFTMAX: Operation = {
  kind: 'softmax',
  lower: ({ inputs: [a] }, { emit, name }) => emit('Softmax', [name(a)], { attributes: { axis: -1 } }),
  vjp: ({ outputs: [y] }, [g]) => [mul(y, sub(g!, sum(mul(g!, y), [y.shape.length - 1])))],
};

export function logSoftmax(a: Tensor): Tensor {
  return apply(LOG_SOFTMAX, [a], a.shape);
}
const LOG_SOFTMAX: Operation = {
  kind: 'log-softmax',
  lower: ({ inputs: [a] }, { emit, name }) => emit('LogSoftmax', [name(a)], { attributes: { axis: -1 } }),
  vjp: ({ inputs: [a] }, [g]) => [sub(g!, mul(softmax(a), sum(g!, [a.shape.length - 1])))],
};
