/** @file The safetensors format: a JSON header and the raw values of named tensors. */
import { InputError } from '../errors/input-error.ts';

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const LARGEST_HEADER = 100_000_000;
const TYPES = { F32: 4, I64: 8 } as const;

/** The parts of a file, in order; tensors are not copied. */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array[] {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const dtype = data instanceof Float32Array ? 'F32' : 'I64';
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(start.length - 8), true);
  start.set(json, 8);
  return [start, ...parts];
}

/**
 * Reads a file of float32 and int64 tensors.
 *
 * @throws InputError when it is no safetensors file, is cut off, or holds another type
 */
export function parseSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const header = parseHeader(bytes, where);
  const tensors = new Map<string, StoredTensor>();
  let metadata: Record<string, string> = {};
  const start = bytes.length - header.valueBytes;
  for (const [name, entry] of Object.entries(header.entries)) {
    if (name === '__metadata__') metadata = entry as Record<string, string>;
    else tensors.set(name, readTensor(bytes, start, name, entry, where));
  }
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array, where: string): { entries: Record<string, unknown>; valueBytes: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? Number.NaN : Number(view.getBigUint64(0, true));
  if (!(length <= LARGEST_HEADER && length + 8 <= bytes.length))
    throw damaged(where, 'this is no safetensors file, or it is cut off');
  let entries: unknown;
  try {
    entries = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch (cause) {
    throw damaged(where, 'the header is not JSON', cause);
  }
  if (typeof entries !== 'object' || entries === null || Array.isArray(entries))
    throw damaged(where, 'the header is no table of tensors');
  return { entries: entries as Record<string, unknown>, valueBytes: bytes.length - 8 - length };
}

function readTensor(bytes: Uint8Array, start: number, name: string, entry: unknown, where: string): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (dtype !== 'F32' && dtype !== 'I64')
    throw new InputError({
      where,
      problem: `tensor ${name} has an unsupported type`,
      expected: Object.keys(TYPES).join(' or '),
      found: String(dtype),
    });
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
    throw damaged(where, `tensor ${name} has no shape and place`);
  const [from, to] = offsets;
  const size = shape.reduce((product, length) => product * length, 1);
  if (to - from !== size * TYPES[dtype])
    throw damaged(where, `tensor ${name} of shape [${shape}] takes ${to - from} bytes`);
  if (start + to > bytes.length)
    throw new InputError({
      where,
      problem: 'the file is cut off',
      expected: `at least ${start + to} bytes`,
      found: `${bytes.length}`,
      fix: 'copy it again',
    });
  const copy = Uint8Array.prototype.slice.call(bytes, start + from, start + to).buffer;
  return { shape, data: dtype === 'F32' ? new Float32Array(copy) : new BigInt64Array(copy) };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function damaged(where: string, problem: string, cause?: unknown): InputError {
  return new InputError({ where, problem, fix: 'copy or export it again' }, { cause });
}
