/** @file HDF5 files, MATLAB's version 7.3 among them, through the HDF5 library compiled to WebAssembly. */
import { InputError, isInputError } from '../errors/input-error.ts';
import type { FileArray } from './file-array.ts';
import { type Hdf5Library, hdf5Library, heapLimit, releaseHdf5Library, withHeapLimit } from './hdf5-library.ts';
import { isHdf5 } from './hdf5-signature.ts';
import { type Hdf5File, hdf5Group } from './hdf5-variable.ts';
import { readNamedArray } from './named-array.ts';
import { countVariables } from './variable.ts';

/** A name in the library's memory for each file that is open at once. */
let opened = 0;

/**
 * Reads one array of an HDF5 file. In files of MATLAB the axes are turned round to MATLAB's order.
 *
 * @param array path of the data set, as `group/name`; undefined: the only matrix
 * @throws InputError when the file is damaged, no HDF5, or holds no such array
 */
export async function readHdf5(bytes: Uint8Array, where: string, array: string | undefined): Promise<FileArray> {
  if (!isHdf5(bytes)) throw new InputError({ where, problem: 'not an HDF5 file', fix: 'copy or save it again' });
  const library = await hdf5Library();
  const name = `/${++opened}.h5`;
  let broken = false;
  try {
    library.FS.writeFile(name, bytes);
    return await readOpened(library, name, bytes, where, array);
  } catch (error) {
    if (isInputError(error)) throw error;
    // A trap of WebAssembly: its memory may be in any state.
    broken = !(error instanceof Error) || error.name === 'RuntimeError';
    throw new InputError(
      { where, problem: 'the HDF5 file is damaged', fix: 'copy or save it again' },
      { cause: error },
    );
  } finally {
    if (!broken) library.FS.unlink(name);
    releaseHdf5Library(library, broken);
  }
}

async function readOpened(
  library: Hdf5Library,
  name: string,
  bytes: Uint8Array,
  where: string,
  array: string | undefined,
): Promise<FileArray> {
  // Its own choice of versions, no order of creation.
  const heap = { bytes: heapLimit() };
  const limited = withHeapLimit(library, heap);
  const id = limited.open(name, library.H5F_ACC_RDONLY, false, -1, -1);
  if (id < 0n)
    throw new InputError({ where, problem: 'the HDF5 file is damaged or cut off', fix: 'copy or save it again' });
  try {
    const matlab = new TextDecoder('latin1').decode(bytes.subarray(0, 10)) === 'MATLAB 7.3';
    const file: Hdf5File = {
      library: limited,
      heap,
      id,
      where,
      fileBytes: bytes.length,
      matlab,
      count: countVariables(where),
    };
    const variables = hdf5Group(file, '/', 0);
    return await readNamedArray({ variables, separator: matlab ? '.' : '/', where }, array);
  } finally {
    limited.close_file(id);
  }
}
