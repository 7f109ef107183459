/** @file Numbers as files store them, one after the other: any width, either byte order, either order of the axes. */
import { InputError } from '../errors/input-error.ts';
import { widenHalf } from './float16.ts';

/** The element types that can be read, by NumPy's kind letter and size, with their bytes each. */
export const ITEM_BYTES = {
  f2: 2,
  f4: 4,
  f8: 8,
  i1: 1,
  i2: 2,
  i4: 4,
  i8: 8,
  u1: 1,
  u2: 2,
  u4: 4,
  u8: 8,
  b1: 1,
} as const;
export type NumberKind = keyof typeof ITEM_BYTES;

export type PlainNumbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/**
 * The numbers in `bytes`, copied: float16 widened to float32, 64-bit integers as float64, booleans as 0 and 1.
 *
 * @throws InputError when an integer is beyond 2^53
 */
export function decodeNumbers(bytes: Uint8Array, kind: NumberKind, bigEndian: boolean, where: string): PlainNumbers {
  const itemBytes = ITEM_BYTES[kind];
  // A copy: aligned for any element type, and ours to swap in place. (A Node Buffer's own `slice` would not copy.)
  const raw = Uint8Array.prototype.slice.call(bytes);
  if (bigEndian && itemBytes > 1) swapBytes(raw, itemBytes);
  return viewAs(raw.buffer, kind, raw.length / itemBytes, where);
}

/** Every platform that runs JavaScript today is little-endian, so `buffer` is in the machine's order. */
function viewAs(buffer: ArrayBuffer, kind: NumberKind, size: number, where: string): PlainNumbers {
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

/** @throws InputError when an integer is beyond 2^53 */
function toSafeNumbers(integers: ArrayLike<bigint>, where: string): Float64Array {
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

/** From Fortran order (first axis fastest) to C order (last axis fastest); `data` itself where both are the same. */
export function toRowMajor<T extends PlainNumbers>(data: T, shape: readonly number[]): T {
  if (shape.filter((length) => length !== 1).length < 2) return data;
  const out = data.slice() as T;
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

/** Float arrays as they are; integers as float64. */
export function asFloats(numbers: PlainNumbers): Float32Array | Float64Array {
  return numbers instanceof Float32Array || numbers instanceof Float64Array ? numbers : Float64Array.from(numbers);
}
