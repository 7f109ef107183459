/** @file A scan's file, by its extension, as one matrix. */
import { InputError } from '../errors/input-error.ts';
import { type NpyArray, parseNpy } from '../files/npy.ts';
import { npzNames, parseNpz } from '../files/npz.ts';
import type { Matrix } from './matrix.ts';
import { parseTextMatrix } from './text-matrix.ts';

/** Extensions of files that {@link readMatrix} reads; compared in lower case. */
export const MATRIX_EXTENSIONS = ['.npy', '.npz', '.1d', '.csv', '.tsv', '.txt'] as const;
type MatrixExtension = (typeof MATRIX_EXTENSIONS)[number];

export interface ReadMatrixOptions {
  /** Which array of an `.npz`; needed when it holds several. */
  readonly array?: string;
}

/** The readable extension of a file name, in lower case; undefined when there is none. */
export function matrixExtension(name: string): MatrixExtension | undefined {
  return MATRIX_EXTENSIONS.find((extension) => name.toLowerCase().endsWith(extension));
}

/**
 * Reads a matrix from a file's bytes.
 *
 * @param name the file's name or path: its extension says the format; also names the file in errors
 * @throws InputError when the format is not known, the file is damaged, or it holds no single matrix
 */
export async function readMatrix(bytes: Uint8Array, name: string, options: ReadMatrixOptions = {}): Promise<Matrix> {
  const extension = matrixExtension(name);
  switch (extension) {
    case '.npy':
      return asMatrix(parseNpy(bytes, name), name);
    case '.npz':
      return readNpz(bytes, name, options.array);
    case '.1d':
    case '.csv':
    case '.tsv':
    case '.txt':
      return parseTextMatrix(bytes, name);
    case undefined:
      throw new InputError({
        where: name,
        problem: 'this format cannot be read',
        expected: `one of ${MATRIX_EXTENSIONS.join(' ')}`,
        fix: 'convert the series to one of these first',
      });
  }
}

function readNpz(bytes: Uint8Array, name: string, array: string | undefined): Matrix {
  const names = npzNames(bytes, name);
  const chosen = array ?? names[0];
  if (chosen === undefined) throw new InputError({ where: name, problem: 'the archive holds no array' });
  if (array === undefined && names.length > 1)
    throw new InputError({
      where: name,
      problem: 'the archive holds several arrays',
      expected: 'one',
      found: names.join(', '),
      fix: 'name the one that holds the series',
    });
  const found = parseNpz(bytes, name, [chosen]).get(chosen);
  if (found === undefined) throw new Error(`array ${chosen} was asked for and not returned`);
  return asMatrix(found, name);
}

/** Leading axes of length 1 (a batch, a run) are dropped; integers become float64. */
function asMatrix({ shape, data }: NpyArray, where: string): Matrix {
  let first = 0;
  while (shape.length - first > 2 && shape[first] === 1) first++;
  const [rows, columns, ...more] = shape.slice(first);
  if (rows === undefined || columns === undefined || more.length > 0)
    throw new InputError({
      where,
      problem: 'not a matrix',
      expected: 'two axes, time and ROI',
      found: `shape (${shape.join(', ')})`,
    });
  const values = data instanceof Float32Array || data instanceof Float64Array ? data : Float64Array.from(data);
  return { rows, columns, values };
}
