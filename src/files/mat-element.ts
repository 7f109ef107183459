/**
 * @file The elements that a MATLAB file of version 5 is made of: a tag with type and size, then the data.
 *
 * Format: MathWorks, "MAT-File Format" (mat_format.pdf), chapter "Level 5 MAT-File Format".
 */
import { InputError } from '../errors/input-error.ts';
import { asFloats, decodeNumbers, ITEM_BYTES, type NumberKind } from './plain-numbers.ts';

export const MATRIX = 14;
export const COMPRESSED = 15;
const UTF8 = 16;
const UTF16 = 17;

/** Types of plain numbers, by their code. */
const NUMBER_KINDS: ReadonlyMap<number, NumberKind> = new Map([
  [1, 'i1'],
  [2, 'u1'],
  [3, 'i2'],
  [4, 'u2'],
  [5, 'i4'],
  [6, 'u4'],
  [7, 'f4'],
  [9, 'f8'],
  [12, 'i8'],
  [13, 'u8'],
]);

/** Bytes of a file, or of a part of it that was inflated. */
export interface MatBytes {
  readonly bytes: Uint8Array;
  readonly bigEndian: boolean;
  /** The file and the variable, for errors. */
  readonly where: string;
  readonly fileBytes: number;
}

export interface MatElement {
  readonly type: number;
  readonly data: Uint8Array;
  /** Where the next element starts. */
  readonly next: number;
}

export interface MatTag {
  readonly type: number;
  /** Of the data. */
  readonly size: number;
  readonly start: number;
  readonly next: number;
}

/** The tag at `at`; its data may lie beyond the bytes. @throws InputError when the tag does */
export function readTag({ bytes, bigEndian, where }: MatBytes, at: number): MatTag {
  if (at + 8 > bytes.length) throw damagedMat(where, 'an element is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
  const word = view.getUint32(0, !bigEndian);
  // Up to four bytes of data fit into the tag itself, the size then being the upper half of the first word.
  const small = word >>> 16;
  if (small > 4) throw damagedMat(where, 'an element has an impossible tag');
  if (small > 0) return { type: word & 0xffff, size: small, start: at + 4, next: at + 8 };
  const size = view.getUint32(4, !bigEndian);
  // Data are padded to 8 bytes, but not when compressed.
  const padded = word === COMPRESSED ? size : Math.ceil(size / 8) * 8;
  return { type: word, size, start: at + 8, next: at + 8 + padded };
}

/** The element at `at`. @throws InputError when it does not fit into the bytes */
export function readElement(source: MatBytes, at: number): MatElement {
  const { type, size, start, next } = readTag(source, at);
  if (start + size > source.bytes.length) throw damagedMat(source.where, 'an element is cut off');
  return { type, data: source.bytes.subarray(start, start + size), next };
}

/** The numbers of an element, in the order of the file. @throws InputError when it holds no numbers, or another count */
export function elementNumbers(
  { type, data }: MatElement,
  { bigEndian, where }: MatBytes,
  count?: number,
): Float32Array | Float64Array {
  const kind = NUMBER_KINDS.get(type);
  if (kind === undefined) throw damagedMat(where, `numbers of an unknown type ${type}`);
  const found = data.length / ITEM_BYTES[kind];
  if (!Number.isInteger(found) || (count !== undefined && found !== count))
    throw damagedMat(where, `${count ?? 'whole'} numbers are declared and ${found} stored`);
  return asFloats(decodeNumbers(data, kind, bigEndian, where));
}

/** UTF-16 units of an element of characters. */
export function elementCharacters(element: MatElement, source: MatBytes): ArrayLike<number> {
  const { type, data } = element;
  if (type === UTF8) {
    const text = new TextDecoder().decode(data);
    return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  }
  return elementNumbers(type === UTF16 ? { ...element, type: 4 } : element, source);
}

export function elementText({ data }: MatElement): string {
  return new TextDecoder('latin1').decode(data).replace(/\0.*$/s, '');
}

export function damagedMat(where: string, problem: string, fix = 'copy or save it again'): InputError {
  return new InputError({ where, problem: `MATLAB file: ${problem}`, fix });
}
