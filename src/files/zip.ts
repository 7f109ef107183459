/**
 * @file Entries of a ZIP archive held in memory, with sizes and checksums verified.
 *
 * Read from the central directory at the end of the archive (PKWARE APPNOTE 4.3), so that an entry is known before it
 * is inflated and only those asked for are. No ZIP64: what fits in memory here is below 4 GiB.
 */
import { Inflate } from 'fflate';
import { InputError } from '../errors/input-error.ts';
import { checkExpansion } from './expansion.ts';
import { inflateInSteps } from './inflate-in-steps.ts';

export interface ZipEntry {
  readonly name: string;
  readonly compressed: boolean;
  readonly storedBytes: number;
  readonly bytes: number;
  readonly crc32: number;
  /** Where its local header starts. */
  readonly offset: number;
}

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_RECORD = 0x06054b50;
const LONGEST_END_RECORD = 22 + 65535;

/**
 * Lists the archive's files, without inflating anything.
 *
 * @throws InputError when it is no ZIP archive or its directory is damaged
 */
export function readZipEntries(bytes: Uint8Array, where: string): ZipEntry[] {
  const view = viewOf(bytes);
  const end = findEndRecord(view);
  if (end === undefined)
    throw new InputError({ where, problem: 'not a ZIP archive, or cut off at its end', fix: 'copy or save it again' });
  const count = view.getUint16(end + 10, true);
  const entries: ZipEntry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL_HEADER) throw damaged(where, 'its directory is damaged');
    const nameLength = view.getUint16(at + 28, true);
    entries.push(readEntry(view, bytes, at, nameLength, where));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

function readEntry(view: DataView, bytes: Uint8Array, at: number, nameLength: number, where: string): ZipEntry {
  const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
  const method = view.getUint16(at + 10, true);
  if ((view.getUint16(at + 8, true) & 1) === 1) throw damaged(where, `entry '${name}' is encrypted`);
  if (method !== 0 && method !== 8)
    throw damaged(where, `entry '${name}' is compressed by method ${method}, which is neither stored nor deflated`);
  const entry: ZipEntry = {
    name,
    compressed: method === 8,
    crc32: view.getUint32(at + 16, true),
    storedBytes: view.getUint32(at + 20, true),
    bytes: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
  };
  if ([entry.storedBytes, entry.bytes, entry.offset].includes(0xffffffff))
    throw damaged(where, `entry '${name}' is a ZIP64 entry of 4 GiB or more`);
  return entry;
}

/**
 * Takes one entry out.
 *
 * @throws InputError when its sizes or checksum do not hold, or it would inflate beyond reason (a ZIP bomb)
 */
export function extractZipEntry(bytes: Uint8Array, entry: ZipEntry, where: string): Uint8Array {
  const { name, offset } = entry;
  const view = viewOf(bytes);
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== LOCAL_HEADER)
    throw damaged(where, `entry '${name}' is not where the directory says`);
  const nameEnd = offset + 30 + view.getUint16(offset + 26, true);
  // The checksum does not cover the name: a letter flipped in it would give one array as another.
  if (new TextDecoder().decode(bytes.subarray(offset + 30, nameEnd)) !== name)
    throw damaged(where, `entry '${name}' has another name in the directory than in place`);
  const start = nameEnd + view.getUint16(offset + 28, true);
  const stored = bytes.subarray(start, start + entry.storedBytes);
  if (stored.length < entry.storedBytes) throw damaged(where, `entry '${name}' is cut off`);
  checkExpansion(entry.bytes, bytes.length, `${where}, entry '${name}'`);
  const content = entry.compressed ? inflate(stored, entry, where) : stored;
  if (content.length !== entry.bytes || crc32(content) !== entry.crc32)
    throw damaged(where, `entry '${name}' does not match its size and checksum`);
  return content;
}

function inflate(stored: Uint8Array, { name, bytes }: ZipEntry, where: string): Uint8Array {
  let content: Uint8Array | undefined;
  try {
    content = inflateInSteps((take) => new Inflate(take), stored, bytes);
  } catch (cause) {
    throw damaged(where, `entry '${name}' cannot be inflated`, cause);
  }
  if (content === undefined) throw damaged(where, `entry '${name}' does not match its size and checksum`);
  return content;
}

function findEndRecord(view: DataView): number | undefined {
  const last = view.byteLength - 22;
  for (let at = last; at >= 0 && at >= view.byteLength - LONGEST_END_RECORD; at--)
    if (view.getUint32(at, true) === END_RECORD) return at;
  return undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(where: string, problem: string, cause?: unknown): InputError {
  return new InputError({ where, problem: `ZIP ${problem}`, fix: 'copy or save it again' }, { cause });
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as ZIP uses it (polynomial 0xEDB88320). */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLE[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
