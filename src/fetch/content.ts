/** @file Whether bytes can be what was asked for: a captive portal, an error page or half a file are not. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ContentKind } from './remote-file.ts';

/**
 * What is wrong with the first bytes of a file, or undefined.
 *
 * @param type the server's content type
 */
export function wrongBeginning(bytes: Uint8Array, kind: ContentKind, type: string | null): string | undefined {
  const page = /^\s*text\/html\b/i.test(type ?? '') || /^\s*</.test(new TextDecoder().decode(bytes.subarray(0, 512)));
  const expected = kind === 'gzip' ? 'gzip data' : 'a table';
  if (page) return `a web page came instead of ${expected}`;
  switch (kind) {
    case 'gzip':
      return bytes[0] === 0x1f && (bytes.length < 2 || bytes[1] === 0x8b) ? undefined : `this is not ${expected}`;
    case 'text':
      return bytes.includes(0) ? `this is not ${expected}` : undefined;
  }
}

/** More than any atlas volume holds: a small file that unpacks to more is hostile. */
const MOST_UNPACKED = 1 << 30;

/** What is wrong with a whole file, or undefined: gzip data carries its length and its CRC. */
export async function wrongWhole(path: string, kind: ContentKind): Promise<string | undefined> {
  if (kind === 'text') return undefined;
  let unpacked = 0;
  try {
    await pipeline(createReadStream(path), createGunzip(), async (parts: AsyncIterable<Uint8Array>) => {
      for await (const part of parts) {
        unpacked += part.length;
        if (unpacked > MOST_UNPACKED) throw new RangeError('too much');
      }
    });
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return 'it unpacks to more than 1 GB';
    if (error instanceof Error && 'code' in error && /^Z_/.test(String(error.code)))
      return 'the gzip data is damaged or cut off';
    throw error;
  }
}
