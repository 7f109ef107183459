/** @file An array of numbers from a file of any format, by its extension. */
import { InputError } from '../errors/input-error.ts';
import type { FileArray } from '../files/file-array.ts';
import { readMat } from '../files/mat.ts';
import { type NpyArray, parseNpy } from '../files/npy.ts';
import { npzNames, parseNpz } from '../files/npz.ts';
import { asFloats } from '../files/plain-numbers.ts';
import type { Matrix } from './matrix.ts';
import { parseTextMatrix } from './text-matrix.ts';

/** Extensions of files that {@link readArray} reads; compared in lower case. */
export const MATRIX_EXTENSIONS = [
  '.npy',
  '.npz',
  '.1d',
  '.csv',
  '.tsv',
  '.txt',
  '.mat',
  '.h5',
  '.hdf5',
  '.parquet',
] as const;
type MatrixExtension = (typeof MATRIX_EXTENSIONS)[number];

export interface ReadArrayOptions {
  /**
   * Which array of a file with several: the name in an `.npz`, the variable in a `.mat` (`fc`, `results.fc`,
   * `data{2}`), the path in HDF5 (`group/fc`), the column of a Parquet table.
   */
  readonly array?: string;
}

/** The readable extension of a file name, in lower case; undefined when there is none. */
export function matrixExtension(name: string): MatrixExtension | undefined {
  const lower = name.toLowerCase();
  return MATRIX_EXTENSIONS.find((extension) => lower.endsWith(extension));
}

/**
 * Reads an array of any number of axes from a file's bytes.
 *
 * @param name the file's name or path: its extension says the format; also names the file in errors
 * @returns C order; NaN where the file has a missing value
 * @throws InputError when the format is not known, the file is damaged, would grow beyond reason, or does not hold one
 *   such array; the message lists those there are
 */
export async function readArray(bytes: Uint8Array, name: string, options: ReadArrayOptions = {}): Promise<FileArray> {
  const extension = matrixExtension(name);
  switch (extension) {
    case '.npy':
      return fromNpy(parseNpy(bytes, name));
    case '.npz':
      return readNpz(bytes, name, options.array);
    case '.1d':
    case '.csv':
    case '.tsv':
    case '.txt':
      return fromText(parseTextMatrix(bytes, name));
    case '.mat':
      return readMat(bytes, name, options.array);
    case '.h5':
    case '.hdf5': {
      const { readHdf5 } = await import('../files/hdf5.ts');
      return readHdf5(bytes, name, options.array);
    }
    case '.parquet': {
      const { readParquet } = await import('../files/parquet.ts');
      return readParquet(bytes, name, options.array);
    }
    case undefined:
      throw new InputError({
        where: name,
        problem: 'this format cannot be read',
        expected: `one of ${MATRIX_EXTENSIONS.join(' ')}`,
        fix: 'convert the series to one of these first',
      });
  }
}

function fromNpy({ shape, data }: NpyArray): FileArray {
  return { shape, values: asFloats(data) };
}

function fromText({ rows, columns, values, header }: Matrix): FileArray {
  return { shape: [rows, columns], values, ...(header === undefined ? {} : { header }) };
}

function readNpz(bytes: Uint8Array, name: string, array: string | undefined): FileArray {
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
  return fromNpy(found);
}
