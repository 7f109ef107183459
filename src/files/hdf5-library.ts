/** @file The HDF5 library (h5wasm): loaded when first needed, silent, and replaced when a damaged file has broken it. */
import type * as h5wasm from 'h5wasm';

export type Hdf5Library = Awaited<typeof h5wasm.ready>;

/** Its memory once grown is never given back: beyond this, a library is replaced. */
const LARGEST_HEAP = 2 ** 29;
/** What the library may hold beside the values that are read: itself 19 MB, its caches, groups and trees. */
const OWN_HEAP = 2 ** 26;
/** Values, the chunk they come from, and its buffers while it is inflated and put in order. */
const COPIES = 4;
const WASM_PAGE = 2 ** 16;

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

/** How much memory the library may take, in bytes; set before values are read. */
export interface HeapLimit {
  bytes: number;
}

/** The limit for reading values of that size. */
export function heapLimit(valueBytes = 0): number {
  return OWN_HEAP + COPIES * valueBytes;
}

/**
 * The library with a limit on its memory: it believes the size of a chunk, and inflates without end. A call that would
 * take more fails like one on a full machine. (It offers no setting for this; its calls are synchronous, so that nobody
 * else meets the changed `grow`.)
 */
export function withHeapLimit(library: Hdf5Library, limit: HeapLimit): Hdf5Library {
  return new Proxy(library, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function'
        ? (...parameters: unknown[]) => limited(limit, () => Reflect.apply(value, target, parameters))
        : value;
    },
  });
}

type GrowingMemory = WebAssembly.Memory & { grow: (this: GrowingMemory, pages: number) => number };

function limited<T>(limit: HeapLimit, call: () => T): T {
  const memory = WebAssembly.Memory.prototype as GrowingMemory;
  const { grow } = memory;
  memory.grow = function (this: GrowingMemory, pages) {
    if (this.buffer.byteLength + pages * WASM_PAGE > limit.bytes) throw new RangeError('beyond the limit of HDF5');
    return grow.call(this, pages);
  };
  try {
    return call();
  } finally {
    memory.grow = grow;
  }
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
