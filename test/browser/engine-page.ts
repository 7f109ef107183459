/** @file The page of the browser test: runs the engine on ONNX Runtime's WebAssembly build when the test asks. */
import { browserRuntime } from '../../src/runtime/browser.ts';
import { runEngine } from './engine.ts';

Object.assign(globalThis, {
  runEngine: (threads: number) => runEngine(browserRuntime({ wasmUrl: '/ort-wasm-simd-threaded.wasm', threads })),
});
