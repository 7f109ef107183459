/** @file An array of float32 on disk, of which parts are read when they are asked for. Node only. */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { InputError } from '../errors/input-error.ts';
import { parseNpyHeader } from '../files/npy-header.ts';

export interface ArrayFile {
  /** `count` numbers from the one at `first`, in C order. */
  readonly read: (first: number, count: number) => Float32Array;
  readonly close: () => void;
}

/**
 * Opens an `.npy` file, which must be float32 of that shape, C order.
 *
 * @param holds what the numbers are, for messages
 * @throws InputError when it is missing, another array or not whole; also later, when it is cut while it is open
 */
export function openArrayFile(path: string, shape: readonly number[], holds: string): ArrayFile {
  if (!existsSync(path))
    throw new InputError({ where: path, problem: `the ${holds} are missing`, fix: 'ingest the scans again' });
  const file = openSync(path, 'r');
  try {
    const start = checkArray(file, path, shape);
    return {
      read: (first, count) => {
        const values = new Float32Array(count);
        readWhole(file, new Uint8Array(values.buffer), start + first * 4, path);
        return values;
      },
      close: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Where the numbers start. @throws InputError when the file is another array or not whole */
function checkArray(file: number, path: string, expected: readonly number[]): number {
  const size = fstatSync(file).size;
  const head = new Uint8Array(Math.min(size, 4096));
  readWhole(file, head, 0, path);
  const { descr, fortranOrder, shape, dataOffset } = parseNpyHeader(head, path);
  if (descr !== '<f4' || fortranOrder || shape.join() !== expected.join())
    throw new InputError({
      where: path,
      problem: 'the array does not fit dataset.json',
      expected: `<f4 [${expected.join(', ')}] in C order`,
      found: `${descr} [${shape.join(', ')}]${fortranOrder ? ' in Fortran order' : ''}`,
      fix: 'ingest the scans again',
    });
  const bytes = dataOffset + expected.reduce((product, length) => product * length, 4);
  if (size !== bytes)
    throw new InputError({
      where: path,
      problem: size < bytes ? 'the file is cut off' : 'the file is too long',
      expected: `${bytes} bytes`,
      found: `${size}`,
      fix: 'ingest the scans again',
    });
  return dataOffset;
}

function readWhole(file: number, bytes: Uint8Array, position: number, path: string): void {
  for (let done = 0; done < bytes.byteLength; ) {
    const read = readSync(file, bytes, done, bytes.byteLength - done, position + done);
    if (read === 0)
      throw new InputError({ where: path, problem: 'the file is cut off', fix: 'ingest the scans again' });
    done += read;
  }
}
