/** @file Damaged copies of a file: whatever comes of them must be values or one clear error. */
import fc from 'fast-check';
import { InputError } from '../../src/errors/input-error.ts';

/** Bytes changed, the tail cut off, or a piece doubled or lost. */
export function damaged(seed: Uint8Array): fc.Arbitrary<Uint8Array> {
  const place = fc.oneof(fc.nat(seed.length - 1), fc.nat(Math.min(seed.length - 1, 400)));
  const flips = fc
    .array(fc.tuple(place, fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255))), { minLength: 1, maxLength: 6 })
    .map((changes) => {
      const bytes = Uint8Array.from(seed);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });
  const cut = place.map((length) => seed.slice(0, length));
  const shifted = fc
    .tuple(place, place)
    .map(([from, to]) => Uint8Array.from([...seed.subarray(0, from), ...seed.subarray(to)]));
  return fc.oneof({ arbitrary: flips, weight: 4 }, cut, shifted);
}

/** Reads, and passes over the one kind of error that is allowed. */
export async function readsOrSaysWhy(read: () => Promise<{ shape: readonly number[]; values: ArrayLike<number> }>) {
  try {
    const { shape, values } = await read();
    return values.length === shape.reduce((product, length) => product * length, 1);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message.endsWith('.');
  }
}
