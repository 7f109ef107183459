/** @file ONNX Runtime's native build, for Node. */
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { type Compile, compiler } from './session.ts';

export interface NodeRuntimeOptions {
  /** Threads of one run; all cores unless given. */
  readonly threads?: number;
}

/** Compiles graphs for the CPU. */
export function nodeRuntime({ threads = availableParallelism() }: NodeRuntimeOptions = {}): Compile {
  const options = {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
    // A pattern allocates everything once more at the second run: as fast afterwards, but two thirds more memory.
    enableMemPattern: false,
    // Several sessions take turns: threads of one that go on spinning after its run would keep a core from the next.
    extra: { session: { force_spinning_stop: '1' } },
  } as const;
  return compiler(ort, options, true);
}
