/** @file The HDF5 library (h5wasm): loaded when first needed, silent, and replaced when a damaged file has broken it. */
import type * as h5wasm from 'h5wasm';

export type Hdf5Library = Awaited<typeof h5wasm.ready>;

/** The C library's memory is beyond use after a trap; memory once grown is never given back. */
const LARGEST_HEAP = 2 ** 29;

let current: Promise<Hdf5Library> | undefined;
let loaded = 0;

/** The library. Its files live in memory: nothing in an HDF5 file can make it open another one on disk. */
export function hdf5Library(): Promise<Hdf5Library> {
  current ??= load();
  return current;
}

/** Makes the next {@link hdf5Library} a fresh one, when this one is broken or has grown too large. */
export function releaseHdf5Library(library: Hdf5Library, broken: boolean): void {
  if (broken || library.HEAPU8.length > LARGEST_HEAP) current = undefined;
}

async function load(): Promise<Hdf5Library> {
  // A module is evaluated once for each address: a question mark makes another one, with a memory of its own.
  const { ready }: typeof h5wasm =
    loaded++ === 0 ? await import('h5wasm') : await import(`${import.meta.resolve('h5wasm')}?${loaded}`);
  const library = await ready;
  silence(library);
  return library;
}

/** The C library tells every failure on standard error (descriptor 2), where only commands may write. */
function silence({ FS }: Hdf5Library): void {
  // Open files by descriptor: there, but not in the library's types.
  const { streams } = FS as unknown as { readonly streams: readonly Parameters<typeof FS.close>[0][] };
  FS.close(streams[2]);
  FS.open('/dev/null', 'w');
}
