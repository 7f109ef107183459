/** @file Parquet tables: columns of numbers are a matrix, a column of lists is an array. */
import { Gunzip } from 'fflate';
import type { FileMetaData } from 'hyparquet';
import { InputError, isInputError } from '../errors/input-error.ts';
import { checkExpansion, expansionLimit } from './expansion.ts';
import type { FileArray } from './file-array.ts';
import { inflateInSteps } from './inflate-in-steps.ts';
import { type ColumnValues, type ParquetColumn, type ParquetLibrary, readColumnChunk } from './parquet-column.ts';
import { readParquetSchema } from './parquet-schema.ts';
import { isSnappy } from './snappy-check.ts';
import { isThriftStruct } from './thrift-check.ts';

const MAGIC = [0x50, 0x41, 0x52, 0x31];
/** Thousands of columns take a megabyte; the library makes some twenty times of it in objects. */
const LARGEST_FOOTER = 2 ** 24;

/**
 * Reads the table's numbers.
 *
 * @param array one column: of lists, `[row, element]`, or of numbers, `[row, 1]`; undefined: all columns of numbers, or
 *   the only column of lists where there are none
 * @returns missing values as NaN; columns of text, dates and row numbers in `leftOut`
 * @throws InputError when the file is damaged or holds no numbers
 */
export async function readParquet(bytes: Uint8Array, where: string, array: string | undefined): Promise<FileArray> {
  checkFooter(bytes, where);
  const { metadata, library } = await openParquet(bytes, where);
  const { columns, leftOut } = readParquetSchema(metadata);
  const all = [...columns];
  const numbers = all.filter(([, { repetition }]) => repetition === 0);
  const lists = all.filter(([, { repetition }]) => repetition === 1);
  const named = all.filter(([path, { name }]) => name === array || path === array);
  const chosen = array !== undefined ? named : numbers.length > 0 ? numbers : lists;
  if (chosen.length === 0 || (chosen === lists && lists.length > 1) || (chosen === numbers && lists.length > 0))
    throw new InputError({
      where,
      problem: array === undefined ? 'it is not clear which columns are wanted' : `no column '${array}' of numbers`,
      expected: array === undefined ? 'columns of numbers, or one column of lists' : 'the name of a column of numbers',
      found: describeColumns(numbers, lists, leftOut),
      ...(chosen.length === 0 ? {} : { fix: 'name the column that is wanted with --array' }),
    });
  const values = readColumns({ bytes, metadata, library, where }, chosen);
  const rows = Number(metadata.num_rows);
  if (chosen.every(([, { repetition }]) => repetition === 0)) {
    const matrix = besideOneAnother(values, rows);
    const header = chosen.map(([, { name }]) => name);
    return { shape: [rows, chosen.length], values: matrix, header, ...(leftOut.length > 0 ? { leftOut } : {}) };
  }
  const [list] = values;
  return { shape: [rows, listLength(list, rows, where)], values: list.values };
}

function describeColumns(
  numbers: readonly [string, ParquetColumn][],
  lists: readonly [string, ParquetColumn][],
  others: readonly string[],
): string {
  const names = (columns: readonly string[]) => columns.slice(0, 8).join(', ') + (columns.length > 8 ? ', …' : '');
  const parts = [
    ['numbers', numbers.map(([, { name }]) => name)],
    ['lists', lists.map(([, { name }]) => name)],
    ['others', others],
  ] as const;
  const said = parts.filter(([, columns]) => columns.length > 0);
  return said.map(([kind, columns]) => `${columns.length} of ${kind} (${names(columns)})`).join(', ') || 'no columns';
}

/** Magic number, length and thrift structure, before the library takes memory for what they declare. */
function checkFooter(bytes: Uint8Array, where: string): void {
  const end = bytes.length - 8;
  if (end < 4 || MAGIC.some((byte, i) => bytes[i] !== byte || bytes[end + 4 + i] !== byte))
    throw damaged(where, 'not a Parquet file, or cut off');
  const length = new DataView(bytes.buffer, bytes.byteOffset + end, 4).getUint32(0, true);
  if (length > end - 4 || length > LARGEST_FOOTER || !isThriftStruct(bytes.subarray(end - length, end), 0))
    throw damaged(where, 'the table of contents is damaged');
}

async function openParquet(
  bytes: Uint8Array,
  where: string,
): Promise<{ metadata: FileMetaData; library: ParquetLibrary }> {
  const { parquetMetadata, snappyUncompress } = await import('hyparquet');
  const { parquetHeader } = await import('hyparquet/src/column.js');
  const { decompressLz4Raw, decompressZstd } = await import('hyparquet-compressors');
  const intoOutput = (decompress: (input: Uint8Array, output: Uint8Array) => unknown) => {
    return (input: Uint8Array, length: number) => {
      const output = new Uint8Array(length);
      decompress(input, output);
      return output;
    };
  };
  const decompress = new Map([
    [
      'SNAPPY',
      intoOutput((input, output) => {
        if (!isSnappy(input, output.length)) throw new Error('not the Snappy stream that is declared');
        snappyUncompress(input, output);
      }),
    ],
    ['GZIP', gunzip],
    ['ZSTD', intoOutput(decompressZstd)],
    ['LZ4_RAW', decompressLz4Raw],
  ]);
  // Bare bytes: a Node Buffer is a view into a larger one, which the library would take for the file.
  const metadata = guarded(where, () => parquetMetadata(new Uint8Array(bytes), { geoparquet: false }));
  return { metadata, library: { parquetHeader, decompress } };
}

/** The library's own would inflate a bomb to its end. */
function gunzip(stored: Uint8Array, length: number): Uint8Array {
  const bytes = inflateInSteps((take) => new Gunzip(take), stored, length);
  if (bytes === undefined) throw new Error('not of the length that is declared');
  return bytes;
}

interface ParquetTable {
  readonly bytes: Uint8Array;
  readonly metadata: FileMetaData;
  readonly library: ParquetLibrary;
  readonly where: string;
}

function readColumns(table: ParquetTable, chosen: readonly [string, ParquetColumn][]): ColumnValues[] {
  const { bytes, metadata, library, where } = table;
  const budget = { left: 2 * expansionLimit(bytes.length) };
  let declared = 0;
  return chosen.map(([path, column]) => {
    const at = `${where}, column '${column.name}'`;
    const parts = metadata.row_groups.map((group) => {
      const chunk = group.columns.find(({ meta_data: meta }) => meta?.path_in_schema.join('.') === path)?.meta_data;
      if (chunk === undefined) throw damaged(at, 'a group of rows lacks it');
      const count = Number(chunk.num_values);
      if (!(count >= 0) || (column.repetition === 0 && count !== Number(group.num_rows)))
        throw damaged(at, 'it has another number of values than rows');
      declared += count;
      checkExpansion(declared * 8, bytes.length, at);
      return guarded(at, () => readColumnChunk(bytes, chunk, count, { column, library, where: at, budget }));
    });
    const size = parts.reduce((sum, { values }) => sum + values.length, 0);
    if (column.repetition === 0 && size !== Number(metadata.num_rows))
      throw damaged(at, 'it has another number of values than rows');
    const values = parts.length === 1 ? parts[0].values : new Float64Array(size);
    let to = 0;
    for (const part of parts) {
      if (parts.length > 1) values.set(part.values, to);
      to += part.values.length;
    }
    return { values, lengths: column.repetition === 0 ? undefined : parts.flatMap(({ lengths = [] }) => lengths) };
  });
}

function besideOneAnother(columns: readonly ColumnValues[], rows: number): Float64Array {
  const matrix = new Float64Array(rows * columns.length);
  for (const [column, { values }] of columns.entries())
    for (let row = 0; row < rows; row++) matrix[row * columns.length + column] = values[row];
  return matrix;
}

function listLength({ lengths = [] }: ColumnValues, rows: number, where: string): number {
  const [first = 0] = lengths;
  if (lengths.length !== rows || !lengths.every((length) => length === first))
    throw new InputError({
      where,
      problem: 'the lists differ in length',
      expected: `${first} values in each of ${rows} rows`,
    });
  return first;
}

/** Whatever the library throws on damaged bytes is one sentence. */
function guarded<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isInputError(cause)) throw cause;
    throw new InputError({ where, problem: 'Parquet: the file is damaged', fix: 'copy or save it again' }, { cause });
  }
}

function damaged(where: string, problem: string): InputError {
  return new InputError({ where, problem: `Parquet: ${problem}`, fix: 'copy or save it again' });
}
