/**
 * @file The header of a NumPy `.npy` file: what the array is and where its data start.
 *
 * Format: NumPy NEP 1, versions 1.0, 2.0 and 3.0.
 */
import { InputError } from '../errors/input-error.ts';
import { ITEM_BYTES, type NumberKind } from './plain-numbers.ts';

export interface NpyHeader {
  /** As in the file: `<f4`, `>i2`, `|b1`. */
  readonly descr: string;
  readonly kind: NumberKind;
  readonly itemBytes: number;
  readonly bigEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Number of elements. */
  readonly size: number;
  /** Where the data start, in bytes from the start of the file. */
  readonly dataOffset: number;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Reads the header; `bytes` need hold no more than the header (a large file's first kilobytes).
 *
 * @throws InputError when it is no `.npy`, is cut off, or holds an element type that is no number
 */
export function parseNpyHeader(bytes: Uint8Array, where: string): NpyHeader {
  if (MAGIC.some((byte, i) => bytes[i] !== byte))
    throw new InputError({ where, problem: 'not a .npy file', expected: 'the bytes \\x93NUMPY at its start' });
  const version = bytes[6];
  if (version !== undefined && (version < 1 || version > 3))
    throw new InputError({ where, problem: 'unknown .npy version', expected: '1, 2 or 3', found: `${version}` });
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) throw cutOff(where, start, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dataOffset = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < dataOffset) throw cutOff(where, dataOffset, bytes.length);
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, dataOffset));
  return { ...parseDictionary(text, where), dataOffset };
}

function parseDictionary(text: string, where: string): Omit<NpyHeader, 'dataOffset'> {
  const descr = /['"]descr['"]:\s?(?:'([^']*)'|"([^"]*)"|(\[))/.exec(text);
  const order = /['"]fortran_order['"]:\s?(True|False)/.exec(text);
  const shapeText = /['"]shape['"]:\s?\(([\dL, ]*)\)/.exec(text);
  if (descr === null || order === null || shapeText === null)
    throw new InputError({
      where,
      problem: 'damaged .npy header',
      expected: "'descr', 'fortran_order' and 'shape'",
      found: JSON.stringify(text.slice(0, 80)),
    });
  const shape = (shapeText[1].match(/\d+/g) ?? []).map(Number);
  const size = shape.reduce((product, length) => product * length, 1);
  if (!shape.every(Number.isSafeInteger) || !Number.isSafeInteger(size * 8))
    throw new InputError({ where, problem: 'impossible array shape', found: `(${shapeText[1]})` });
  return { ...parseDescr(descr[1] ?? descr[2], where), fortranOrder: order[1] === 'True', shape, size };
}

function parseDescr(
  descr: string | undefined,
  where: string,
): Pick<NpyHeader, 'descr' | 'kind' | 'itemBytes' | 'bigEndian'> {
  const match = /^([<>|=]?)([a-zA-Z]\d*)$/.exec(descr ?? '');
  const kind = match?.[2];
  if (descr === undefined || match === null || !isKind(kind))
    throw new InputError({
      where,
      problem: 'the array holds no plain numbers',
      expected: `one of ${Object.keys(ITEM_BYTES).join(', ')}`,
      found: descr === undefined ? 'a structured array' : `'${descr}'`,
      fix: 'save it again as float32',
    });
  return { descr, kind, itemBytes: ITEM_BYTES[kind], bigEndian: match[1] === '>' };
}

function isKind(kind: string | undefined): kind is NumberKind {
  return kind !== undefined && Object.hasOwn(ITEM_BYTES, kind);
}

function cutOff(where: string, expected: number, found: number): InputError {
  return new InputError({
    where,
    problem: 'the file is cut off in its .npy header',
    expected: `at least ${expected} bytes`,
    found: `${found}`,
    fix: 'copy it again',
  });
}

/** Length to which {@link npyHeader} pads: enough for any 1-D or 2-D shape, so that a row count can be filled in later. */
const HEADER_BYTES = 128;

/**
 * A version 1.0 header. It is 128 bytes for every 1-D and 2-D shape, so a streaming writer can put the final row count
 * in place at the end; longer shapes take a further multiple of 64, so that data are always 64-byte aligned.
 *
 * @param descr little-endian NumPy type, e.g. `<f4`
 */
export function npyHeader(descr: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const length = Math.max(HEADER_BYTES, Math.ceil((10 + text.length + 1) / 64) * 64);
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set(MAGIC);
  bytes.set([1, 0, (length - 10) & 0xff, (length - 10) >> 8], 6);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[length - 1] = 0x0a;
  return bytes;
}
