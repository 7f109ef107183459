import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { isInputError } from '../../src/errors/input-error.ts';
import { readArray } from '../../src/series/read-array.ts';

const file = (name: string) => Uint8Array.from(readFileSync(join(import.meta.dirname, '../files/fixtures', name)));
const read = (name: string, array?: string) => readArray(file(name), name, array === undefined ? {} : { array });
/** The numbers of the fixtures: row by row 0, 1, 2, … */
const ramp = (...shape: number[]) => ({
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i % 100),
});
const plain = async (found: ReturnType<typeof read>) => {
  const { shape, values } = await found;
  return { shape: [...shape], values: Array.from(values) };
};

const TYPES = ['float64', 'float32', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'];

describe('MATLAB', () => {
  test.each(['v6.mat', 'v7.mat'])('%s: every class, axes, cells and structs', async (name) => {
    for (const type of TYPES) expect(await plain(read(name, `n_${type}`)), type).toEqual(ramp(3, 4));
    expect(await plain(read(name, 'cube'))).toEqual(ramp(2, 3, 4));
    expect(await plain(read(name, 'logical'))).toEqual({ shape: [2, 3], values: [0, 0, 0, 1, 1, 1] });
    expect(await plain(read(name, 'sparse'))).toEqual({ shape: [2, 3], values: [0, 2.5, 0, 1, 0, -3] });
    expect(await plain(read(name, 'results.fc'))).toEqual(ramp(3, 3));
    expect(await plain(read(name, 'results.inner.deep'))).toEqual(ramp(2, 5));
  });

  test('several matrices are a question, a wrong name is answered with those there are', async () => {
    await expect(read('v7.mat')).rejects.toThrow(/v7\.mat: .*n_float64/);
    await expect(read('v7.mat', 'n_flot64')).rejects.toThrow(/v7\.mat: .*n_flot64.*n_float64/);
    await expect(read('v7.mat', 'text')).rejects.toSatisfy(isInputError);
    await expect(read('v7.mat', 'complex')).rejects.toSatisfy(isInputError);
  });

  test('version 4, and the other byte order', async () => {
    for (const type of ['float64', 'float32', 'int32', 'int16', 'uint16', 'uint8'])
      expect(await plain(read('v4.mat', `n_${type}`)), type).toEqual(ramp(3, 4));
    expect(await plain(read('v4.mat', 'sparse'))).toEqual({ shape: [2, 3], values: [0, 2.5, 0, 1, 0, -3] });
    expect(await plain(read('v4-big-endian.mat'))).toEqual(ramp(2, 3));
    expect(await plain(read('big-endian.mat'))).toEqual(ramp(3, 4));
  });

  test('version 7.3: axes are turned back, sparse matrices and structs are read', async () => {
    expect(await plain(read('v73.mat', 'ROISignals'))).toEqual(ramp(6, 4));
    expect(await plain(read('v73.mat', 'results.fc'))).toEqual(ramp(3, 3));
    expect(await plain(read('v73.mat', 'thin'))).toEqual({ shape: [2, 3], values: [0, 2.5, 0, 1, 0, -3] });
  });

  test("CONN's cells of one series are the columns of one matrix, with the names of its regions", async () => {
    const { shape, values, header } = await read('conn-v7.mat');
    expect([shape.join(), header?.join()]).toEqual(['5,3', 'Grey Matter,atlas.FP r,atlas.FP l']);
    expect(Array.from(values).filter((_, i) => i % 3 === 2)).toEqual([20, 21, 22, 23, 24]);
  });
});

describe('HDF5', () => {
  test('every type, groups, filters, the newest layout', async () => {
    for (const type of [...TYPES, 'float16']) expect(await plain(read('types.h5', type)), type).toEqual(ramp(3, 4));
    expect(await plain(read('types.h5', 'cube'))).toEqual(ramp(2, 3, 4));
    expect(await plain(read('groups.h5'))).toEqual(ramp(6, 4));
    expect(await plain(read('latest.h5', 'x'))).toEqual(ramp(20, 5));
  });

  test.each(['bomb.h5', 'bomb-gzip.h5'])('%s grows beyond reason and is refused', async (name) => {
    await expect(read(name)).rejects.toSatisfy(isInputError);
  });
});

describe('Parquet', () => {
  const series = Array.from({ length: 30 }, (_, i) => Math.sin(i));
  const table = (codec: 'SNAPPY' | 'UNCOMPRESSED') =>
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'a', type: 'DOUBLE', data: series },
          { name: 'b', type: 'DOUBLE', data: series.map((value) => 2 * value) },
          { name: 'label', type: 'STRING', data: series.map((_, i) => `t${i}`) },
        ],
        codec,
      }),
    );

  test.each(['SNAPPY', 'UNCOMPRESSED'] as const)(
    '%s: columns of numbers are a matrix, text is left out',
    async (codec) => {
      const { shape, values, header } = await readArray(table(codec), 'x.parquet');
      expect([[...shape], header]).toEqual([
        [30, 2],
        ['a', 'b'],
      ]);
      expect(Array.from(values)).toEqual(series.flatMap((value) => [value, 2 * value]));
    },
  );

  test('bytes of anything else are refused', async () => {
    await expect(readArray(Uint8Array.of(1, 2, 3), 'x.parquet')).rejects.toSatisfy(isInputError);
  });
});

test('damaged files of every format read or say why not', async () => {
  const seeds = ['v4.mat', 'v7.mat', 'v73.mat', 'types.h5', 'groups.h5'].map((name) => ({ name, bytes: file(name) }));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      fc.option(fc.nat()),
      async ({ name, bytes }, flips, cut) => {
        const damaged = bytes.slice(0, cut === null ? undefined : cut % bytes.length);
        for (const [at, value] of flips) if (damaged.length > 0) damaged[at % damaged.length] = value;
        const outcome = await readArray(damaged, name).catch((error: unknown) => error);
        expect(outcome instanceof Error ? isInputError(outcome) : true).toBe(true);
      },
    ),
    { numRuns: 150 },
  );
});
