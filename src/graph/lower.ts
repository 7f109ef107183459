/** @file Lowering: the nodes that named outputs reach, written as one ONNX model. */
import {
  type Attribute,
  type ElementType,
  encodeOnnx,
  type OnnxInitializer,
  type OnnxNode,
  type OnnxValue,
} from './onnx/model.ts';
import type { Node, Shape, Tensor } from './tensor.ts';

/** What an operation lowers itself with. */
export interface Emitter {
  /** The ONNX name of a tensor computed earlier. */
  readonly name: (tensor: Tensor) => string;
  /** Emits one ONNX node and returns its output names (one unless `outputs` says more). */
  readonly emit: (
    opType: string,
    inputs: readonly string[],
    options?: {
      readonly domain?: 'com.microsoft';
      readonly attributes?: Readonly<Record<string, Attribute>>;
      readonly outputs?: number;
    },
  ) => string[];
  readonly constant: (values: Float32Array | BigInt64Array, shape: Shape) => string;
  readonly input: (name: string, type: ElementType, shape: readonly (number | string)[]) => string;
  /** See {@link lowerGraph}. */
  readonly fusedProducts: boolean;
}

/** A lowered graph, ready for ONNX Runtime. */
export interface LoweredGraph {
  readonly onnx: Uint8Array;
  readonly inputs: readonly OnnxValue[];
  /** Shapes as built; the names are the keys of the outputs asked for. */
  readonly outputs: readonly { readonly name: string; readonly type: ElementType; readonly shape: Shape }[];
}

/**
 * Lowers the graph that computes the named outputs.
 *
 * @param fusedProducts false for a device without a kernel for `FusedMatMul` (com.microsoft): transposes become nodes
 */
export function lowerGraph(outputs: Readonly<Record<string, Tensor>>, fusedProducts = true): LoweredGraph {
  const nodes: OnnxNode[] = [];
  const inputs: OnnxValue[] = [];
  const initializers: OnnxInitializer[] = [];
  const names = new Map<Tensor, string>();
  const sharedConstants = new Map<string, string>();
  // Generated names begin with %, which no input or output does.
  let counter = 0;

  const emitter: Emitter = {
    name: (tensor) => {
      const found = names.get(tensor);
      if (found === undefined) throw new Error(`${tensor.node.operation.kind} is used before it is computed`);
      return found;
    },
    emit: (opType, inputNames, { domain, attributes = {}, outputs: count = 1 } = {}) => {
      const outputNames = Array.from({ length: count }, () => `%t${counter++}`);
      nodes.push({ opType, domain: domain ?? '', inputs: inputNames, outputs: outputNames, attributes });
      return outputNames;
    },
    constant: (values, shape) => {
      const key = values.length <= 8 ? `${values instanceof Float32Array ? 'f' : 'i'}${shape}:${values}` : undefined;
      const shared = key === undefined ? undefined : sharedConstants.get(key);
      if (shared !== undefined) return shared;
      const name = `%c${initializers.length}`;
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      initializers.push({ name, type: values instanceof Float32Array ? 'float32' : 'int64', shape, bytes });
      if (key !== undefined) sharedConstants.set(key, name);
      return name;
    },
    input: (name, type, shape) => {
      if (inputs.some((value) => value.name === name)) throw new Error(`two inputs are named ${name}`);
      inputs.push({ name, type, shape });
      return name;
    },
    fusedProducts,
  };

  for (const node of reachable(Object.values(outputs))) {
    const lowered = node.operation.lower(node, emitter);
    for (const [index, tensor] of node.outputs.entries()) names.set(tensor, lowered[index]);
  }
  const described = Object.entries(outputs).map(([name, tensor]) => ({ name, type: tensor.type, shape: tensor.shape }));
  // An output takes the name asked for; only an input, a constant, or what has a name already needs a node of its own.
  const renamed = new Map<string, string>();
  for (const [name, tensor] of Object.entries(outputs)) {
    const inner = emitter.name(tensor);
    if (inner.startsWith('%t') && !renamed.has(inner)) renamed.set(inner, name);
    else nodes.push({ opType: 'Identity', domain: '', inputs: [inner], outputs: [name], attributes: {} });
  }
  const named = (names: readonly string[]) => names.map((name) => renamed.get(name) ?? name);
  const finished = nodes.map((node) => ({ ...node, inputs: named(node.inputs), outputs: named(node.outputs) }));
  return {
    onnx: encodeOnnx({ nodes: finished, inputs, outputs: described, initializers }),
    inputs,
    outputs: described,
  };
}

/** The nodes that `tensors` depend on, in topological order. */
export function reachable(tensors: readonly Tensor[]): Node[] {
  const seen = new Set<Node>();
  const pending = tensors.map((tensor) => tensor.node);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const { node: source } of node.inputs) pending.push(source);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}
