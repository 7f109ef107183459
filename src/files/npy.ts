/** @file NumPy `.npy` arrays: read into typed arrays in C order, and written. */
import { InputError } from '../errors/input-error.ts';
import { npyHeader, parseNpyHeader } from './npy-header.ts';
import { decodeNumbers, type PlainNumbers, toRowMajor } from './plain-numbers.ts';

export { npyHeader } from './npy-header.ts';

export interface NpyArray {
  /** Empty for a scalar. */
  readonly shape: readonly number[];
  /** Row-major (C order), in the machine's own byte order; as many elements as `shape` says. */
  readonly data: PlainNumbers;
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
  const data = decodeNumbers(bytes.subarray(header.dataOffset), header.kind, header.bigEndian, where);
  return {
    shape: header.shape,
    data: header.fortranOrder ? toRowMajor(data, header.shape) : data,
    descr: header.descr,
  };
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
