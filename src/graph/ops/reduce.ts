/** @file Sums and means over axes. */
import { apply, filled, type Operation, sizeOf, type Tensor } from '../tensor.ts';
import { mul, scale } from './elementwise.ts';
import { matMul } from './matmul.ts';
import { reshape } from './shape.ts';

/** Sum over `axes`, which stay with size 1. */
export function sum(a: Tensor, axes: readonly number[]): Tensor {
  const shape = a.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  if (axes.every((axis) => a.shape[axis] === 1)) return reshape(a, shape);
  const leading = axes.length > 0 && axes.every((axis, position) => axis === position) && axes.length < a.shape.length;
  // A row of ones times the matrix takes two thirds of ReduceSum's time over rows, or less.
  if (leading) return reshape(columnSums(a, axes.length), shape);
  return apply(reduceSum(axes), [a], shape);
}

function columnSums(a: Tensor, leadingAxes: number): Tensor {
  const rows = sizeOf(a.shape.slice(0, leadingAxes));
  const columns = sizeOf(a.shape.slice(leadingAxes));
  return matMul(filled(1, [1, rows]), reshape(a, [rows, columns]));
}

function reduceSum(axes: readonly number[]): Operation {
  return {
    kind: 'sum',
    lower: ({ inputs: [a] }, { emit, name, constant: fixed }) =>
      emit('ReduceSum', [name(a), fixed(BigInt64Array.from(axes, BigInt), [axes.length])], {
        attributes: { keepdims: 1 },
      }),
    vjp: ({ inputs: [a] }, [g]) => [
      mul(
        g!,
        filled(
          1,
          a.shape.map((size, axis) => (axes.includes(axis) ? size : 1)),
        ),
      ),
    ],
  };
}

/** Mean over `axes`, which stay with size 1. */
export function mean(a: Tensor, axes: readonly number[]): Tensor {
  return scale(sum(a, axes), 1 / sizeOf(axes.map((axis) => a.shape[axis])));
}

/** Sum over everything, shape []. */
export function sumAll(a: Tensor): Tensor {
  return reshape(sum(a, [...a.shape.keys()]), []);
}
