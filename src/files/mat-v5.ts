/**
 * @file MATLAB files of versions 5 to 7 (`save -v6`, `-v7`): variables one after the other, mostly compressed.
 *
 * Format: MathWorks, "MAT-File Format" (mat_format.pdf), chapter "Level 5 MAT-File Format".
 */
import { checkExpansion, expansionLimit } from './expansion.ts';
import { inflateZlib } from './inflate.ts';
import { COMPRESSED, damagedMat, MATRIX, type MatBytes, readElement, readTag } from './mat-element.ts';
import { matrixVariable, readMatrixHeader } from './mat-matrix.ts';
import { countVariables, type Variable, type Variables } from './variable.ts';

const HEADER_BYTES = 128;
/** A variable's class, shape and name fit into this. */
const PEEK_BYTES = 1024;
/** Every compressed variable has to be opened for its name. */
const MOST_COMPRESSED = 1000;

/** True when the bytes start with the header of version 5, in either byte order. */
export function isMatV5(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_BYTES && byteOrder(bytes) !== undefined;
}

/** The version number 0x0100 and the letters `MI`, which read `IM` on a machine of the other order. */
function byteOrder(bytes: Uint8Array): 'little' | 'big' | undefined {
  const [a, b, c, d] = bytes.subarray(124, 128);
  if (a === 0 && b === 1 && c === 0x49 && d === 0x4d) return 'little';
  return a === 1 && b === 0 && c === 0x4d && d === 0x49 ? 'big' : undefined;
}

/**
 * Lists the variables; values are read, and inflated, when asked for.
 *
 * @throws InputError when it is no such file, is cut off, or a header is damaged
 */
export async function parseMatV5(bytes: Uint8Array, where: string): Promise<Variables> {
  const file: MatBytes = { bytes, bigEndian: byteOrder(bytes) === 'big', where, fileBytes: bytes.length };
  const variables = new Map<string, Variable>();
  const count = countVariables(where);
  const budget = { left: 2 * expansionLimit(bytes.length) };
  let compressed = 0;
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const { type, data, next } = readElement(file, at);
    at = next;
    count.add(1, 0);
    if (type === COMPRESSED && ++compressed > MOST_COMPRESSED)
      throw damagedMat(where, `more than ${MOST_COMPRESSED} variables`, 'save the series in a file of its own');
    if (type !== COMPRESSED && type !== MATRIX) continue;
    const header = readMatrixHeader(type === MATRIX ? { ...file, bytes: data } : await peek(file, data));
    const within = { ...file, where: `${where}, variable '${header.name}'` };
    const open = async (): Promise<MatBytes> =>
      type === MATRIX ? { ...within, bytes: data } : inflateMatrix(within, data, budget);
    // MATLAB keeps the methods of objects in a variable without a name.
    if (header.name !== '') variables.set(header.name, matrixVariable(header, open, count, 0));
  }
  return variables;
}

/** The start of a compressed matrix, without its tag. */
async function peek(file: MatBytes, stored: Uint8Array): Promise<MatBytes> {
  const start = await inflateZlib(stored, PEEK_BYTES);
  if (start === undefined) throw damagedMat(file.where, 'a variable cannot be inflated');
  const inflated = { ...file, bytes: start.bytes };
  const { type, start: dataStart } = readTag(inflated, 0);
  if (type !== MATRIX) throw damagedMat(file.where, 'a compressed variable is no matrix');
  return { ...inflated, bytes: start.bytes.subarray(dataStart) };
}

/** A whole compressed matrix, without its tag. The size that the tag declares is checked before it is inflated. */
async function inflateMatrix(source: MatBytes, stored: Uint8Array, budget: { left: number }): Promise<MatBytes> {
  const { where, fileBytes } = source;
  const first = await inflateZlib(stored, 8);
  if (first === undefined) throw damagedMat(where, 'it cannot be inflated');
  const { size, start } = readTag({ ...source, bytes: first.bytes }, 0);
  checkExpansion(size, fileBytes, where);
  budget.left -= size;
  if (budget.left < 0) throw damagedMat(where, 'there is too much to look through', 'name the array that is wanted');
  const inflated = await inflateZlib(stored, start + size);
  if (inflated?.whole !== true || inflated.bytes.length < start + size)
    throw damagedMat(where, 'it does not inflate to the size that it declares');
  return { ...source, bytes: inflated.bytes.subarray(start, start + size) };
}
