/** @file Symbolic tensors: a graph is the set of nodes that its outputs reach. Building one computes nothing. */
import type { Emitter } from './lower.ts';
import type { ElementType } from './onnx/model.ts';

export type Shape = readonly number[];

/** A value that a graph will compute: its type and shape are known, its numbers are not. */
export interface Tensor {
  readonly node: Node;
  /** Which of the node's outputs. */
  readonly index: number;
  readonly type: ElementType;
  readonly shape: Shape;
}

/** One application of an operation. `id` grows with creation, so it is also a topological order. */
export interface Node {
  readonly id: number;
  readonly operation: Operation;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/** What an operation knows of itself: its ONNX nodes and its vector-Jacobian product. */
export interface Operation {
  readonly kind: string;
  /** Emits the ONNX nodes of `node`; returns the names of its outputs in order. */
  readonly lower: (node: Node, emitter: Emitter) => readonly string[];
  /**
   * Given the gradient of the loss in each output of `node` (undefined: none), the gradient in each input
   * (undefined: none flows). Absent for operations that no gradient passes.
   */
  readonly vjp?: (node: Node, gradients: readonly (Tensor | undefined)[]) => readonly (Tensor | undefined)[];
}

let nextId = 0;

/** Applies an operation; the caller states the shape of each output. */
export function applyAll(
  operation: Operation,
  inputs: readonly Tensor[],
  outputs: readonly { readonly shape: Shape; readonly type?: ElementType }[],
): readonly Tensor[] {
  const tensors: Tensor[] = [];
  const node: Node = { id: nextId++, operation, inputs, outputs: tensors };
  for (const [index, { shape, type = 'float32' }] of outputs.entries()) tensors.push({ node, index, type, shape });
  return tensors;
}

/** Applies an operation with one output. */
export function apply(
  operation: Operation,
  inputs: readonly Tensor[],
  shape: Shape,
  type: ElementType = 'float32',
): Tensor {
  return applyAll(operation, inputs, [{ shape, type }])[0];
}

/** A value given at every run, under this name. A dimension named in `symbolic` may differ from run to run. */
export function input(
  name: string,
  shape: Shape,
  options: { readonly type?: ElementType; readonly symbolic?: Readonly<Record<number, string>> } = {},
): Tensor {
  const { type = 'float32', symbolic = {} } = options;
  const dimensions = shape.map((size, axis) => symbolic[axis] ?? size);
  return apply({ kind: 'input', lower: (_, emitter) => [emitter.input(name, type, dimensions)] }, [], shape, type);
}

/** A value fixed in the graph. */
export function constant(values: Float32Array | BigInt64Array, shape: Shape): Tensor {
  if (values.length !== sizeOf(shape)) throw new Error(`constant of ${values.length} values for shape [${shape}]`);
  const type = values instanceof Float32Array ? 'float32' : 'int64';
  return apply({ kind: 'constant', lower: (_, emitter) => [emitter.constant(values, shape)] }, [], shape, type);
}

/** A constant scalar, shape []. */
export function scalar(value: number): Tensor {
  return constant(Float32Array.of(value), []);
}

/** A constant with the same value everywhere. */
export function filled(value: number, shape: Shape): Tensor {
  return constant(new Float32Array(sizeOf(shape)).fill(value), shape);
}

/** The constant identity matrix, `[size, size]`. */
export function identity(size: number): Tensor {
  const values = Float32Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0));
  return constant(values, [size, size]);
}

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** True when both shapes are the same, axis by axis. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
