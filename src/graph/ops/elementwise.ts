/** @file Arithmetic on elements, with NumPy's broadcasting. */
import { apply, type Node, type Operation, type Shape, sameShape, scalar, type Tensor } from '../tensor.ts';
import { sum } from './reduce.ts';
import { reshape } from './shape.ts';

type Vjp = NonNullable<Operation['vjp']>;

/** An operation that is one ONNX node over all inputs. */
function direct(
  opType: string,
  vjp: Vjp,
  attributes: Readonly<Record<string, { readonly float: number }>> = {},
): Operation {
  return {
    kind: opType,
    lower: (node, { emit, name }) => emit(opType, node.inputs.map(name), { attributes }),
    vjp,
  };
}

const ADD = direct('Add', ({ inputs: [a, b] }, [g]) => [sumTo(g!, a.shape), sumTo(g!, b.shape)]);
const SUB = direct('Sub', ({ inputs: [a, b] }, [g]) => [sumTo(g!, a.shape), sumTo(scale(g!, -1), b.shape)]);
const MUL = direct('Mul', ({ inputs: [a, b] }, [g]) => [sumTo(mul(g!, b), a.shape), sumTo(mul(g!, a), b.shape)]);
const DIV = direct('Div', ({ inputs: [a, b], outputs: [y] }, [g]) => [
  sumTo(div(g!, b), a.shape),
  sumTo(scale(div(mul(g!, y), b), -1), b.shape),
]);
const SQRT = direct('Sqrt', ({ outputs: [y] }, [g]) => [scale(div(g!, y), 0.5)]);
const RELU = direct('Relu', ({ outputs: [y] }, [g]) => [mul(g!, positive(y))]);
const LEAK = 0.01;
const LEAKY_RELU = direct(
  'LeakyRelu',
  ({ outputs: [y] }, [g]) => [mul(g!, addScalar(scale(positive(y), 1 - LEAK), LEAK))],
  { alpha: { float: LEAK } },
);

export function add(a: Tensor, b: Tensor): Tensor {
  return apply(ADD, [a, b], broadcastShape(a.shape, b.shape));
}

export function sub(a: Tensor, b: Tensor): Tensor {
  return apply(SUB, [a, b], broadcastShape(a.shape, b.shape));
}

export function mul(a: Tensor, b: Tensor): Tensor {
  return apply(MUL, [a, b], broadcastShape(a.shape, b.shape));
}

export function div(a: Tensor, b: Tensor): Tensor {
  return apply(DIV, [a, b], broadcastShape(a.shape, b.shape));
}

/** `factor * a`. */
export function scale(a: Tensor, factor: number): Tensor {
  return mul(a, scalar(factor));
}

/** `a + term`. */
export function addScalar(a: Tensor, term: number): Tensor {
  return add(a, scalar(term));
}

export function sqrt(a: Tensor): Tensor {
  return apply(SQRT, [a], a.shape);
}

export function relu(a: Tensor): Tensor {
  return apply(RELU, [a], a.shape);
}

/** Slope 0.01 below zero. */
export function leakyRelu(a: Tensor): Tensor {
  return apply(LEAKY_RELU, [a], a.shape);
}

/** 1 where `a > 0`, else 0. */
function positive(a: Tensor): Tensor {
  return apply(POSITIVE, [a], a.shape);
}
const POSITIVE: Operation = {
  kind: 'positive',
  lower: ({ inputs: [a] }: Node, { emit, name, constant }) => {
    const [mask] = emit('Greater', [name(a), constant(Float32Array.of(0), [])]);
    return emit('Cast', [mask], { attributes: { to: 1 } });
  },
};

/** Rectified and dropped out in one: `relu(a) * keep`, `keep` holding 0 or 1; the gradient needs only the output. */
export function reluDropout(a: Tensor, keep: Tensor): Tensor {
  return apply(RELU_DROPOUT, [a, keep], a.shape);
}
const RELU_DROPOUT: Operation = {
  kind: 'relu-dropout',
  lower: ({ inputs: [a, keep] }, { emit, name }) => emit('Mul', [emit('Relu', [name(a)])[0], name(keep)]),
  // The output is positive exactly where the unit is active and kept; it is never negative, so a cast to bool will do.
  vjp: ({ outputs: [y] }, [g]) => [mul(g!, apply(NONZERO, [y], y.shape)), undefined],
};
const NONZERO: Operation = {
  kind: 'nonzero',
  lower: ({ inputs: [a] }, { emit, name }) =>
    emit('HardSigmoid', [name(a)], { attributes: { alpha: { float: 1e37 }, beta: { float: 0 } } }),
};

/** The shape that two shapes broadcast to. */
function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) throw new Error(`cannot broadcast [${a}] with [${b}]`);
    return Math.max(sizeA, sizeB);
  });
}

/** The gradient of broadcasting: sums `g` over the axes along which a tensor of `shape` was repeated. */
function sumTo(g: Tensor, shape: Shape): Tensor {
  if (sameShape(g.shape, shape)) return g;
  const lead = g.shape.length - shape.length;
  const axes = g.shape.flatMap((size, axis) => (axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : []));
  return reshape(sum(g, axes), shape);
}
