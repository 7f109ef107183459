/** @file A PyTorch tensor out of the storage that it views: any strides, any number type. */
import { InputError } from '../errors/input-error.ts';
import { widenHalf } from '../files/float16.ts';
import type { StoredTensor } from '../files/safetensors.ts';

/** How a tensor lies in its storage; offset and strides count elements. */
export interface TensorView {
  readonly type: StorageType;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** Elements in the storage. */
  readonly storageSize: number;
}

interface NumberType {
  readonly bytes: number;
  /** The numbers of a buffer of its own; every machine that runs JavaScript today is little-endian, as the file is. */
  readonly decode: (buffer: ArrayBuffer) => Float32Array | BigInt64Array;
}

/** Number types by PyTorch's storage class: floating point becomes float32, integers and booleans int64. */
const STORAGE_TYPES = {
  FloatStorage: { bytes: 4, decode: (buffer) => new Float32Array(buffer) },
  DoubleStorage: { bytes: 8, decode: (buffer) => Float32Array.from(new Float64Array(buffer)) },
  HalfStorage: { bytes: 2, decode: (buffer) => widenHalf(new Uint16Array(buffer)) },
  BFloat16Storage: { bytes: 2, decode: (buffer) => widenBfloat(new Uint16Array(buffer)) },
  LongStorage: { bytes: 8, decode: (buffer) => new BigInt64Array(buffer) },
  IntStorage: { bytes: 4, decode: (buffer) => BigInt64Array.from(new Int32Array(buffer), BigInt) },
  ShortStorage: { bytes: 2, decode: (buffer) => BigInt64Array.from(new Int16Array(buffer), BigInt) },
  CharStorage: { bytes: 1, decode: (buffer) => BigInt64Array.from(new Int8Array(buffer), BigInt) },
  ByteStorage: { bytes: 1, decode: (buffer) => BigInt64Array.from(new Uint8Array(buffer), BigInt) },
  BoolStorage: { bytes: 1, decode: (buffer) => BigInt64Array.from(new Uint8Array(buffer), BigInt) },
} as const satisfies Record<string, NumberType>;

export type StorageType = keyof typeof STORAGE_TYPES;

/** Full Python names, `torch.FloatStorage`, to the types. */
export const STORAGE_NAMES: ReadonlyMap<string, StorageType> = new Map(
  (Object.keys(STORAGE_TYPES) as StorageType[]).map((type) => [`torch.${type}`, type]),
);

/** Bytes that a storage takes. */
export function storageBytes({ type, storageSize }: TensorView): number {
  return storageSize * STORAGE_TYPES[type].bytes;
}

/** Number of elements of a tensor. */
export function tensorSize({ shape }: TensorView): number {
  // Huge axes beside an empty one would multiply to NaN.
  return shape.includes(0) ? 0 : shape.reduce((product, length) => product * length, 1);
}

/** @throws InputError when the tensor reaches outside its storage, or has more elements than it (an expanded tensor) */
export function checkView(view: TensorView, where: string): void {
  const { shape, strides, offset, storageSize } = view;
  const size = tensorSize(view);
  const last = shape.reduce((index, length, axis) => index + (length - 1) * strides[axis], offset);
  if (size > 0 && (last >= storageSize || size > storageSize))
    throw new InputError({
      where,
      problem: `shape [${shape}] with strides [${strides}] from element ${offset} on does not fit its storage`,
      expected: `at least ${Math.max(size, last + 1)} elements`,
      found: `${storageSize}`,
      fix: 'save it again, expanded tensors with .contiguous()',
    });
}

/**
 * The tensor row-major, as numbers of our own.
 *
 * @param view checked with {@link checkView}
 * @param storage at least as many bytes as {@link storageBytes} says; copied
 */
export function materialise(view: TensorView, storage: Uint8Array): StoredTensor {
  const { bytes, decode } = STORAGE_TYPES[view.type];
  return { shape: view.shape, data: decode(gather(view, storage, bytes)) };
}

function gather(view: TensorView, storage: Uint8Array, itemBytes: number): ArrayBuffer {
  const { shape, strides, offset } = view;
  const size = tensorSize(view);
  const out = new Uint8Array(size * itemBytes);
  if (isRowMajor(shape, strides)) {
    out.set(storage.subarray(offset * itemBytes, offset * itemBytes + out.length));
    return out.buffer;
  }
  const index = shape.map(() => 0);
  let from = offset;
  for (let to = 0; to < size; to++) {
    for (let byte = 0; byte < itemBytes; byte++) out[to * itemBytes + byte] = storage[from * itemBytes + byte];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out.buffer;
}

/** The stride of an axis of length 1 is never stepped by, and may be anything. */
function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis];
  }
  return true;
}

/** A bfloat16 is the upper half of a float32. */
function widenBfloat(upper: Uint16Array): Float32Array {
  const bits = Uint32Array.from(upper, (half) => half << 16);
  return new Float32Array(bits.buffer);
}
