/**
 * @file MATLAB files of version 4: matrices one after the other, each with a header of five numbers.
 *
 * Format: MathWorks, "MAT-File Format" (mat_format.pdf), chapter "Level 4 MAT-Files".
 */
import { InputError } from '../errors/input-error.ts';
import { checkExpansion } from './expansion.ts';
import { asFloats, decodeNumbers, ITEM_BYTES, type NumberKind, toRowMajor } from './plain-numbers.ts';
import { countVariables, textRows, type Variable, type Variables } from './variable.ts';

const HEADER_BYTES = 20;
/** By the digit P of the type. */
const KINDS: readonly NumberKind[] = ['f8', 'f4', 'i4', 'i2', 'u2', 'u1'];
const CLASS_NAMES = { f8: 'double', f4: 'single', i4: 'int32', i2: 'int16', u2: 'uint16', u1: 'uint8' } as const;

interface MatrixHeader {
  readonly bigEndian: boolean;
  readonly kind: keyof typeof CLASS_NAMES;
  readonly content: 'full' | 'text' | 'sparse';
  readonly rows: number;
  readonly columns: number;
  readonly complex: boolean;
  readonly nameBytes: number;
}

/** True when the file starts with the header of a version 4 matrix. */
export function isMatV4(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_BYTES && readHeader(bytes, 0) !== undefined;
}

/**
 * Lists the matrices; values are read when asked for.
 *
 * @throws InputError when a header is damaged or the file is cut off
 */
export function parseMatV4(bytes: Uint8Array, where: string): Variables {
  const variables = new Map<string, Variable>();
  const count = countVariables(where);
  for (let at = 0; at < bytes.length; ) {
    count.add(1, 0);
    const header = at + HEADER_BYTES <= bytes.length ? readHeader(bytes, at) : undefined;
    if (header === undefined) throw damaged(where, `no matrix starts at byte ${at}`);
    const dataStart = at + HEADER_BYTES + header.nameBytes;
    const partBytes = header.rows * header.columns * ITEM_BYTES[header.kind];
    const end = dataStart + partBytes * (header.complex ? 2 : 1);
    if (end > bytes.length) throw damaged(where, 'the file is cut off');
    const name = latin1(bytes.subarray(at + HEADER_BYTES, dataStart)).replace(/\0.*$/s, '');
    const data = bytes.subarray(dataStart, dataStart + partBytes);
    variables.set(name, readVariable(header, data, bytes.length, `${where}, variable '${name}'`));
    at = end;
  }
  return variables;
}

/** Of the type's decimal digits MOPT: M the machine, O zero, P the precision, T what the matrix is. */
function readHeader(bytes: Uint8Array, at: number): MatrixHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER_BYTES);
  const bigEndian = view.getUint32(0, true) > 5052;
  const type = view.getUint32(0, !bigEndian);
  const [machine, zero, precision, content] = [1000, 100, 10, 1].map((digit) => Math.floor(type / digit) % 10);
  const [rows, columns, complex, nameBytes] = [4, 8, 12, 16].map((offset) => view.getUint32(offset, !bigEndian));
  const kind = KINDS[precision];
  if (type > 1052 || machine !== (bigEndian ? 1 : 0) || zero !== 0 || !isKind(kind) || content > 2) return undefined;
  if (rows > 2 ** 31 || columns > 2 ** 31 || complex > 1 || nameBytes === 0 || nameBytes > 1024) return undefined;
  const contents = ['full', 'text', 'sparse'] as const;
  return { bigEndian, kind, content: contents[content], rows, columns, complex: complex === 1, nameBytes };
}

function isKind(kind: NumberKind | undefined): kind is keyof typeof CLASS_NAMES {
  return kind !== undefined && kind in CLASS_NAMES;
}

function readVariable(header: MatrixHeader, data: Uint8Array, fileBytes: number, where: string): Variable {
  const { kind, bigEndian, rows, columns, complex, content } = header;
  const numbers = () => asFloats(decodeNumbers(data, kind, bigEndian, where));
  switch (content) {
    case 'text':
      return { kind: 'text', read: async () => textRows(numbers(), rows, columns) };
    case 'sparse':
      return readSparse(numbers, header, fileBytes, where);
    case 'full':
      return {
        kind: 'numbers',
        className: CLASS_NAMES[kind],
        shape: [rows, columns],
        read: async () => {
          if (complex) throw damaged(where, 'it holds complex numbers', 'save its real part');
          checkExpansion(rows * columns * 8, fileBytes, where);
          return toRowMajor(numbers(), [rows, columns]);
        },
      };
  }
}

/** Rows of (row, column, value), from 1; the last one holds the shape. */
function readSparse(
  numbers: () => Float32Array | Float64Array,
  { rows: entries, columns, kind }: MatrixHeader,
  fileBytes: number,
  where: string,
): Variable {
  if (columns !== 3 || entries < 1)
    return { kind: 'other', className: columns === 4 ? 'complex sparse matrix' : 'damaged sparse matrix' };
  const triples = numbers();
  const shape = [triples[entries - 1], triples[2 * entries - 1]];
  const [rowCount, columnCount] = shape;
  return {
    kind: 'numbers',
    className: `sparse ${CLASS_NAMES[kind]}`,
    shape,
    read: async () => {
      if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0))
        throw damaged(where, 'the sparse matrix has an impossible shape');
      checkExpansion(rowCount * columnCount * 8, fileBytes, where);
      const dense = new Float64Array(rowCount * columnCount);
      for (let entry = 0; entry < entries - 1; entry++) {
        const [row, column] = [triples[entry] - 1, triples[entries + entry] - 1];
        const inside = Number.isInteger(row) && Number.isInteger(column) && row >= 0 && column >= 0;
        if (!inside || row >= rowCount || column >= columnCount)
          throw damaged(where, `entry ${entry + 1} of the sparse matrix lies outside of it`);
        dense[row * columnCount + column] = triples[2 * entries + entry];
      }
      return dense;
    },
  };
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

function damaged(where: string, problem: string, fix = 'copy or save it again'): InputError {
  return new InputError({ where, problem, fix });
}
