/** @file NumPy `.npy` arrays: read into typed arrays in C order, and written. */
import { InputError } from '../errors/input-error.ts';
import { widenHalf } from './float16.ts';
import { type NpyHeader, npyHeader, parseNpyHeader } from './npy-header.ts';

export { npyHeader } from './npy-header.ts';

type NpyData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

export interface NpyArray {
  /** Empty for a scalar. */
  readonly shape: readonly number[];
  /** Row-major (C order), in the machine's own byte order; as many elements as `shape` says. */
  readonly data: NpyData;
  /** The element type in the file (`<f2` was widened to float32, `<i8` to float64). */
  readonly descr: string;
}

/**
 * Reads a whole `.npy` file: float16 (widened to float32), float32, float64, signed and unsigned integers (64 bits as
 * float64), booleans (as 0 and 1); either byte order; C or Fortran order (transposed).
 *
 * @param where the file's name, for errors
 * @throws InputError when it is no `.npy`, is cut off or too long, holds something else than numbers, or an integer
 *   beyond 2^53
 */
export function parseNpy(bytes: Uint8Array, where: string): NpyArray {
  const header = parseNpyHeader(bytes, where);
  const expected = header.dataOffset + header.size * header.itemBytes;
  if (bytes.length !== expected)
    throw new InputError({
      where,
      problem: bytes.length < expected ? 'the file is cut off' : 'the file is longer than its .npy header says',
      expected: `${expected} bytes for shape (${header.shape.join(', ')}) of ${header.descr}`,
      found: `${bytes.length}`,
      fix: 'copy or save it again',
    });
  // A copy: aligned for any element type, and ours to swap in place. (A Node Buffer's own `slice` would not copy.)
  const raw = Uint8Array.prototype.slice.call(bytes, header.dataOffset);
  if (header.bigEndian && header.itemBytes > 1) swapBytes(raw, header.itemBytes);
  const data = decode(raw.buffer, header, where);
  const transposed = header.fortranOrder && header.shape.length > 1 ? toRowMajor(data, header.shape) : data;
  return { shape: header.shape, data: transposed, descr: header.descr };
}

/** Every platform that runs JavaScript today is little-endian, so `buffer` is in the machine's order. */
function decode(buffer: ArrayBuffer, { kind, size }: NpyHeader, where: string): NpyData {
  switch (kind) {
    case 'f2':
      return widenHalf(new Uint16Array(buffer, 0, size));
    case 'f4':
      return new Float32Array(buffer, 0, size);
    case 'f8':
      return new Float64Array(buffer, 0, size);
    case 'i1':
      return new Int8Array(buffer, 0, size);
    case 'u1':
      return new Uint8Array(buffer, 0, size);
    case 'b1':
      return new Uint8Array(buffer, 0, size).map((value) => (value === 0 ? 0 : 1));
    case 'i2':
      return new Int16Array(buffer, 0, size);
    case 'u2':
      return new Uint16Array(buffer, 0, size);
    case 'i4':
      return new Int32Array(buffer, 0, size);
    case 'u4':
      return new Uint32Array(buffer, 0, size);
    case 'i8':
      return toSafeNumbers(new BigInt64Array(buffer, 0, size), where);
    case 'u8':
      return toSafeNumbers(new BigUint64Array(buffer, 0, size), where);
  }
}

function toSafeNumbers(integers: BigInt64Array | BigUint64Array, where: string): Float64Array {
  const numbers = new Float64Array(integers.length);
  for (let i = 0; i < integers.length; i++) {
    numbers[i] = Number(integers[i]);
    if (!Number.isSafeInteger(numbers[i]))
      throw new InputError({
        where,
        problem: `element ${i + 1} is too large an integer`,
        expected: 'at most 2^53 - 1 in size',
        found: `${integers[i]}`,
        fix: 'save it again as float64',
      });
  }
  return numbers;
}

function swapBytes(bytes: Uint8Array, itemBytes: number): void {
  for (let start = 0; start < bytes.length; start += itemBytes) bytes.subarray(start, start + itemBytes).reverse();
}

/** From Fortran order (first axis fastest) to C order (last axis fastest). */
function toRowMajor(data: NpyData, shape: readonly number[]): NpyData {
  const out = data.slice();
  const index = shape.map(() => 0);
  const strides: number[] = [];
  let stride = 1;
  for (const length of shape) {
    strides.push(stride);
    stride *= length;
  }
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}

/**
 * The bytes of a whole `.npy` file.
 *
 * @param data row-major, as many elements as `shape` says
 */
export function encodeNpy(data: Float32Array | Float64Array | Int32Array, shape: readonly number[]): Uint8Array {
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== data.length) throw new RangeError(`${data.length} elements for shape (${shape.join(', ')})`);
  const header = npyHeader(descrOf(data), shape);
  const bytes = new Uint8Array(header.length + data.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return bytes;
}

function descrOf(data: Float32Array | Float64Array | Int32Array): string {
  if (data instanceof Float32Array) return '<f4';
  return data instanceof Float64Array ? '<f8' : '<i4';
}
