/** @file The wire forms of protocol buffers that ONNX files and TensorBoard events need. */

/** Bytes of one message, written field by field. */
export interface MessageWriter {
  readonly varint: (field: number, value: number) => void;
  readonly float: (field: number, value: number) => void;
  readonly double: (field: number, value: number) => void;
  readonly bytes: (field: number, value: Uint8Array) => void;
  readonly text: (field: number, value: string) => void;
  readonly message: (field: number, write: (nested: MessageWriter) => void) => void;
  /** The parts written so far, in order. */
  readonly parts: Uint8Array[];
}

const encoder = new TextEncoder();

/** A new, empty message. Large byte fields are kept by reference until {@link concatenate}. */
export function messageWriter(): MessageWriter {
  const parts: Uint8Array[] = [];
  const tag = (field: number, wireType: number) => parts.push(varintBytes(field * 8 + wireType));
  const bytes = (field: number, value: Uint8Array) => {
    tag(field, 2);
    parts.push(varintBytes(value.length), value);
  };
  return {
    parts,
    varint: (field, value) => {
      tag(field, 0);
      parts.push(varintBytes(value));
    },
    float: (field, value) => {
      tag(field, 5);
      parts.push(new Uint8Array(Float32Array.of(value).buffer));
    },
    double: (field, value) => {
      tag(field, 1);
      parts.push(new Uint8Array(Float64Array.of(value).buffer));
    },
    bytes,
    text: (field, value) => bytes(field, encoder.encode(value)),
    message: (field, write) => {
      const nested = messageWriter();
      write(nested);
      tag(field, 2);
      parts.push(varintBytes(nested.parts.reduce((sum, part) => sum + part.length, 0)));
      for (const part of nested.parts) parts.push(part);
    },
  };
}

/** One array of all parts. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Base-128 varint of an integer; negative ones as 64-bit two's complement. */
function varintBytes(value: number): Uint8Array {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    out.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(out);
}
