import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { readHdf5 } from '../../src/files/hdf5.ts';
import { hdf5Library, releaseHdf5Library } from '../../src/files/hdf5-library.ts';
import { damaged, readsOrSaysWhy } from './damage.ts';

// Written by h5py: fixtures/make-matlab-hdf5.py.
const fixture = (name: string) => Uint8Array.from(readFileSync(join(import.meta.dirname, 'fixtures', name)));
const ramp = (length: number) => Array.from({ length }, (_, i) => i);

async function read(file: string, array?: string) {
  const { values, ...rest } = await readHdf5(fixture(file), file, array);
  return { ...rest, values: [...values] };
}

test('the only matrix is found in its group: big-endian, gzip, shuffle and checksum', async () => {
  const series = { shape: [6, 4], values: ramp(24) };
  expect(await read('groups.h5')).toEqual(series);
  expect(await read('groups.h5', 'subject/timeseries')).toEqual(series);
  expect(await read('groups.h5', '/subject/timeseries')).toEqual(series);
  expect(await read('groups.h5', 'subject/labels')).toEqual({ shape: [4], values: ramp(4) });
});

test.each(['float64', 'float32', 'float16', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'])(
  'numbers of %s',
  async (type) => {
    expect(await read('types.h5', type)).toEqual({ shape: [3, 4], values: ramp(12) });
  },
);

test('three axes stay as they are; truth values are 0 and 1; text is no array', async () => {
  expect(await read('types.h5', 'cube')).toEqual({ shape: [2, 3, 4], values: ramp(24) });
  expect(await read('types.h5', 'bool')).toEqual({ shape: [3, 4], values: [0, ...Array(11).fill(1)] });
  await expect(read('types.h5', 'text')).rejects.toThrow("types.h5, array 'text': no array of numbers, found text.");
  await expect(read('types.h5')).rejects.toThrow('types.h5: the file holds several arrays, expected one matrix');
  await expect(read('types.h5', 'nope')).rejects.toThrow("types.h5: no array 'nope', found bool (3 x 4 i1), ");
});

test('the newest form of the format', async () => {
  expect(await read('latest.h5')).toEqual({ shape: [20, 5], values: ramp(100) });
});

describe('hostile files', () => {
  test.each(['bomb.h5', 'bomb-gzip.h5'])('%s is refused before it is read', async (file) => {
    await expect(read(file)).rejects.toThrow('the array is larger than its file can honestly hold');
  });

  test.each(['groups.h5', 'latest.h5', 'v73.mat'])('%s damaged gives numbers or one clear error', async (file) => {
    const array = file === 'v73.mat' ? 'data' : undefined;
    const shout = vi.spyOn(process.stderr, 'write');
    const error = vi.spyOn(console, 'error');
    await fc.assert(
      fc.asyncProperty(damaged(fixture(file)), (bytes) => readsOrSaysWhy(() => readHdf5(bytes, 'x.h5', array))),
      { numRuns: 300 },
    );
    expect(shout).not.toHaveBeenCalled();
    expect(error).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  test('a chunk that claims to be 2 GB does not get them', async () => {
    const bytes = fixture('bomb.h5');
    // One axis instead of two, and a tree of chunks where there is none: found by scripts/fuzz-formats.ts.
    const changes = [
      [229, 127],
      [290, 16],
      [311, 255],
      [341, 128],
      [550, 127],
      [825, 1],
      [1123, 116],
      [1144, 64],
    ];
    for (const [at, value] of changes) bytes[at] = value;
    await expect(readHdf5(bytes, 'x.h5', undefined)).rejects.toThrow("x.h5, array 'nothing': the values are damaged");
    expect((await hdf5Library()).HEAPU8.length).toBeLessThan(2 ** 27);
  });

  test('values that are damaged within a compressed chunk are not given out', async () => {
    const bytes = fixture('groups.h5');
    const chunk = bytes.findIndex((byte, at) => byte === 0x78 && bytes[at + 1] === 0x5e);
    expect(chunk).toBeGreaterThan(0);
    bytes[chunk + 8] ^= 0xff;
    await expect(readHdf5(bytes, 'x.h5', undefined)).rejects.toThrow(
      "x.h5, array 'subject/timeseries': the values are damaged, or compressed in a way that is not supported;",
    );
  });

  test('a broken library is replaced by a fresh one', async () => {
    const library = await hdf5Library();
    releaseHdf5Library(library, true);
    expect(await hdf5Library()).not.toBe(library);
    expect(await read('latest.h5')).toMatchObject({ shape: [20, 5] });
  });

  test('what is no HDF5 is said to be none', async () => {
    await expect(readHdf5(new Uint8Array(100), 'x.h5', undefined)).rejects.toThrow('x.h5: not an HDF5 file');
  });
});
