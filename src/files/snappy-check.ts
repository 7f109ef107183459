/**
 * @file Checks a Snappy stream before the library decompresses it: the length of a literal that reaches 2^31 is
 * negative to the library, which then goes back in the stream and so on for ever.
 *
 * Format: google/snappy, format_description.txt.
 */

/** True when the stream's elements lie within it and make `length` bytes. (Where copies point is left to the library.) */
export function isSnappy(bytes: Uint8Array, length: number): boolean {
  let at = 0;
  while (bytes[at] >= 128) at++;
  at++;
  let made = 0;
  while (at < bytes.length) {
    const tag = bytes[at++];
    const kind = tag & 3;
    if (kind === 0) {
      let size = tag >>> 2;
      const sizeBytes = Math.max(0, size - 59);
      if (sizeBytes > 0) size = littleEndian(bytes, at, sizeBytes);
      at += sizeBytes + size + 1;
      made += size + 1;
    } else {
      at += [0, 1, 2, 4][kind];
      made += kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    }
    if (made > length) return false;
  }
  return at === bytes.length && made === length;
}

function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value += (bytes[at + i] ?? 0) * 2 ** (8 * i);
  return value;
}
