/** @file The data sets and groups of an open HDF5 file as variables; values are read when asked for. */
import type { Metadata } from 'h5wasm';
import { InputError } from '../errors/input-error.ts';
import { checkExpansion } from './expansion.ts';
import { type Hdf5Library, type HeapLimit, heapLimit } from './hdf5-library.ts';
import { asFloats, decodeNumbers, ITEM_BYTES, type NumberKind, toRowMajor } from './plain-numbers.ts';
import { denseMatrix } from './sparse.ts';
import {
  elementsOf,
  type NumberVariable,
  type StructVariable,
  textRows,
  type Variable,
  type VariableCount,
  type Variables,
} from './variable.ts';

export interface Hdf5File {
  readonly library: Hdf5Library;
  readonly heap: HeapLimit;
  readonly id: bigint;
  readonly where: string;
  readonly fileBytes: number;
  /** Written by MATLAB: axes in the other order, classes in attributes. */
  readonly matlab: boolean;
  readonly count: VariableCount;
}

/** Classes of types, as the HDF5 library numbers them. */
const INTEGER = 0;
const FLOAT = 1;
const STRING = 3;
const REFERENCE = 7;
const ENUM = 8;
const LONGEST_CLASS_NAME = 64;
const REFERENCE_BYTES = 8;

/** What a group holds. Links to other files are left out. */
export function hdf5Group(file: Hdf5File, path: string, depth: number): Variables {
  const { library, id, count } = file;
  const names = library.get_names(id, path, false);
  count.add(names.length, depth);
  const variables = new Map<string, Variable>();
  for (const name of names) {
    const variable = readVariable(file, path === '/' ? `/${name}` : `${path}/${name}`, depth + 1);
    if (variable !== undefined) variables.set(name, variable);
  }
  return variables;
}

function readVariable(file: Hdf5File, path: string, depth: number): Variable | undefined {
  const { library, id } = file;
  switch (library.get_type(id, path)) {
    case library.H5G_GROUP:
      return file.matlab && hasAttribute(file, path, 'MATLAB_sparse')
        ? sparseVariable(file, path, depth)
        : groupVariable(file, path, depth);
    case library.H5G_DATASET:
      return dataset(file, path, depth);
    default:
      return undefined;
  }
}

function groupVariable(file: Hdf5File, path: string, depth: number): StructVariable {
  return { kind: 'struct', fields: async () => hdf5Group(file, path, depth) };
}

function dataset(file: Hdf5File, path: string, depth: number): Variable {
  const metadata = file.library.get_dataset_metadata(file.id, path);
  const stored = metadata.shape ?? [];
  const shape = file.matlab ? stored.toReversed() : stored;
  const className = file.matlab ? matlabClass(file, path) : undefined;
  if (metadata.type === REFERENCE && metadata.ref_type === 'object' && !metadata.vlen)
    return { kind: 'cell', shape, items: async () => referenced(file, path, metadata, depth) };
  const kind = numberKind(metadata);
  if (kind === undefined || metadata.shape === null)
    return { kind: 'other', className: metadata.type === STRING ? 'text' : 'no plain numbers' };
  if (className === 'char')
    return {
      kind: 'text',
      read: async () => textRows(asFloats(readNumbers(file, path, metadata, kind)), shape[0] ?? 0, shape[1] ?? 0),
    };
  // An empty array's data are its shape.
  if (file.matlab && hasAttribute(file, path, 'MATLAB_empty'))
    return { kind: 'numbers', className: className ?? kind, shape: [0, 0], read: async () => new Float64Array() };
  return {
    kind: 'numbers',
    className: className ?? kind,
    shape,
    read: async () => {
      const values = asFloats(readNumbers(file, path, metadata, kind));
      return file.matlab ? toRowMajor(values, shape) : values;
    },
  };
}

function numberKind({ type, size, signed, vlen }: Metadata): NumberKind | undefined {
  if (vlen) return undefined;
  const letter = type === FLOAT ? 'f' : type === INTEGER || type === ENUM ? (signed ? 'i' : 'u') : undefined;
  const kind = `${letter}${size}`;
  return Object.hasOwn(ITEM_BYTES, kind) ? (kind as NumberKind) : undefined;
}

/** Numbers of a data set, in the order of the file; the library has put their bytes into the machine's order. */
function readNumbers(file: Hdf5File, path: string, metadata: Metadata, kind: NumberKind) {
  const { where, fileBytes } = file;
  const at = `${where}, array '${path.slice(1)}'`;
  const size = elementsOf(metadata.shape ?? []);
  checkExpansion(size * Math.max(8, metadata.size), fileBytes, at);
  return decodeNumbers(readBytes(file, path, size * metadata.size, at), kind, false, at);
}

/** Through the library's memory, its status checked: its own convenience gives rubbish where a read has failed. */
function readBytes({ library, heap, id }: Hdf5File, path: string, size: number, where: string): Uint8Array {
  if (size === 0) return new Uint8Array();
  heap.bytes = heapLimit(size);
  const pointer = library._malloc(size);
  if (pointer === 0) throw new InputError({ where, problem: 'the array does not fit into memory' });
  try {
    if (library.get_dataset_data(id, path, null, null, null, BigInt(pointer)) < 0)
      throw new InputError({
        where,
        problem: 'the values are damaged, or compressed in a way that is not supported',
        fix: 'copy it again, or save it with gzip or without compression',
      });
    return library.HEAPU8.slice(pointer, pointer + size);
  } finally {
    library._free(pointer);
  }
}

/** The contents of a cell array, or of one field of an array of structs. */
function referenced(file: Hdf5File, path: string, metadata: Metadata, depth: number): Variable[] {
  const { library, id, where, count, fileBytes } = file;
  const cells = elementsOf(metadata.shape ?? []);
  checkExpansion(cells * REFERENCE_BYTES, fileBytes, where);
  count.add(cells, depth);
  if (metadata.size !== REFERENCE_BYTES)
    throw new InputError({ where, problem: `the references in '${path.slice(1)}' are of an unknown kind` });
  const references = readBytes(file, path, cells * REFERENCE_BYTES, where);
  return Array.from({ length: cells }, (_, i): Variable => {
    const reference = references.subarray(i * REFERENCE_BYTES, (i + 1) * REFERENCE_BYTES);
    const target = library.get_referenced_name(id, reference, true);
    return readVariable(file, target, depth + 1) ?? { kind: 'other', className: 'nothing' };
  });
}

/** A group with `data`, `ir` (rows) and `jc` (where columns start); the attribute is the number of rows. */
function sparseVariable(file: Hdf5File, path: string, depth: number): NumberVariable {
  const { where, fileBytes } = file;
  const rows = attributeNumber(file, path, 'MATLAB_sparse');
  const parts = hdf5Group(file, path, depth);
  const starts = parts.get('jc');
  const columns = starts?.kind === 'numbers' ? elementsOf(starts.shape) - 1 : 0;
  const read = async (name: string) => {
    const part = parts.get(name);
    return part?.kind === 'numbers' ? part.read() : new Float64Array();
  };
  return {
    kind: 'numbers',
    className: 'sparse',
    shape: [rows, columns],
    read: async () => {
      const [entryRows, columnStarts, values] = [await read('ir'), await read('jc'), await read('data')];
      return denseMatrix({ rows, columns, entryRows, starts: columnStarts, values }, fileBytes, where);
    },
  };
}

function hasAttribute({ library, id }: Hdf5File, path: string, name: string): boolean {
  return library.get_attribute_names(id, path).includes(name);
}

function matlabClass(file: Hdf5File, path: string): string | undefined {
  if (!hasAttribute(file, path, 'MATLAB_class')) return undefined;
  const { type, vlen, size, total_size } = file.library.get_attribute_metadata(file.id, path, 'MATLAB_class');
  if (type !== STRING || vlen || total_size !== 1 || size > LONGEST_CLASS_NAME) return undefined;
  return new TextDecoder('latin1').decode(attributeBytes(file, path, 'MATLAB_class', size)).replace(/\0.*$/s, '');
}

function attributeNumber(file: Hdf5File, path: string, name: string): number {
  const { type, size, total_size, signed } = file.library.get_attribute_metadata(file.id, path, name);
  const kind = numberKind({ type, size, signed, vlen: false } as Metadata);
  if (type !== INTEGER || total_size !== 1 || kind === undefined)
    throw new InputError({ where: file.where, problem: `the attribute ${name} is damaged` });
  return decodeNumbers(attributeBytes(file, path, name, size), kind, false, file.where)[0];
}

function attributeBytes({ library, id, where }: Hdf5File, path: string, name: string, size: number): Uint8Array {
  const pointer = library._malloc(size);
  try {
    if (library.get_attribute_data(id, path, name, BigInt(pointer)) < 0)
      throw new InputError({ where, problem: `the attribute ${name} is damaged` });
    return library.HEAPU8.slice(pointer, pointer + size);
  } finally {
    library._free(pointer);
  }
}
