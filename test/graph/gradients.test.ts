import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/graph/gradients.ts';
import * as ops from '../../src/graph/ops/index.ts';
import { constant, input, type Shape, sizeOf, type Tensor } from '../../src/graph/tensor.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';

const compile = nodeRuntime({ threads: 1 });

interface Case {
  readonly shapes: Readonly<Record<string, Shape>>;
  readonly build: (inputs: Readonly<Record<string, Tensor>>) => Tensor;
  /** Moves inputs into the domain of the operation (e.g. positive for sqrt, away from the kink of relu). */
  readonly domain?: (value: number) => number;
}

const awayFromZero = (value: number) => value + Math.sign(value) * 0.3;
const keep = (shape: Shape) =>
  constant(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => Number(i % 3 !== 1)),
    shape,
  );

const cases: Readonly<Record<string, Case>> = {
  add: { shapes: { a: [2, 3], b: [2, 3] }, build: ({ a, b }) => ops.add(a, b) },
  'add, broadcast row': { shapes: { a: [2, 3], b: [3] }, build: ({ a, b }) => ops.add(a, b) },
  'sub, broadcast column': { shapes: { a: [2, 3], b: [2, 1] }, build: ({ a, b }) => ops.sub(a, b) },
  mul: { shapes: { a: [2, 3], b: [2, 3] }, build: ({ a, b }) => ops.mul(a, b) },
  'mul, broadcast lead': { shapes: { a: [2, 1, 3], b: [4, 1] }, build: ({ a, b }) => ops.mul(a, b) },
  div: { shapes: { a: [2, 3], b: [2, 3] }, build: ({ a, b }) => ops.div(a, b), domain: awayFromZero },
  scale: { shapes: { a: [2, 3] }, build: ({ a }) => ops.addScalar(ops.scale(a, -2.5), 3) },
  sqrt: { shapes: { a: [2, 3] }, build: ({ a }) => ops.sqrt(a), domain: (value) => Math.abs(value) + 0.5 },
  relu: { shapes: { a: [4, 5] }, build: ({ a }) => ops.relu(a), domain: awayFromZero },
  leakyRelu: { shapes: { a: [4, 5] }, build: ({ a }) => ops.leakyRelu(a), domain: awayFromZero },
  reluDropout: { shapes: { a: [4, 5] }, build: ({ a }) => ops.reluDropout(a, keep([4, 5])), domain: awayFromZero },
  'sum, last axis': { shapes: { a: [2, 3, 4] }, build: ({ a }) => ops.sum(a, [2]) },
  'sum, leading axes': { shapes: { a: [2, 3, 4] }, build: ({ a }) => ops.sum(a, [0, 1]) },
  'mean, outer axes': { shapes: { a: [2, 3, 4] }, build: ({ a }) => ops.mean(a, [0, 2]) },
  sumAll: { shapes: { a: [2, 3] }, build: ({ a }) => ops.sumAll(ops.mul(a, a)) },
  reshape: { shapes: { a: [2, 6] }, build: ({ a }) => ops.reshape(a, [3, 4]) },
  slice: { shapes: { a: [2, 5, 2] }, build: ({ a }) => ops.slice(a, 1, 1, 3) },
  split: {
    shapes: { a: [2, 6] },
    build: ({ a }) => {
      const [x, y, z] = ops.split(a, 1, 3);
      return ops.add(ops.mul(x, y), z);
    },
  },
  concat: { shapes: { a: [2, 3], b: [2, 2] }, build: ({ a, b }) => ops.concat([a, b], 1) },
  softmax: { shapes: { a: [3, 5] }, build: ({ a }) => ops.softmax(a) },
  logSoftmax: { shapes: { a: [3, 5] }, build: ({ a }) => ops.logSoftmax(a) },
  layerNorm: { shapes: { a: [4, 6], g: [6], b: [6] }, build: ({ a, g, b }) => ops.layerNorm(a, g, b) },
  linear: { shapes: { x: [4, 3], w: [5, 3], b: [5] }, build: ({ x, w, b }) => ops.linear(x, w, b) },
  'linear, gain': {
    shapes: { x: [4, 3], w: [5, 3], b: [5] },
    build: ({ x, w, b }) => ops.linear(x, w, b, { product: 1.25, bias: 0.5 }),
  },
  attention: {
    shapes: { q: [2, 2, 4, 3], k: [2, 2, 4, 3], v: [2, 2, 4, 3] },
    build: ({ q, k, v }) => ops.attention(q, k, v).output,
  },
  'attention, dropout': {
    shapes: { q: [1, 2, 4, 3], k: [1, 2, 4, 3], v: [1, 2, 4, 3] },
    build: ({ q, k, v }) => ops.attention(q, k, v, { keep: keep([1, 2, 3, 3]), gain: 1.5 }).output,
  },
};
Object.assign(cases, {
  'matMul, one matrix on the left': {
    shapes: { a: [3, 4], b: [2, 5, 4] },
    build: ({ a, b }: Record<string, Tensor>) => ops.matMul(a, b, { transB: true }),
  },
  'matMul, one matrix on the right': {
    shapes: { a: [2, 4, 3], b: [5, 4] },
    build: ({ a, b }: Record<string, Tensor>) => ops.matMul(a, b, { transA: true, transB: true, alpha: 0.7 }),
  },
});
for (const transA of [false, true])
  for (const transB of [false, true])
    for (const batch of [[], [2]]) {
      const shapes = { a: [...batch, ...(transA ? [4, 3] : [3, 4])], b: [...batch, ...(transB ? [5, 4] : [4, 5])] };
      const name = `matMul${transA ? ' aᵀ' : ''}${transB ? ' bᵀ' : ''}${batch.length > 0 ? ' batched' : ''}`;
      Object.assign(cases, {
        [name]: {
          shapes,
          build: ({ a, b }: Record<string, Tensor>) => ops.matMul(a, b, { transA, transB, alpha: 0.7 }),
        },
      });
    }

/** `f` is linear in its weights, so a random weighting of the output probes every element of the Jacobian. */
async function compareWithFiniteDifferences({ shapes, build, domain = (value) => value }: Case, seed: number) {
  const stream = randomStream({ seed, purpose: 'simulate' });
  const inputs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, shape)]));
  const output = build(inputs);
  const weights = constant(
    Float32Array.from({ length: sizeOf(output.shape) }, () => normal(stream)),
    output.shape,
  );
  const loss = ops.sumAll(ops.mul(output, weights));
  const names = Object.keys(shapes);
  const grads = gradients(
    loss,
    names.map((name) => inputs[name]),
  );
  const session = await compile({ loss, ...Object.fromEntries(names.map((name, i) => [`d_${name}`, grads[i]])) });
  const feeds = Object.fromEntries(
    names.map((name) => [name, Float32Array.from({ length: sizeOf(shapes[name]) }, () => domain(normal(stream)))]),
  );
  const analytic = await session.run(feeds);
  const step = 2 ** -7;
  for (const name of names)
    for (let i = 0; i < feeds[name].length; i++) {
      const at = async (delta: number) => {
        const moved = feeds[name].slice();
        moved[i] += delta;
        return (await session.run({ ...feeds, [name]: moved })).loss[0];
      };
      // Fourth-order central difference: truncation is far below float32 rounding at this step.
      const near = (await at(step)) - (await at(-step));
      const far = (await at(2 * step)) - (await at(-2 * step));
      const numeric = (8 * near - far) / (12 * step);
      const found = analytic[`d_${name}`][i];
      expect(Math.abs(found - numeric), `d ${name}[${i}]: ${found} against ${numeric}`).toBeLessThan(
        2e-3 * (1 + Math.abs(numeric)),
      );
    }
  await session.release();
}

describe('the gradient of every operation equals finite differences', () => {
  it.each(Object.keys(cases))('%s', (name) => compareWithFiniteDifferences(cases[name], 11));

  it('covers every exported operation that has a gradient', () => {
    const withoutGradient = ['gatherRows', 'flattenRows'];
    for (const name of Object.keys(ops).filter((exported) => !withoutGradient.includes(exported)))
      expect(
        Object.keys(cases).some((tested) => tested.split(/[ ,]/)[0] === name || name === 'addScalar'),
        name,
      ).toBe(true);
  });
});

it('refuses a parameter that the loss does not depend on', () => {
  const a = input('a', [2]);
  const b = input('b', [2]);
  expect(() => gradients(ops.sumAll(a), [a, b])).toThrow(/does not depend/);
});
