/**
 * @file The safetensors format: a JSON header and the raw values of named tensors.
 *
 * 8 bytes of header length, the header padded with blanks, then the tensors, which must lie one behind the other and
 * fill the rest of the file (github.com/huggingface/safetensors, "Format").
 */
import { InputError } from '../errors/input-error.ts';

export interface StoredTensor {
  /** Empty for a scalar. */
  readonly shape: readonly number[];
  /** Row-major, as many elements as `shape` says. */
  readonly data: Float32Array | BigInt64Array;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format allows 100 MB, from which JSON can build gigabytes; ours take under 1 MB. */
const LARGEST_HEADER = 2 ** 23;
const METADATA = '__metadata__';
const TYPES = { F32: 4, I64: 8 } as const;

/** The parts of a file, in order; tensors are not copied. Those of int64 come first, so that all are aligned. */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array[] {
  // No prototype, so that a tensor may have any name, `__proto__` too.
  const header: Record<string, unknown> = Object.assign(Object.create(null), { [METADATA]: metadata });
  const parts: Uint8Array[] = [];
  let offset = 0;
  const ordered = [...tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  for (const [name, { shape, data }] of ordered) {
    if (name === METADATA || elements(shape) !== data.length)
      throw new RangeError(`tensor ${name} of shape [${shape}] and ${data.length} elements cannot be written`);
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

/** A tensor as the header describes it; `from` and `to` count bytes behind the header. */
interface Description {
  readonly name: string;
  readonly dtype: keyof typeof TYPES;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/**
 * Reads a file of float32 and int64 tensors.
 *
 * @returns tensors in the order of the header; values are copied
 * @throws InputError when it is no safetensors file, is cut off or too long, or holds another type
 */
export function parseSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const { entries, start } = parseHeader(bytes, where);
  const { [METADATA]: metadata = {}, ...described } = entries;
  if (!isTextTable(metadata)) throw damaged(where, `${METADATA} is not a table of texts`);
  const descriptions = Object.entries(described).map(([name, entry]) => describe(name, entry, where));
  checkPlaces(descriptions, bytes.length - start, where);
  const tensors = new Map<string, StoredTensor>();
  for (const { name, dtype, shape, from, to } of descriptions) {
    const copy = Uint8Array.prototype.slice.call(bytes, start + from, start + to).buffer;
    tensors.set(name, { shape, data: dtype === 'F32' ? new Float32Array(copy) : new BigInt64Array(copy) });
  }
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array, where: string): { entries: Record<string, unknown>; start: number } {
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
  return { entries: entries as Record<string, unknown>, start: 8 + length };
}

function describe(name: string, entry: unknown, where: string): Description {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (dtype !== 'F32' && dtype !== 'I64')
    throw new InputError({
      where,
      problem: `tensor ${name} has an unsupported type`,
      expected: Object.keys(TYPES).join(' or '),
      found: String(dtype),
      fix: 'export it again as float32',
    });
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
    throw damaged(where, `tensor ${name} has no shape and place`);
  const [from, to] = offsets;
  if (to - from !== elements(shape) * TYPES[dtype])
    throw damaged(where, `tensor ${name} of shape [${shape}] takes ${to - from} bytes`);
  return { name, dtype, shape, from, to };
}

/** Tensors that overlap would let a small file fill the memory; holes would hide what is not read. */
function checkPlaces(descriptions: readonly Description[], available: number, where: string): void {
  let end = 0;
  for (const { name, from, to } of descriptions.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) throw damaged(where, `tensor ${name} starts at byte ${from} of the values instead of ${end}`);
    end = to;
  }
  if (end !== available)
    throw new InputError({
      where,
      problem: end > available ? 'the file is cut off' : 'the file is longer than its header says',
      expected: `${end} bytes of values`,
      found: `${available}`,
      fix: 'copy or export it again',
    });
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function isTextTable(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === 'string')
  );
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function damaged(where: string, problem: string, cause?: unknown): InputError {
  return new InputError({ where, problem, fix: 'copy or export it again' }, { cause });
}
