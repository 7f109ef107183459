/** @file What this machine can do: the rate of a large matrix product on the same runtime. */
import { matMul } from '../graph/ops/index.ts';
import { input } from '../graph/tensor.ts';
import type { Compile } from '../runtime/session.ts';

const SIDE = 1024;

/** A timed square product: each call returns its rate in operations a second. */
export async function matrixProduct(compile: Compile): Promise<{
  readonly rate: () => Promise<number>;
  readonly release: () => Promise<void>;
}> {
  const session = await compile({ product: matMul(input('a', [SIDE, SIDE]), input('b', [SIDE, SIDE])) });
  const values = () => Float32Array.from({ length: SIDE * SIDE }, (_, i) => Math.sin(i));
  const feeds = { a: values(), b: values() };
  const into = { product: new Float32Array(SIDE * SIDE) };
  return {
    rate: async () => {
      const started = performance.now();
      await session.run(feeds, into);
      return (2 * SIDE ** 3) / ((performance.now() - started) / 1000);
    },
    release: session.release,
  };
}
