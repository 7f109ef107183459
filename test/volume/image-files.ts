/** @file Images on disk for tests: from fixtures, or made here. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll } from 'vitest';

export function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8'));
}

/** A folder that is removed after the tests, and what puts files there. */
export function imageFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'brainmass-volume-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, bytes: Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  return {
    folder,
    write,
    /** A fixture's file (gzip in base64), decompressed unless `name` ends in gz. */
    unpack: (name: string, packed: string): string => {
      const gzipped = Buffer.from(packed, 'base64');
      return write(name, name.endsWith('gz') ? gzipped : gunzipSync(gzipped));
    },
  };
}

export interface ImageParts {
  readonly dims: readonly number[];
  /** 12 or 16 numbers, row-major; none: neither sform nor qform. */
  readonly affine?: readonly number[];
  readonly values: Float32Array | Int16Array;
  readonly slope?: number;
  readonly intercept?: number;
  readonly tr?: number;
}

/** The bytes of a NIfTI-1 image. */
export function niftiBytes({ dims, affine, values, slope = 0, intercept = 0, tr = 0 }: ImageParts): Buffer {
  const bytes = Buffer.alloc(352 + values.byteLength);
  bytes.writeInt32LE(348, 0);
  for (let i = 0; i < 8; i++) bytes.writeInt16LE([dims.length, ...dims][i] ?? 1, 40 + 2 * i);
  const [datatype, bits] = values instanceof Float32Array ? [16, 32] : [4, 16];
  bytes.writeInt16LE(datatype, 70);
  bytes.writeInt16LE(bits, 72);
  for (const [i, size] of [1, 2, 2, 2, tr].entries()) bytes.writeFloatLE(size, 76 + 4 * i);
  bytes.writeFloatLE(352, 108);
  bytes.writeFloatLE(slope, 112);
  bytes.writeFloatLE(intercept, 116);
  bytes.writeUInt8(10, 123);
  bytes.writeInt16LE(affine === undefined ? 0 : 1, 254);
  for (let i = 0; i < 12; i++) bytes.writeFloatLE(affine?.[i] ?? 0, 280 + 4 * i);
  bytes.write('n+1\0', 344, 'latin1');
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 352);
  return bytes;
}

export const gzipped = (bytes: Uint8Array): Buffer => gzipSync(bytes);
