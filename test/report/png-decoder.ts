/** @file Reads palette PNGs another way than they are written: Node's zlib, and a checksum by table. */
import { inflateSync } from 'node:zlib';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** `[height, width]`, indices into the palette. */
  readonly pixels: Uint8Array;
  readonly palette: readonly (readonly number[])[];
  /** Types of all chunks, in order. */
  readonly chunks: readonly string[];
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

function checksum(bytes: Uint8Array): number {
  return (bytes.reduce((crc, byte) => TABLE[(crc ^ byte) & 255] ^ (crc >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;
}

/** @throws Error where the bytes are no PNG of 8 bits a pixel with a palette and unfiltered rows */
export function decodePng(bytes: Uint8Array): Picture {
  const file = Buffer.from(bytes);
  if (file.subarray(0, 8).toString('latin1') !== '\x89PNG\r\n\x1a\n') throw new Error('no PNG');
  const parts = new Map<string, Buffer>();
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    const end = at + 8 + length;
    if (file.readUInt32BE(end) !== checksum(file.subarray(at + 4, end))) throw new Error(`checksum of ${type}`);
    parts.set(type, file.subarray(at + 8, end));
    at = end + 4;
  }
  const part = (type: string) => parts.get(type) ?? Buffer.alloc(0);
  const header = part('IHDR');
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  if (header.subarray(8).toString('hex') !== '0803000000') throw new Error('not 8 bits with a palette');
  const rows = inflateSync(part('IDAT'));
  if (rows.length !== height * (width + 1)) throw new Error('rows of another length');
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    if (rows[y * (width + 1)] !== 0) throw new Error('a filter');
    pixels.set(rows.subarray(y * (width + 1) + 1, (y + 1) * (width + 1)), y * width);
  }
  const colours = part('PLTE');
  const palette = Array.from({ length: colours.length / 3 }, (_, i) => [...colours.subarray(3 * i, 3 * i + 3)]);
  return { width, height, pixels, palette, chunks: [...parts.keys()] };
}

/** The picture in a `data:` URI. */
export function decodeUri(uri: string): Picture {
  const start = 'data:image/png;base64,';
  if (!uri.startsWith(start)) throw new Error('no PNG in a data URI');
  return decodePng(Buffer.from(uri.slice(start.length), 'base64'));
}
