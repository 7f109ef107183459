/**
 * @file One matrix of a MATLAB file of version 5, whatever its class: numbers, text, cells, structs, sparse.
 *
 * Format: MathWorks, "MAT-File Format" (mat_format.pdf), chapter "Level 5 MAT-File Format".
 */
import { checkExpansion } from './expansion.ts';
import {
  damagedMat,
  elementCharacters,
  elementNumbers,
  elementText,
  MATRIX,
  type MatBytes,
  readElement,
} from './mat-element.ts';
import { toRowMajor } from './plain-numbers.ts';
import { denseMatrix } from './sparse.ts';
import {
  type CellVariable,
  elementsOf,
  type StructVariable,
  textRows,
  type Variable,
  type VariableCount,
  type Variables,
} from './variable.ts';

/** By the number of the class. */
const CLASSES = [
  ...['none', 'cell', 'struct', 'object', 'char', 'sparse', 'double', 'single', 'int8', 'uint8', 'int16', 'uint16'],
  ...['int32', 'uint32', 'int64', 'uint64', 'function handle', 'object'],
] as const;
const OPAQUE = 17;
const LOGICAL = 0x0200;
const COMPLEX = 0x0800;
const MOST_AXES = 32;

export interface MatrixHeader {
  readonly className: string;
  readonly complex: boolean;
  readonly shape: readonly number[];
  readonly name: string;
  /** Where its content starts. */
  readonly content: number;
}

/** What comes before the content of every matrix; `source` need hold no more. @throws InputError when it is damaged */
export function readMatrixHeader(source: MatBytes): MatrixHeader {
  const { where } = source;
  // An empty cell or field.
  if (source.bytes.length === 0) return { className: 'double', complex: false, shape: [0, 0], name: '', content: 0 };
  const flags = readElement(source, 0);
  const [word] = elementNumbers(flags, source, 2);
  const classNumber = word % 256;
  const className = CLASSES[classNumber];
  if (className === undefined || classNumber === 0) throw damagedMat(where, `unknown class ${classNumber}`);
  if (classNumber === OPAQUE) {
    const name = elementText(readElement(source, flags.next));
    return { className, complex: false, shape: [], name, content: flags.next };
  }
  const axes = readElement(source, flags.next);
  const shape = [...elementNumbers(axes, source)];
  if (shape.length < 2 || shape.length > MOST_AXES || shape.some((length) => length < 0))
    throw damagedMat(where, 'impossible array shape');
  const name = readElement(source, axes.next);
  const isLogical = Math.floor(word / LOGICAL) % 2 === 1;
  return {
    className: isLogical && className !== 'sparse' ? 'logical' : className,
    complex: Math.floor(word / COMPLEX) % 2 === 1,
    shape,
    name: elementText(name),
    content: name.next,
  };
}

/**
 * A matrix as a variable.
 *
 * @param open its bytes, without its tag
 */
export function matrixVariable(
  header: MatrixHeader,
  open: () => Promise<MatBytes>,
  count: VariableCount,
  depth: number,
): Variable {
  const { className, shape } = header;
  switch (className) {
    case 'cell':
      return { kind: 'cell', shape, items: async () => cellItems(await open(), header, count, depth) };
    case 'struct':
      return structVariable(header, open, count, depth);
    case 'char':
      return { kind: 'text', read: async () => readText(await open(), header) };
    case 'sparse':
      return { kind: 'numbers', className, shape, read: async () => readSparse(await open(), header) };
    case 'object':
    case 'function handle':
      return { kind: 'other', className };
    default:
      return { kind: 'numbers', className, shape, read: async () => readNumbers(await open(), header) };
  }
}

function readNumbers(source: MatBytes, header: MatrixHeader): Float32Array | Float64Array {
  const { complex, shape, content } = header;
  const size = elementsOf(shape);
  if (complex) throw damagedMat(source.where, 'it holds complex numbers', 'save its real part');
  if (size === 0) return new Float64Array();
  checkExpansion(size * 8, source.fileBytes, source.where);
  return toRowMajor(elementNumbers(readElement(source, content), source, size), shape);
}

/** Row numbers of the entries, where each column starts among them, and their values. */
function readSparse(source: MatBytes, { complex, shape, content }: MatrixHeader): Float64Array {
  const { where, fileBytes } = source;
  const [rows, columns] = shape;
  if (complex) throw damagedMat(where, 'it holds complex numbers', 'save its real part');
  const rowElement = readElement(source, content);
  const startElement = readElement(source, rowElement.next);
  const entryRows = elementNumbers(rowElement, source);
  const starts = elementNumbers(startElement, source, columns + 1);
  const values = elementNumbers(readElement(source, startElement.next), source);
  return denseMatrix({ rows, columns, entryRows, starts, values }, fileBytes, where);
}

function readText(source: MatBytes, { shape, content }: MatrixHeader): string[] {
  const [rows, columns] = shape;
  if (elementsOf(shape) === 0) return [];
  const characters = elementCharacters(readElement(source, content), source);
  if (rows === 1) return textRows(characters, 1, characters.length);
  if (shape.length > 2 || characters.length !== rows * columns)
    throw damagedMat(source.where, 'text of another length than declared');
  return textRows(characters, rows, columns);
}

function cellItems(source: MatBytes, { shape, content }: MatrixHeader, count: VariableCount, depth: number) {
  return readMatrices(source, content, elementsOf(shape), count, depth);
}

/** Matrices one after the other. */
function readMatrices(source: MatBytes, start: number, length: number, count: VariableCount, depth: number) {
  // Each takes a tag of 8 bytes, which bounds the loop.
  if (length * 8 > source.bytes.length) throw damagedMat(source.where, 'it declares more cells than it holds');
  count.add(length, depth + 1);
  let at = start;
  return Array.from({ length }, (): Variable => {
    const element = readElement(source, at);
    at = element.next;
    if (element.type !== MATRIX) throw damagedMat(source.where, 'a cell is no matrix');
    const within = { ...source, bytes: element.data };
    return matrixVariable(readMatrixHeader(within), async () => within, count, depth + 1);
  });
}

/** One struct is its fields; several are a cell of structs. */
function structVariable(
  header: MatrixHeader,
  open: () => Promise<MatBytes>,
  count: VariableCount,
  depth: number,
): StructVariable | CellVariable {
  const { shape } = header;
  const structs = async () => readStructs(await open(), header, count, depth);
  if (elementsOf(shape) === 1) return { kind: 'struct', fields: async () => (await structs())[0] };
  return {
    kind: 'cell',
    shape,
    items: async () => (await structs()).map((fields) => ({ kind: 'struct', fields: async () => fields })),
  };
}

function readStructs(source: MatBytes, { shape, content }: MatrixHeader, count: VariableCount, depth: number) {
  const { where } = source;
  const lengthElement = readElement(source, content);
  const [nameBytes] = elementNumbers(lengthElement, source, 1);
  const namesElement = readElement(source, lengthElement.next);
  if (!(nameBytes > 0) || namesElement.data.length % nameBytes !== 0) throw damagedMat(where, 'damaged field names');
  const names = Array.from({ length: namesElement.data.length / nameBytes }, (_, i) =>
    elementText({ ...namesElement, data: namesElement.data.subarray(i * nameBytes, (i + 1) * nameBytes) }),
  );
  const size = elementsOf(shape);
  const values = readMatrices(source, namesElement.next, size * names.length, count, depth);
  // Without fields, nothing in the file bounds how many structs are declared.
  return Array.from({ length: names.length === 0 ? Math.min(size, 1) : size }, (_, i): Variables => {
    return new Map(names.map((name, field) => [name, values[i * names.length + field]]));
  });
}
