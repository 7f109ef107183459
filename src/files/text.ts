/** @file Bytes to text: UTF-8, or UTF-16 with a byte order mark (what spreadsheets save as "Unicode text"). */
import { InputError } from '../errors/input-error.ts';

/**
 * The text without its byte order mark.
 *
 * @throws InputError when the bytes are not text in one of these encodings
 */
export function decodeText(bytes: Uint8Array, where: string): string {
  // "PK": a zip, which a workbook is (the phenotypes of REST-meta-MDD). A small one may pass for UTF-8.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04)
    throw new InputError({ where, problem: 'not text but a zip file or a workbook', fix: 'save the sheet as csv' });
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
