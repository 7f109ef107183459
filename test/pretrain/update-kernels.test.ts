/** @file The vector loops against the plain ones, over lengths that are no multiple of four, and with what is not a number. */
import { describe, expect, it } from 'vitest';
import { emptyMoments, PAPER_ADAMW } from '../../src/pretrain/optimizer.ts';
import { PLAIN_KERNELS, vectorKernels } from '../../src/pretrain/update-kernels.ts';
import { normal, randomStream } from '../../src/random/draws.ts';

const LENGTH = 4103;
const stream = randomStream({ seed: 4, purpose: 'simulate' });
const noise = (scale: number) => Float32Array.from({ length: LENGTH }, () => scale * normal(stream));

describe.each([{ shared: true }, { shared: false }])('in a memory that is shared: $shared', ({ shared }) => {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared });
  const kernels = vectorKernels(memory);
  /** A copy in the memory, the k-th, at an offset that is no multiple of 16. */
  const inMemory = (k: number, values: Float32Array) => {
    const view = new Float32Array(memory.buffer, k * 4 * (LENGTH + 2) + 4, values.length);
    view.set(values);
    return view;
  };
  const largest = (a: Float32Array, b: Float32Array) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);

  it('adds, to the bit', () => {
    const [total, term] = [noise(1), noise(1)];
    const found = inMemory(0, total);
    kernels.add(found, inMemory(1, term));
    PLAIN_KERNELS.add(total, term);
    expect(Array.from(found)).toEqual(Array.from(total));
  });

  it('AdamW over five steps, gradients beyond the clip value among them, within float32 rounding', () => {
    const parameters = noise(0.1);
    const moments = emptyMoments(LENGTH);
    const found = inMemory(0, parameters);
    const own = { first: inMemory(1, moments.first), second: inMemory(2, moments.second) };
    for (let step = 1; step <= 5; step++) {
      const gradient = noise(0.7);
      kernels.adamW(found, inMemory(3, gradient), own, step, 1e-2, PAPER_ADAMW);
      PLAIN_KERNELS.adamW(parameters, gradient, moments, step, 1e-2, PAPER_ADAMW);
    }
    expect(largest(found, parameters)).toBeLessThan(3e-7);
    expect(largest(own.first, moments.first)).toBeLessThan(1e-7);
    expect(largest(own.second, moments.second)).toBeLessThan(1e-8);
  });

  it('a gradient that is not a number shows in its parameter, and only there', () => {
    const gradient = noise(0.1);
    gradient[5] = Number.NaN;
    const found = inMemory(0, noise(0.1));
    const zeros = new Float32Array(LENGTH);
    kernels.adamW(
      found,
      inMemory(3, gradient),
      { first: inMemory(1, zeros), second: inMemory(2, zeros) },
      1,
      1e-2,
      PAPER_ADAMW,
    );
    expect(Array.from(found.entries()).flatMap(([i, x]) => (Number.isNaN(x) ? [i] : []))).toEqual([5]);
  });

  it('averages, within float32 rounding', () => {
    const [target, online] = [noise(1), noise(1)];
    const found = inMemory(0, target);
    kernels.average(found, inMemory(1, online), 0.996);
    PLAIN_KERNELS.average(target, online, 0.996);
    expect(largest(found, target)).toBeLessThan(5e-7);
  });

  it.each([LENGTH, 4, 3, 1, 0])('squares of %i numbers', (length) => {
    const values = noise(1).subarray(0, length);
    expect(kernels.squares(inMemory(0, values))).toBeCloseTo(PLAIN_KERNELS.squares(values), 1);
  });
});
