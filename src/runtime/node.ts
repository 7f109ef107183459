/** @file ONNX Runtime's native build, for Node. */
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import type { Device } from './device.ts';
import { type Compile, compiler } from './session.ts';

export interface NodeRuntimeOptions {
  /** Threads of one run; all cores unless given. */
  readonly threads?: number;
  /** The CPU unless given. With WebGPU it still computes what WebGPU has no kernel for. */
  readonly device?: Device;
}

/**
 * Compiles graphs for this machine.
 *
 * @throws Error when a graph is compiled for WebGPU where there is no adapter; `availableDevice` tells beforehand
 */
export function nodeRuntime({ threads = availableParallelism(), device = 'cpu' }: NodeRuntimeOptions = {}): Compile {
  const options = {
    executionProviders: [device],
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
    // A pattern allocates everything once more at the second run: as fast afterwards, but two thirds more memory.
    enableMemPattern: false,
    // Several sessions take turns: threads of one that go on spinning after its run would keep a core from the next.
    extra: { session: { force_spinning_stop: '1' } },
  } as const;
  return compiler(ort, options, { writesInPlace: true, fusedProducts: device === 'cpu' });
}
