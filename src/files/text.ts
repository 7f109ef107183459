/** @file Bytes to text: UTF-8, or UTF-16 with a byte order mark (what spreadsheets save as "Unicode text"). */
import { InputError } from '../errors/input-error.ts';

/**
 * The text without its byte order mark.
 *
 * @throws InputError when the bytes are not text in one of these encodings
 */
export function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError({ where, problem: 'not UTF-8 text', fix: 'save it as UTF-8' }, { cause });
  }
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}
