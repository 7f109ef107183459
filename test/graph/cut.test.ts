/** @file A graph cut in two computes what it did whole. */
import { expect, it } from 'vitest';
import { cut } from '../../src/graph/cut.ts';
import { gradients } from '../../src/graph/gradients.ts';
import { linear, mul, relu, reshape, softmax } from '../../src/graph/ops/index.ts';
import { input } from '../../src/graph/tensor.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';

const stream = randomStream({ seed: 2, purpose: 'simulate' });
const noise = (length: number) => Float32Array.from({ length }, () => normal(stream));

it('forward, then backward from what was kept', async () => {
  const x = input('x', [4, 3]);
  const w = input('w', [6, 3]);
  const b = input('b', [6]);
  const hidden = relu(linear(x, w, b));
  const output = softmax(reshape(mul(hidden, hidden), [8, 3]));
  const arrived = input('arrived', [8, 3]);
  const [dw, db] = gradients([{ output, gradient: arrived }], [w, b]);
  const { kept, later } = cut([output], { dw, db });
  // Softmax's result, the rectified layer (the product's factors and the sign), nothing of what only the forward pass needs.
  expect(Object.values(kept).map(({ node }) => node.operation.kind)).toEqual(
    expect.arrayContaining(['Relu', 'softmax']),
  );
  expect(Object.values(kept)).toHaveLength(2);

  const compile = nodeRuntime({ threads: 1 });
  const [whole, first, second] = [await compile({ dw, db }), await compile({ output, ...kept }), await compile(later)];
  const feeds = { x: noise(12), w: noise(18), b: noise(6) };
  const gradient = { arrived: noise(24) };
  const wanted = await whole.run({ ...feeds, ...gradient });
  const { output: _, ...values } = await first.run(feeds);
  const found = await second.run({ ...feeds, ...values, ...gradient });
  for (const name of ['dw', 'db']) expect(Array.from(found[name])).toEqual(Array.from(wanted[name]));
  for (const session of [whole, first, second]) await session.release();
});
