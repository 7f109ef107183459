import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMat } from '../../src/files/mat.ts';
import { damaged, readsOrSaysWhy } from './damage.ts';

// Written by scipy.io.savemat, big-endian ones by hand: fixtures/make-matlab-hdf5.py.
const fixture = (name: string) => Uint8Array.from(readFileSync(join(import.meta.dirname, 'fixtures', name)));
const ramp = (length: number) => Array.from({ length }, (_, i) => i);
const CLASSES = ['float64', 'float32', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'];

async function read(file: string, array?: string) {
  const { values, ...rest } = await readMat(fixture(file), file, array);
  return { ...rest, values: [...values] };
}

describe.each(['v6.mat', 'v7.mat'])('%s, as scipy writes it', (file) => {
  test.each(CLASSES)('numbers of %s, in C order', async (type) => {
    expect(await read(file, `n_${type}`)).toEqual({ shape: [3, 4], values: ramp(12) });
  });

  test('single stays float32, all else is float64', async () => {
    expect((await readMat(fixture(file), file, 'n_float32')).values).toBeInstanceOf(Float32Array);
    expect((await readMat(fixture(file), file, 'n_int8')).values).toBeInstanceOf(Float64Array);
  });

  test('three axes, truth values, sparse and empty matrices', async () => {
    expect(await read(file, 'cube')).toEqual({ shape: [2, 3, 4], values: ramp(24) });
    expect(await read(file, 'logical')).toEqual({ shape: [2, 3], values: [0, 0, 0, 1, 1, 1] });
    expect(await read(file, 'sparse')).toEqual({ shape: [2, 3], values: [0, 2.5, 0, 1, 0, -3] });
    expect(await read(file, 'empty')).toEqual({ shape: [0, 3], values: [] });
  });

  test('fields of structs, elements of arrays of structs, cells', async () => {
    expect(await read(file, 'results.fc')).toEqual({ shape: [3, 3], values: ramp(9) });
    expect(await read(file, 'results.inner.deep')).toEqual({ shape: [2, 5], values: ramp(10) });
    expect(await read(file, 'several{2}.value')).toEqual({ shape: [1, 1], values: [2] });
    expect(await read(file, 'stack{2}')).toEqual({ shape: [2, 3], values: [6, 7, 8, 9, 10, 11] });
    expect(await read(file, 'stack')).toEqual({ shape: [2, 2, 3], values: ramp(12) });
  });

  test.each([
    ['complex', `${file}, variable 'complex': MATLAB file: it holds complex numbers; save its real part.`],
    ['text', `${file}, array 'text': no array of numbers, found text.`],
    ['stack{3}', /^v\d\.mat: no array 'stack\{3\}', found n_float64 \(3 x 4 double\), /],
    [
      'results',
      `${file}, array 'results': a group of variables, no array, found results.fc (3 x 3 double), ` +
        'results.label (text), results.inner (struct); name one of them.',
    ],
  ])('%s is no array', async (array, message) => {
    await expect(read(file, array)).rejects.toThrow(message);
  });

  test('several arrays are listed', async () => {
    await expect(read(file)).rejects.toThrow(
      /several arrays, expected one matrix of numbers, found n_float64 \(3 x 4 double\), .* and 2 more; name the one/,
    );
  });
});

test.each(['conn-v6.mat', 'conn-v7.mat'])('%s: cells of ROI series are columns with names', async (file) => {
  const whole = {
    shape: [5, 3],
    values: [0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24],
    header: ['Grey Matter', 'atlas.FP r', 'atlas.FP l'],
    leftOut: ['White Matter'],
  };
  expect(await read(file)).toEqual(whole);
  expect(await read(file, 'data')).toEqual(whole);
  expect(await read(file, 'data{2}')).toMatchObject({ shape: [5, 2] });
  await expect(read(file, 'xyz')).rejects.toThrow('the cells do not make one array');
});

test("CONN's connectivity: the seeds among the targets, with their names", async () => {
  expect(await read('conn-z.mat', 'Z')).toEqual({
    shape: [3, 3],
    values: [0, 1, 2, 5, 6, 7, 10, 11, 12],
    header: ['atlas.FP r', 'atlas.FP l', 'atlas.SFG r'],
    leftOut: ['Grey Matter', 'CSF'],
  });
});

test('big-endian files of versions 4 and 5', async () => {
  expect(await read('big-endian.mat')).toEqual({ shape: [3, 4], values: ramp(12) });
  expect(await read('v4-big-endian.mat')).toEqual({ shape: [2, 3], values: ramp(6) });
});

test('version 4: every precision, sparse; text and complex are refused', async () => {
  for (const type of ['float64', 'float32', 'int32', 'int16', 'uint16', 'uint8'])
    expect(await read('v4.mat', `n_${type}`)).toEqual({ shape: [3, 4], values: ramp(12) });
  expect(await read('v4.mat', 'sparse')).toEqual({ shape: [2, 3], values: [0, 2.5, 0, 1, 0, -3] });
  await expect(read('v4.mat', 'text')).rejects.toThrow("v4.mat, array 'text': no array of numbers, found text.");
  await expect(read('v4.mat', 'complex')).rejects.toThrow('it holds complex numbers; save its real part.');
});

test('version 7.3: axes turned round, cells by reference, names from characters, structs, sparse, empty', async () => {
  expect(await read('v73.mat', 'ROISignals')).toEqual({ shape: [6, 4], values: ramp(24) });
  expect(await read('v73.mat', 'data')).toEqual({
    shape: [5, 3],
    values: [0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24],
    header: ['roi 0', 'roi 1', 'roi 2'],
  });
  expect(await read('v73.mat', 'results.fc')).toEqual({ shape: [3, 3], values: ramp(9) });
  expect(await read('v73.mat', 'thin')).toEqual({ shape: [2, 3], values: [0, 2.5, 0, 1, 0, -3] });
  expect(await read('v73.mat', 'empty')).toEqual({ shape: [0, 0], values: [] });
});

/** A version 5 file of one variable: an element of that type and size, then data. */
function mat5(type: number, data: Uint8Array, declared = data.length): Uint8Array {
  const bytes = new Uint8Array(136 + data.length);
  bytes.set([0, 1, 0x49, 0x4d], 124);
  new DataView(bytes.buffer).setUint32(128, type, true);
  new DataView(bytes.buffer).setUint32(132, declared, true);
  bytes.set(data, 136);
  return bytes;
}

/** The inside of a matrix of doubles with that shape, named x. */
function matrix(shape: readonly number[], stored: Uint8Array): Uint8Array {
  const words = [6, 8, 6, 0, 5, 4 * shape.length, ...shape, ...(shape.length % 2 === 1 ? [0] : []), 0x10001, 0x78];
  return Uint8Array.from(
    Buffer.concat([new Uint8Array(Uint32Array.from([...words, 9, stored.length]).buffer), stored]),
  );
}

describe('hostile files', () => {
  test('a compressed bomb is refused before it is inflated', async () => {
    const size = 2 ** 26;
    const inside = matrix([8192, 1024], new Uint8Array(size));
    const element = Buffer.concat([new Uint8Array(Uint32Array.of(14, inside.length).buffer), inside]);
    await expect(readMat(mat5(15, deflateSync(element, { level: 9 })), 'x.mat', undefined)).rejects.toThrow(
      /^x\.mat, variable 'x': the array is larger than its file can honestly hold, expected at most 33554432 bytes from a file of \d+, found 67108912;/,
    );
  });

  test('one that lies about its size, and a shape beyond the data, are refused', async () => {
    const element = Buffer.concat([
      new Uint8Array(Uint32Array.of(14, 200).buffer),
      matrix([2, 8], new Uint8Array(128)),
    ]);
    const longer = Buffer.concat([element, new Uint8Array(2 ** 20)]);
    await expect(readMat(mat5(15, deflateSync(longer)), 'x.mat', undefined)).rejects.toThrow(
      'does not inflate to the size that it declares',
    );
    await expect(readMat(mat5(14, matrix([2, 9], new Uint8Array(128))), 'x.mat', undefined)).rejects.toThrow(
      '18 numbers are declared and 16 stored',
    );
    await expect(readMat(mat5(14, matrix([2 ** 30, 2 ** 30], new Uint8Array(8))), 'x.mat', 'x')).rejects.toThrow(
      'larger than its file can honestly hold',
    );
    await expect(readMat(mat5(14, new Uint8Array(8), 2 ** 31), 'x.mat', undefined)).rejects.toThrow('cut off');
  });

  test('what is no MATLAB file is said to be none', async () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(500), new TextEncoder().encode('a,b\n1,2\n'.repeat(40))])
      await expect(readMat(bytes, 'x.mat', undefined)).rejects.toThrow('x.mat: not a MATLAB file, or damaged');
  });

  test.each([
    ['v4.mat', 'n_float64'],
    ['v6.mat', 'results.fc'],
    ['v7.mat', 'cube'],
    ['conn-v7.mat', undefined],
    ['big-endian.mat', undefined],
  ])('%s damaged gives numbers or one clear error', async (file, array) => {
    await fc.assert(
      fc.asyncProperty(damaged(fixture(file)), (bytes) => readsOrSaysWhy(() => readMat(bytes, 'x.mat', array))),
      { numRuns: 300 },
    );
  });
});
