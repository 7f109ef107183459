/** @file MATLAB files of every version, told apart by their content. */
import { InputError } from '../errors/input-error.ts';
import type { FileArray } from './file-array.ts';
import { isHdf5 } from './hdf5-signature.ts';
import { isMatV4, parseMatV4 } from './mat-v4.ts';
import { isMatV5, parseMatV5 } from './mat-v5.ts';
import { readNamedArray } from './named-array.ts';

/**
 * Reads one array of a MATLAB file: versions 4, 5 to 7, and 7.3, which is HDF5.
 *
 * @param array the variable, as `ROISignals`, `results.fc` or `data{2}`; undefined: the only matrix
 * @throws InputError when the file is damaged, no MATLAB file, or holds no such array
 */
export async function readMat(bytes: Uint8Array, where: string, array: string | undefined): Promise<FileArray> {
  if (isHdf5(bytes)) {
    const { readHdf5 } = await import('./hdf5.ts');
    return readHdf5(bytes, where, array);
  }
  if (isMatV5(bytes))
    return readNamedArray({ variables: await parseMatV5(bytes, where), separator: '.', where }, array);
  if (isMatV4(bytes)) return readNamedArray({ variables: parseMatV4(bytes, where), separator: '.', where }, array);
  throw new InputError({
    where,
    problem: 'not a MATLAB file, or damaged at its start',
    fix: "save it again, as with save(file, 'x', '-v7')",
  });
}
