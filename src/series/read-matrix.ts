/** @file A scan's file, by its extension, as one matrix. */
import { InputError } from '../errors/input-error.ts';
import type { Matrix } from './matrix.ts';
import { type ReadArrayOptions, readArray } from './read-array.ts';

export { MATRIX_EXTENSIONS } from './read-array.ts';

/**
 * Reads a matrix from a file's bytes. Leading axes of length 1 (a batch, a run) are dropped; integers become float64.
 *
 * @param name the file's name or path: its extension says the format; also names the file in errors
 * @throws InputError when the format is not known, the file is damaged, or it holds no single matrix
 */
export async function readMatrix(bytes: Uint8Array, name: string, options: ReadArrayOptions = {}): Promise<Matrix> {
  const { shape, ...array } = await readArray(bytes, name, options);
  let first = 0;
  while (shape.length - first > 2 && shape[first] === 1) first++;
  const [rows, columns, ...more] = shape.slice(first);
  if (rows === undefined || columns === undefined || more.length > 0)
    throw new InputError({
      where: name,
      problem: 'not a matrix',
      expected: 'two axes, time and ROI',
      found: `shape (${shape.join(', ')})`,
    });
  return { rows, columns, ...array };
}
