/** @file The process that device.ts starts: computes a small graph on WebGPU and sends what came of it. */
import { linear, relu } from '../graph/ops/index.ts';
import { input } from '../graph/tensor.ts';
import type { ProbeAnswer } from './device.ts';
import { nodeRuntime } from './node.ts';

/** `relu(x wᵀ + b)` of small whole numbers: exact in any precision. */
const FEEDS = {
  x: Float32Array.of(1, 2, 3, -1, -2, -3),
  w: Float32Array.of(1, 1, 1, 2, 0, 1),
  b: Float32Array.of(1, -1),
};
const WANTED = [7, 4, 0, 0];

async function tryWebGpu(): Promise<string | null> {
  try {
    const y = relu(linear(input('x', [2, 3]), input('w', [2, 3]), input('b', [2])));
    const session = await nodeRuntime({ threads: 1, device: 'webgpu' })({ y });
    const found = (await session.run(FEEDS)).y;
    return WANTED.every((value, i) => value === found[i]) ? null : `it computed ${found.join(', ')} for ${WANTED}`;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // ONNX Runtime says first where in its source it failed, and what held not.
    return message.replace(/^.* was false\. /s, '').trim();
  }
}

const answer: ProbeAnswer = { problem: await tryWebGpu() };
process.send?.(answer);
