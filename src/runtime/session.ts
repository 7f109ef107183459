/** @file Running a lowered graph on any build of ONNX Runtime; which build is chosen in node.ts or browser.ts. */
import type { InferenceSession, Tensor as OrtTensor, TypedTensor } from 'onnxruntime-common';
import type { LoweredGraph } from '../graph/lower.ts';
import { lowerGraph } from '../graph/lower.ts';
import { type Shape, sizeOf, type Tensor } from '../graph/tensor.ts';

/** Values of one run, by name. */
export type Feeds = Readonly<Record<string, Float32Array | Int32Array>>;
export type Results = Record<string, Float32Array>;

/** A compiled graph. */
export interface Session {
  /**
   * Computes all outputs. Views given in `into` receive their output (in place where the build can); the others are new.
   * A symbolic dimension of an input is worked out from the length of its values.
   */
  readonly run: (feeds: Feeds, into?: Readonly<Record<string, Float32Array>>) => Promise<Results>;
  readonly release: () => Promise<void>;
}

/** Compiles the graph that computes the named outputs. */
export type Compile = (outputs: Readonly<Record<string, Tensor>>) => Promise<Session>;

/** What every build of ONNX Runtime offers. */
interface OrtBuild {
  readonly InferenceSession: {
    readonly create: (model: Uint8Array, options: InferenceSession.SessionOptions) => Promise<InferenceSession>;
  };
  readonly Tensor: typeof OrtTensor;
}

/** What a build, or a device of it, can and cannot. */
interface Abilities {
  /** False where memory of ours is left untouched; outputs are copied then. */
  readonly writesInPlace: boolean;
  /** False where `FusedMatMul` has no kernel; its transposes are nodes then. */
  readonly fusedProducts: boolean;
}

/** A compiler of graphs for one build and one set of session options. */
export function compiler(
  ort: OrtBuild,
  options: InferenceSession.SessionOptions,
  { writesInPlace, fusedProducts }: Abilities,
): Compile {
  return async (outputs) => {
    const graph = lowerGraph(outputs, fusedProducts);
    const session = await ort.InferenceSession.create(graph.onnx, { logSeverityLevel: 3, ...options });
    return {
      run: async (feeds, into = {}) =>
        writesInPlace
          ? runOnce(ort, session, graph, feeds, into)
          : copyInto(into, await runOnce(ort, session, graph, feeds, {})),
      release: () => session.release(),
    };
  };
}

/** The results, each copied into its view where there is one. */
function copyInto(into: Readonly<Record<string, Float32Array>>, results: Results): Results {
  for (const [name, values] of Object.entries(results)) {
    const view = into[name];
    if (view === undefined) continue;
    checkView(name, view, values.length);
    view.set(values);
    results[name] = view;
  }
  return results;
}

function checkView(name: string, view: Float32Array, length: number): void {
  if (view.length !== length) throw new Error(`output ${name} has ${length} elements, its view ${view.length}`);
}

async function runOnce(
  ort: OrtBuild,
  session: InferenceSession,
  graph: LoweredGraph,
  feeds: Feeds,
  into: Readonly<Record<string, Float32Array>>,
): Promise<Results> {
  const inputs: Record<string, OrtTensor> = {};
  for (const { name, shape } of graph.inputs) {
    const values = feeds[name];
    if (values === undefined) throw new Error(`no value for graph input ${name}`);
    const dimensions = resolve(name, shape, values.length);
    inputs[name] =
      values instanceof Float32Array
        ? new ort.Tensor('float32', values, dimensions)
        : new ort.Tensor('int32', values, dimensions);
  }
  const fetches: Record<string, OrtTensor | null> = {};
  for (const { name, shape } of graph.outputs) {
    const view = into[name];
    if (view !== undefined) checkView(name, view, sizeOf(shape));
    fetches[name] = view === undefined ? null : new ort.Tensor('float32', view, shape);
  }
  const computed = await session.run(inputs, fetches);
  const results: Results = {};
  for (const { name } of graph.outputs) results[name] = into[name] ?? (computed[name] as TypedTensor<'float32'>).data;
  return results;
}

/** Concrete dimensions of an input; at most one may be symbolic. */
function resolve(name: string, shape: readonly (number | string)[], length: number): Shape {
  const known = shape.reduce<number>((product, size) => (typeof size === 'number' ? product * size : product), 1);
  const dimensions = shape.map((size) => (typeof size === 'number' ? size : length / known));
  if (sizeOf(dimensions) !== length || !dimensions.every(Number.isInteger))
    throw new Error(`graph input ${name} has shape [${shape}], ${length} values given`);
  return dimensions;
}
