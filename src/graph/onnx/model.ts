/** @file ONNX models as plain data, and their file format (onnx.proto3, IR version 10, opset 21). */
import { concatenate, type MessageWriter, messageWriter } from '../../files/protobuf.ts';

/** Element types, with the numbers of `TensorProto.DataType`. */
export const ELEMENT_TYPES = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof ELEMENT_TYPES;

export type Attribute = number | { readonly float: number } | string | readonly number[];

export interface OnnxNode {
  readonly opType: string;
  /** Empty for the standard operators, `com.microsoft` for ONNX Runtime's own. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** A bare number is an integer attribute. */
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A named value with its type; a string dimension is symbolic. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

export interface OnnxInitializer {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Raw little-endian values. */
  readonly bytes: Uint8Array;
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly initializers: readonly OnnxInitializer[];
}

const IR_VERSION = 10;
const OPSET = 21;

/** The bytes of an `.onnx` file. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  const file = messageWriter();
  file.varint(1, IR_VERSION);
  file.text(2, 'brainmass');
  file.message(7, (graph) => writeGraph(graph, model));
  for (const [domain, version] of [
    ['', OPSET],
    ['com.microsoft', 1],
  ] as const)
    file.message(8, (opset) => {
      opset.text(1, domain);
      opset.varint(2, version);
    });
  return concatenate(file.parts);
}

function writeGraph(graph: MessageWriter, model: OnnxModel): void {
  for (const node of model.nodes) graph.message(1, (out) => writeNode(out, node));
  graph.text(2, 'brainmass');
  for (const initializer of model.initializers) graph.message(5, (out) => writeTensor(out, initializer));
  for (const value of model.inputs) graph.message(11, (out) => writeValue(out, value));
  for (const value of model.outputs) graph.message(12, (out) => writeValue(out, value));
}

function writeNode(out: MessageWriter, node: OnnxNode): void {
  for (const name of node.inputs) out.text(1, name);
  for (const name of node.outputs) out.text(2, name);
  out.text(4, node.opType);
  for (const [name, value] of Object.entries(node.attributes))
    out.message(5, (field) => writeAttribute(field, name, value));
  if (node.domain !== '') out.text(7, node.domain);
}

/** `AttributeProto.type`: 1 float, 2 int, 3 string, 7 ints. */
function writeAttribute(out: MessageWriter, name: string, value: Attribute): void {
  out.text(1, name);
  if (typeof value === 'number') {
    out.varint(3, value);
    out.varint(20, 2);
  } else if (typeof value === 'string') {
    out.text(4, value);
    out.varint(20, 3);
  } else if ('float' in value) {
    out.float(2, value.float);
    out.varint(20, 1);
  } else {
    for (const item of value) out.varint(8, item);
    out.varint(20, 7);
  }
}

function writeTensor(out: MessageWriter, { name, type, shape, bytes }: OnnxInitializer): void {
  for (const size of shape) out.varint(1, size);
  out.varint(2, ELEMENT_TYPES[type]);
  out.text(8, name);
  out.bytes(9, bytes);
}

function writeValue(out: MessageWriter, { name, type, shape }: OnnxValue): void {
  out.text(1, name);
  out.message(2, (typeProto) =>
    typeProto.message(1, (tensor) => {
      tensor.varint(1, ELEMENT_TYPES[type]);
      tensor.message(2, (dims) => {
        for (const size of shape)
          dims.message(1, (dim) => (typeof size === 'number' ? dim.varint(1, size) : dim.text(2, size)));
      });
    }),
  );
}
