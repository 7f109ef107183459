/** @file Matrix products. Transposes are flags of the product, never a pass of their own where the device can. */
import type { Emitter } from '../lower.ts';
import { apply, filled, type Operation, type Shape, sameShape, type Tensor } from '../tensor.ts';
import { sum } from './reduce.ts';
import { reshape } from './shape.ts';

export interface MatMulOptions {
  readonly transA?: boolean;
  readonly transB?: boolean;
  /** The product is multiplied by this. */
  readonly alpha?: number;
}

/**
 * `alpha * op(a) op(b)` over the last two axes, where op may transpose; leading axes are a batch. They are the same in
 * both, or one operand is a single matrix, for all of the batch.
 */
export function matMul(
  a: Tensor,
  b: Tensor,
  { transA = false, transB = false, alpha = 1 }: MatMulOptions = {},
): Tensor {
  const [rows, innerA] = lastTwo(a.shape, transA);
  const [innerB, columns] = lastTwo(b.shape, transB);
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const batch = batchA.length === 0 ? batchB : batchA;
  if (innerA !== innerB || !(batchB.length === 0 || sameShape(batch, batchB)))
    throw new Error(`matMul of [${a.shape}]${transA ? 'ᵀ' : ''} and [${b.shape}]${transB ? 'ᵀ' : ''}`);
  return apply(product(transA, transB, alpha), [a, b], [...batch, rows, columns]);
}

function product(transA: boolean, transB: boolean, alpha: number): Operation {
  return {
    kind: 'matmul',
    lower: ({ inputs, outputs: [y] }, emitter) => {
      const [a, b] = inputs.map(emitter.name);
      const flags = { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } };
      if (y.shape.length === 2) return emitter.emit('Gemm', [a, b], { attributes: flags });
      const ranks = inputs.map(({ shape }) => shape.length);
      return [emitProduct(emitter, [a, b], ranks, { transA, transB, alpha })];
    },
    vjp: ({ inputs: [a, b] }, [g]) => [
      overBatch(
        transA ? matMul(b, g!, { transA: transB, transB: true, alpha }) : matMul(g!, b, { transB: !transB, alpha }),
        a.shape,
      ),
      overBatch(
        transB ? matMul(g!, a, { transA: true, transB: transA, alpha }) : matMul(a, g!, { transA: !transA, alpha }),
        b.shape,
      ),
    ],
  };
}

/** The gradient in an operand: summed over the batch where it is a single matrix. */
function overBatch(gradient: Tensor, shape: Shape): Tensor {
  if (sameShape(gradient.shape, shape)) return gradient;
  const batch = gradient.shape.slice(0, -2);
  return reshape(sum(gradient, [...batch.keys()]), shape);
}

/** `alpha * op(a) op(b)` of ONNX names, over the last two of the axes of each: one node where the device can. */
export function emitProduct(
  { emit, constant, fusedProducts }: Emitter,
  [a, b]: readonly string[],
  [rankA, rankB]: readonly number[],
  { transA = false, transB = false, alpha = 1 }: MatMulOptions,
): string {
  if (fusedProducts && (transA || transB || alpha !== 1)) {
    const attributes = { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } };
    return emit('FusedMatMul', [a, b], { domain: 'com.microsoft', attributes })[0];
  }
  const turned = (x: string, rank: number) => {
    const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
    return emit('Transpose', [x], { attributes: { perm } })[0];
  };
  const [product] = emit('MatMul', [transA ? turned(a, rankA) : a, transB ? turned(b, rankB) : b]);
  return alpha === 1 ? product : emit('Mul', [product, constant(Float32Array.of(alpha), [])])[0];
}

/**
 * `gain * (x wᵀ + bias)` for rows `x` `[n, in]`, `w` `[out, in]`, `bias` `[out]`, as one Gemm. The gain folds the
 * rescaling of a neighbouring dropout into the product.
 */
export function linear(
  x: Tensor,
  w: Tensor,
  bias: Tensor,
  gain: { readonly product?: number; readonly bias?: number } = {},
): Tensor {
  const { product: alpha = 1, bias: beta = 1 } = gain;
  const [rows, width] = x.shape;
  if (x.shape.length !== 2 || width !== w.shape[1] || bias.shape[0] !== w.shape[0])
    throw new Error(`linear of [${x.shape}] with weight [${w.shape}] and bias [${bias.shape}]`);
  const operation: Operation = {
    kind: 'linear',
    lower: ({ inputs }, { emit, name }) =>
      emit('Gemm', inputs.map(name), { attributes: { transB: 1, alpha: { float: alpha }, beta: { float: beta } } }),
    vjp: (_, [g]) => [
      matMul(g!, w, { alpha }),
      matMul(g!, x, { transA: true, alpha }),
      reshape(matMul(filled(1, [1, rows]), g!, { alpha: beta }), bias.shape),
    ],
  };
  return apply(operation, [x, w, bias], [rows, w.shape[0]]);
}

function lastTwo(shape: Shape, transposed: boolean): readonly [number, number] {
  if (shape.length < 2) throw new Error(`matMul needs matrices, not [${shape}]`);
  const [rows, columns] = shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
}
