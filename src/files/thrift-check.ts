/**
 * @file Checks a structure of Thrift's compact protocol before the library reads it: the library takes memory for as
 * many elements as a list declares.
 *
 * Format: Apache Thrift, "Thrift Compact protocol" (doc/specs/thrift-compact-protocol.md).
 */

const LIST = 9;
const STRUCT = 12;
const DEEPEST = 16;

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/** True when the structure at `start` ends within the bytes and no list declares more elements than bytes are left. */
export function isThriftStruct(bytes: Uint8Array, start: number): boolean {
  return skipStruct({ bytes, at: start }, 0);
}

function skipStruct(cursor: Cursor, depth: number): boolean {
  if (depth > DEEPEST) return false;
  for (;;) {
    const field = cursor.bytes[cursor.at++];
    if (field === undefined) return false;
    const type = field & 15;
    if (type === 0) return true;
    if (field >> 4 === 0) skipVarint(cursor);
    if (!skipValue(cursor, type, depth)) return false;
  }
}

function skipValue(cursor: Cursor, type: number, depth: number): boolean {
  switch (type) {
    case 1:
    case 2:
      return true;
    case 3:
      cursor.at++;
      break;
    case 4:
    case 5:
    case 6:
      skipVarint(cursor);
      break;
    case 7:
      cursor.at += 8;
      break;
    case 8: {
      const length = skipVarint(cursor);
      cursor.at += length;
      break;
    }
    case LIST:
      return skipList(cursor, depth);
    case STRUCT:
      return skipStruct(cursor, depth + 1);
    default:
      return false;
  }
  return cursor.at <= cursor.bytes.length;
}

function skipList(cursor: Cursor, depth: number): boolean {
  const head = cursor.bytes[cursor.at++] ?? 0;
  const size = head >> 4 === 15 ? skipVarint(cursor) : head >> 4;
  // Truth values take a byte each within lists.
  const type = (head & 15) === 1 || (head & 15) === 2 ? 3 : head & 15;
  if (size > cursor.bytes.length - cursor.at || depth > DEEPEST) return false;
  for (let i = 0; i < size; i++) if (!skipValue(cursor, type, depth + 1)) return false;
  return true;
}

/** The number passed over; beyond 2^53 it is not exact, which does not matter here. */
function skipVarint(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = cursor.bytes[cursor.at++] ?? 0;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return value;
  }
  return value;
}
