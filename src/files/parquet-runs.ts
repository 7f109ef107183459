/**
 * @file Small integers of a Parquet page (levels, positions in a dictionary), as runs and packed bits.
 *
 * Format: Apache Parquet, "Encodings", RLE / Bit-Packing Hybrid. Of our own, since the library believes the length of
 * a run: twenty bytes make it fill the memory.
 */

/**
 * The first `count` integers.
 *
 * @param width bits of each, at most 32
 * @returns undefined when the bytes end before
 */
export function readRuns(bytes: Uint8Array, width: number, count: number): Uint32Array | undefined {
  const out = new Uint32Array(count);
  if (width === 0) return out;
  const byteWidth = Math.ceil(width / 8);
  let to = 0;
  for (let at = 0; to < count; ) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 28) return undefined;
      header += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    const length = Math.floor(header / 2);
    if (length === 0) return undefined;
    if (header % 2 === 0) {
      if (at + byteWidth > bytes.length) return undefined;
      let value = 0;
      for (let i = 0; i < byteWidth; i++) value += bytes[at + i] * 2 ** (8 * i);
      at += byteWidth;
      const end = Math.min(count, to + length);
      out.fill(value, to, end);
      to = end;
      continue;
    }
    // Groups of eight, each `width` bytes long; the last ones may be cut to what is needed.
    const wanted = Math.min(count - to, length * 8);
    if (at + Math.ceil((wanted * width) / 8) > bytes.length) return undefined;
    for (let i = 0; i < wanted; i++) out[to++] = readBits(bytes, at, i * width, width);
    at += length * width;
  }
  return out;
}

function readBits(bytes: Uint8Array, start: number, bit: number, width: number): number {
  let value = 0;
  let filled = 0;
  for (let at = bit; filled < width; ) {
    const offset = at % 8;
    const take = Math.min(8 - offset, width - filled);
    const part = (bytes[start + (at - offset) / 8] >> offset) & ((1 << take) - 1);
    value += part * 2 ** filled;
    filled += take;
    at += take;
  }
  return value;
}
