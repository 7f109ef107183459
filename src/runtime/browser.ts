/** @file ONNX Runtime's WebAssembly build, for browsers. */
import * as ort from 'onnxruntime-web/wasm';
import { type Compile, compiler } from './session.ts';

export interface BrowserRuntimeOptions {
  /** Where the page serves `ort-wasm-simd-threaded.wasm`. */
  readonly wasmUrl: string;
  /** More than one needs a cross-origin isolated page. */
  readonly threads?: number;
}

/** This build returns memory given for an output as it was (onnxruntime issue 25786). */
const ABILITIES = { writesInPlace: false, fusedProducts: true };

/** Compiles graphs for the browser's CPU. The options take effect at the first session of a page or worker. */
export function browserRuntime({ wasmUrl, threads = 1 }: BrowserRuntimeOptions): Compile {
  ort.env.wasm.wasmPaths = { wasm: wasmUrl };
  ort.env.wasm.numThreads = threads;
  return compiler(ort, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' }, ABILITIES);
}
