import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { readParquet } from '../../src/files/parquet.ts';
import { readRuns } from '../../src/files/parquet-runs.ts';
import { isSnappy } from '../../src/files/snappy-check.ts';
import { isThriftStruct } from '../../src/files/thrift-check.ts';
import { damaged, readsOrSaysWhy } from './damage.ts';

type Options = Partial<Parameters<typeof parquetWriteBuffer>[0]>;

const write = (columnData: ColumnSource[], options: Options = {}) =>
  new Uint8Array(parquetWriteBuffer({ columnData, ...options }));

const double = (name: string, data: number[]): ColumnSource => ({ name, type: 'DOUBLE', data });

async function read(bytes: Uint8Array, array?: string) {
  const { values, ...rest } = await readParquet(bytes, 'x.parquet', array);
  return { ...rest, values: [...values] };
}

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

test.each(['SNAPPY', 'UNCOMPRESSED'] as const)('%s: columns of doubles come back to the last bit', async (codec) => {
  const tables = fc.record({
    rows: fc.array(fc.tuple(finite, finite), { minLength: 1, maxLength: 60 }),
    rowGroupSize: fc.integer({ min: 1, max: 70 }),
  });
  await fc.assert(
    fc.asyncProperty(tables, async ({ rows, rowGroupSize }) => {
      const columns = [0, 1].map((column) =>
        double(
          `r${column}`,
          rows.map((row) => row[column]),
        ),
      );
      const found = await read(write(columns, { codec, rowGroupSize }));
      expect(found).toEqual({ shape: [rows.length, 2], header: ['r0', 'r1'], values: rows.flat() });
    }),
    { numRuns: 100 },
  );
});

test('gzip is read, and what is compressed in another way is named', async () => {
  const columns = [double('a', [1, 2, 3])];
  const compressors = { GZIP: gzipSync, BROTLI: gzipSync };
  expect(await read(write(columns, { codec: 'GZIP', compressors }))).toMatchObject({ values: [1, 2, 3] });
  await expect(read(write(columns, { codec: 'BROTLI', compressors }))).rejects.toThrow(
    "x.parquet, column 'a': compressed with BROTLI, which is not supported, expected one of SNAPPY, GZIP, ZSTD, LZ4_RAW;",
  );
});

test('every type of number, missing values, dictionaries; text and row numbers are left out', async () => {
  const rows = Array.from({ length: 50 }, (_, i) => i);
  const bytes = write([
    { name: '__index_level_0__', type: 'INT64', data: rows.map(BigInt) },
    { name: 'id', type: 'STRING', data: rows.map((i) => `sub-${i}`) },
    { name: 'float', type: 'FLOAT', data: rows.map((i) => i / 4) },
    { name: 'int', type: 'INT32', data: rows.map((i) => (i % 3) - 2) },
    { name: 'long', type: 'INT64', data: rows.map((i) => BigInt(i % 5)) },
    { name: 'gaps', type: 'DOUBLE', data: rows.map((i) => (i % 2 === 0 ? null : i)), nullable: true },
    { name: 'split', type: 'FLOAT', data: rows.map((i) => i / 8), encoding: 'BYTE_STREAM_SPLIT' },
  ]);
  const found = await read(bytes);
  expect(found).toEqual({
    shape: [50, 5],
    header: ['float', 'int', 'long', 'gaps', 'split'],
    leftOut: ['__index_level_0__', 'id'],
    values: rows.flatMap((i) => [i / 4, (i % 3) - 2, i % 5, i % 2 === 0 ? Number.NaN : i, i / 8]),
  });
  expect(await read(bytes, 'int')).toMatchObject({ shape: [50, 1], header: ['int'] });
  await expect(read(bytes, 'id')).rejects.toThrow(
    "x.parquet: no column 'id' of numbers, expected the name of a column of numbers, found 5 of numbers (float, int, " +
      'long, gaps, split), 2 of others (__index_level_0__, id).',
  );
});

describe('a column of lists', () => {
  const lists = (data: number[][]) =>
    write(
      [
        { name: 'sub', data: data.map((_, i) => `s${i}`) },
        { name: 'ts', data },
      ],
      {
        schema: [
          { name: 'root', num_children: 2 },
          { name: 'sub', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
          { name: 'ts', converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
          { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
          { name: 'element', type: 'FLOAT', repetition_type: 'OPTIONAL' },
        ],
      },
    );

  test('is an array when they are equally long', async () => {
    expect(
      await read(
        lists([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      ),
    ).toEqual({ shape: [2, 3], values: [1, 2, 3, 4, 5, 6] });
    expect(
      await read(
        lists([
          [1, 2, 3],
          [4, 5, 6],
        ]),
        'ts',
      ),
    ).toMatchObject({ shape: [2, 3] });
  });

  test('is refused when they are not, or one is empty', async () => {
    await expect(read(lists([[1, 2, 3], [4]]))).rejects.toThrow(
      'x.parquet: the lists differ in length, expected 3 values in each of 2 rows.',
    );
    await expect(read(lists([[], [4]]))).rejects.toThrow('a row holds no list');
  });
});

test('runs and packed bits, as the format has them', () => {
  // The example of the format's document: 0 to 7 in three bits each is 10001000 11000110 11111010.
  expect(readRuns(Uint8Array.of(3, 0x88, 0xc6, 0xfa), 3, 8)).toEqual(Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7));
  expect(readRuns(Uint8Array.of(10, 2), 2, 4)).toEqual(Uint32Array.of(2, 2, 2, 2));
  expect(readRuns(Uint8Array.of(4, 0xff, 0xff, 3, 1), 12, 3)).toBeUndefined();
  expect(readRuns(Uint8Array.of(0, 0, 0), 1, 2)).toBeUndefined();
  // A run of half a billion, of which three are wanted.
  expect(readRuns(Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 7, 1), 1, 3)).toEqual(Uint32Array.of(1, 1, 1));
});

test('a Snappy stream is whole, and has no literal that goes back', () => {
  // Three bytes as a literal; one byte and a copy of it four times; a literal of 2^32 - 1 bytes.
  expect(isSnappy(Uint8Array.of(3, 0x08, 1, 2, 3), 3)).toBe(true);
  expect(isSnappy(Uint8Array.of(5, 0x00, 9, 0x01, 1), 5)).toBe(true);
  expect(isSnappy(Uint8Array.of(5, 0x00, 9, 0x01, 1), 4)).toBe(false);
  expect(isSnappy(Uint8Array.of(3, 0x08, 1, 2), 3)).toBe(false);
  expect(isSnappy(Uint8Array.of(5, 0xfc, 0xfe, 0xff, 0xff, 0xff, 1, 2, 3), 5)).toBe(false);
});

test('a list that declares more than is there is no structure', () => {
  // Field 1, a list of 2^28 structs; field 1, a list of two bytes.
  expect(isThriftStruct(Uint8Array.of(0x19, 0xfc, 0x80, 0x80, 0x80, 0x80, 1, 0), 0)).toBe(false);
  expect(isThriftStruct(Uint8Array.of(0x19, 0x23, 1, 2, 0), 0)).toBe(true);
});

describe('hostile files', () => {
  const values = Array.from({ length: 60 }, (_, i) => Math.sin(i));
  const seeds = {
    snappy: write([double('a', values), { name: 'b', type: 'INT32', data: values.map((_, i) => i % 3) }]),
    plain: write([double('a', values), double('b', values)], { codec: 'UNCOMPRESSED', rowGroupSize: 20 }),
  };

  test.each(Object.entries(seeds))('%s damaged gives numbers or one clear error', async (_, seed) => {
    await fc.assert(
      fc.asyncProperty(damaged(seed), (bytes) => readsOrSaysWhy(() => readParquet(bytes, 'x.parquet', undefined))),
      { numRuns: 500 },
    );
  });

  test('a bomb of equal values is refused', async () => {
    const bomb = write([double('a', new Array(5_000_000).fill(1))]);
    expect(bomb.length).toBeLessThan(2 ** 22);
    await expect(read(bomb)).rejects.toThrow(
      "x.parquet, column 'a': the array is larger than its file can honestly hold",
    );
  });

  test('a page that inflates to more, or less, than it declares is refused; a bomb soon', async () => {
    const columns = [double('a', [1, 2, 3])];
    const withPage = (page: Uint8Array) => write(columns, { codec: 'GZIP', compressors: { GZIP: () => page } });
    const page = new Uint8Array(Float64Array.of(1, 2, 3).buffer);
    expect(await read(withPage(gzipSync(page)))).toMatchObject({ values: [1, 2, 3] });
    for (const other of [new Uint8Array(2 ** 27), Buffer.concat([page, page]), page.subarray(0, 16), new Uint8Array(0)])
      await expect(read(withPage(gzipSync(other)))).rejects.toThrow(
        "x.parquet, column 'a': Parquet: the file is damaged",
      );
  });

  test('what is no Parquet is said to be none', async () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(100), seeds.plain.slice(0, -1)])
      await expect(read(bytes)).rejects.toThrow('x.parquet: Parquet: not a Parquet file, or cut off');
  });
});
