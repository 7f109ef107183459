/** @file The number types of NIfTI, and from bytes to numbers. */
import { InputError } from '../errors/input-error.ts';

/** Bytes of a number. */
export const VOXEL_BYTES = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  float64: 8,
  int64: 8,
  uint64: 8,
} as const;
export type VoxelType = keyof typeof VOXEL_BYTES;

/** Stored numbers, before scaling. */
export type VoxelArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** The codes of nifti1.h. */
const TYPES: Readonly<Record<number, VoxelType>> = {
  2: 'uint8',
  4: 'int16',
  8: 'int32',
  16: 'float32',
  64: 'float64',
  256: 'int8',
  512: 'uint16',
  768: 'uint32',
  1024: 'int64',
  1280: 'uint64',
};
const NOT_PLAIN: Readonly<Record<number, string>> = {
  1: 'single bits',
  32: 'complex numbers',
  128: 'colours (RGB)',
  1536: '128-bit floats',
  1792: 'complex numbers',
  2048: 'complex numbers',
  2304: 'colours (RGBA)',
};

/** @throws InputError for colours, complex numbers and unknown codes */
export function voxelTypeOf(code: number, where: string): VoxelType {
  const type = TYPES[code];
  if (type !== undefined) return type;
  throw new InputError({
    where,
    problem: `the voxels hold ${NOT_PLAIN[code] ?? `numbers of the unknown type ${code}`}`,
    expected: 'integers of up to 64 bits, float32 or float64',
    fix: 'convert the image (for a complex one, to its magnitude)',
  });
}

/**
 * The numbers in `count` elements from the start of `bytes` (aligned to 8). May write into `bytes`.
 * Integers of 64 bits become the nearest float64.
 */
export function decodeVoxels(bytes: Uint8Array<ArrayBuffer>, count: number, type: VoxelType, littleEndian: boolean) {
  const size = VOXEL_BYTES[type];
  // Every platform that runs JavaScript today is little-endian.
  if (!littleEndian && size !== 1) swapBytes(bytes.buffer, bytes.byteOffset, count, size);
  return viewAs(bytes.buffer, bytes.byteOffset, count, type);
}

function viewAs(buffer: ArrayBuffer, offset: number, count: number, type: VoxelType): VoxelArray {
  switch (type) {
    case 'int8':
      return new Int8Array(buffer, offset, count);
    case 'uint8':
      return new Uint8Array(buffer, offset, count);
    case 'int16':
      return new Int16Array(buffer, offset, count);
    case 'uint16':
      return new Uint16Array(buffer, offset, count);
    case 'int32':
      return new Int32Array(buffer, offset, count);
    case 'uint32':
      return new Uint32Array(buffer, offset, count);
    case 'float32':
      return new Float32Array(buffer, offset, count);
    case 'float64':
      return new Float64Array(buffer, offset, count);
    case 'int64':
      return widen(new Int32Array(buffer, offset, 2 * count), new Uint32Array(buffer, offset, 2 * count));
    case 'uint64': {
      const words = new Uint32Array(buffer, offset, 2 * count);
      return widen(words, words);
    }
  }
}

/** The high word is exact as float64, so that one addition rounds once. */
function widen(high: Int32Array | Uint32Array, low: Uint32Array): Float64Array {
  const out = new Float64Array(low.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = high[2 * i + 1] * 2 ** 32 + low[2 * i];
  return out;
}

function swapBytes(buffer: ArrayBuffer, offset: number, count: number, size: 2 | 4 | 8): void {
  if (size === 2) {
    const halves = new Uint16Array(buffer, offset, count);
    for (let i = 0; i < count; i++) halves[i] = (halves[i] << 8) | (halves[i] >> 8);
    return;
  }
  const words = new Uint32Array(buffer, offset, (count * size) / 4);
  for (let i = 0; i < words.length; i++) words[i] = swapWord(words[i]);
  if (size === 8) for (let i = 0; i < words.length; i += 2) [words[i], words[i + 1]] = [words[i + 1], words[i]];
}

function swapWord(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
