/**
 * @file The values of one column of numbers in a Parquet file, page by page.
 *
 * Format: Apache Parquet, "Data Pages" and "Encodings". The library reads the headers and decompresses; the values are
 * read here, since its own reader takes memory for as many values as a damaged header declares.
 */
import type { ColumnMetaData, PageHeader } from 'hyparquet/src/types.js';
import { InputError } from '../errors/input-error.ts';
import { readRuns } from './parquet-runs.ts';
import { asFloats, decodeNumbers, ITEM_BYTES, type NumberKind } from './plain-numbers.ts';
import { isThriftStruct } from './thrift-check.ts';

/** A column of numbers, from the file's schema. */
export interface ParquetColumn {
  readonly name: string;
  readonly kind: NumberKind;
  /** How often a value may be absent along its path: 0 where it is required. */
  readonly definition: number;
  /** 1 for a list in each row. */
  readonly repetition: 0 | 1;
  /** The level of definition from which on a list has an element there, be it a missing one. */
  readonly element: number;
}

export interface ParquetLibrary {
  readonly parquetHeader: (reader: { view: DataView; offset: number }) => PageHeader;
  /** By the name of the codec. */
  readonly decompress: ReadonlyMap<string, (input: Uint8Array, length: number) => Uint8Array>;
}

export interface ColumnValues {
  /** NaN where a value is missing. */
  readonly values: Float64Array;
  /** How many values each row has; undefined when it is one each. */
  readonly lengths: readonly number[] | undefined;
}

interface Page {
  readonly count: number;
  readonly encoding: string;
  readonly definitions: Uint32Array | undefined;
  readonly repetitions: Uint32Array | undefined;
  readonly data: Uint8Array;
}

interface Chunk {
  readonly bytes: Uint8Array;
  readonly codec: string;
  readonly column: ParquetColumn;
  readonly library: ParquetLibrary;
  readonly where: string;
  /** How many bytes may still be decompressed from the file. */
  readonly budget: { left: number };
}

/**
 * Reads the column's values in one group of rows.
 *
 * @param count how many values the group declares, already checked to fit into memory
 * @throws InputError when the pages are damaged, or in an encoding or compression that is not supported
 */
export function readColumnChunk(
  file: Uint8Array,
  metadata: ColumnMetaData,
  count: number,
  { column, library, where, budget }: Pick<Chunk, 'column' | 'library' | 'where' | 'budget'>,
): ColumnValues {
  const start = Number(metadata.dictionary_page_offset || metadata.data_page_offset);
  const end = start + Number(metadata.total_compressed_size);
  if (!(start >= 0 && end <= file.length && start <= end)) throw damaged(where, 'its pages lie outside of the file');
  const chunk: Chunk = { bytes: file.subarray(start, end), codec: metadata.codec, column, library, where, budget };
  const values = new Float64Array(count).fill(Number.NaN);
  const lengths: number[] = [];
  let dictionary: Float32Array | Float64Array | undefined;
  let done = 0;
  for (let at = 0; done < count; ) {
    const { header, next, stored } = readHeader(chunk, at);
    at = next;
    if (header.type === 'DICTIONARY_PAGE') {
      const size = header.dictionary_page_header?.num_values ?? 0;
      const bytes = decompress(chunk, stored, header.uncompressed_page_size);
      dictionary = plainValues(bytes, size, chunk);
      continue;
    }
    const page = readPage(chunk, header, stored, count - done);
    placeValues(page, dictionary, chunk, values, done);
    if (page.repetitions !== undefined) countLists(page, column, lengths, where);
    done += page.count;
  }
  return { values, lengths: column.repetition === 0 ? undefined : lengths };
}

function readHeader(chunk: Chunk, at: number) {
  const { bytes, library, where } = chunk;
  if (!isThriftStruct(bytes, at)) throw damaged(where, 'a page header is damaged');
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: at };
  const header = library.parquetHeader(reader);
  const next = reader.offset + header.compressed_page_size;
  if (!(header.compressed_page_size >= 0 && next <= bytes.length)) throw damaged(where, 'a page is cut off');
  return { header, next, stored: bytes.subarray(reader.offset, next) };
}

function decompress({ codec, library, where, budget }: Chunk, stored: Uint8Array, length: number): Uint8Array {
  if (!(length >= 0)) throw damaged(where, 'a page is of an impossible size');
  if (codec === 'UNCOMPRESSED') return stored;
  const codecs = library.decompress;
  const known = codecs.get(codec);
  if (known === undefined)
    throw new InputError({
      where,
      problem: `compressed with ${codec}, which is not supported`,
      expected: `one of ${[...codecs.keys()].join(', ')}`,
      fix: 'save it again',
    });
  budget.left -= length;
  if (budget.left < 0) throw damaged(where, 'the pages would grow beyond reason');
  const bytes = known(stored, length);
  if (bytes.length !== length) throw damaged(where, 'a page does not decompress to its size');
  return bytes;
}

/** A page's levels and its values still encoded; of version 2, only the values are compressed. */
function readPage(chunk: Chunk, header: PageHeader, stored: Uint8Array, most: number): Page {
  const { where, column } = chunk;
  const { data_page_header: v1, data_page_header_v2: v2, uncompressed_page_size: size } = header;
  const { num_values: count = 0, encoding = 'none' } = v1 ?? v2 ?? {};
  if (!(count > 0 && count <= most)) throw damaged(where, 'a page declares more values than its column');
  const levels = (bytes: Uint8Array, highest: number) => {
    const found = readRuns(bytes, 32 - Math.clz32(highest), count);
    if (found === undefined) throw damaged(where, 'the levels of a page are cut off');
    return found;
  };
  if (v2 !== undefined) {
    const { repetition_levels_byte_length: first, definition_levels_byte_length: second } = v2;
    const start = first + second;
    if (!(first >= 0 && second >= 0 && start <= stored.length))
      throw damaged(where, 'the levels of a page are cut off');
    const data = stored.subarray(start);
    return {
      count,
      encoding,
      repetitions: column.repetition === 0 ? undefined : levels(stored.subarray(0, first), column.repetition),
      definitions: column.definition === 0 ? undefined : levels(stored.subarray(first, start), column.definition),
      data: v2.is_compressed === false ? data : decompress(chunk, data, size - start),
    };
  }
  const bytes = decompress(chunk, stored, size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const prefixed = (highest: number) => {
    if (highest === 0) return undefined;
    const length = at + 4 <= bytes.length ? view.getUint32(at, true) : Number.NaN;
    if (!(at + 4 + length <= bytes.length)) throw damaged(where, 'the levels of a page are cut off');
    const found = levels(bytes.subarray(at + 4, at + 4 + length), highest);
    at += 4 + length;
    return found;
  };
  const repetitions = prefixed(column.repetition);
  const definitions = prefixed(column.definition);
  return { count, encoding, repetitions, definitions, data: bytes.subarray(at) };
}

/** Puts the page's values where they are defined, from `start` on. */
function placeValues(
  { count, encoding, definitions, data }: Page,
  dictionary: Float32Array | Float64Array | undefined,
  chunk: Chunk,
  out: Float64Array,
  start: number,
): void {
  const { definition } = chunk.column;
  const present =
    definitions === undefined ? count : definitions.reduce((n, level) => n + Number(level === definition), 0);
  const values = decodeValues(data, encoding, present, dictionary, chunk);
  if (definitions === undefined) {
    out.set(values, start);
    return;
  }
  let from = 0;
  for (let i = 0; i < count; i++) if (definitions[i] === definition) out[start + i] = values[from++];
}

function decodeValues(
  data: Uint8Array,
  encoding: string,
  count: number,
  dictionary: Float32Array | Float64Array | undefined,
  chunk: Chunk,
): Float32Array | Float64Array {
  const { where, column } = chunk;
  if (count === 0) return new Float64Array();
  switch (encoding) {
    case 'PLAIN':
      return plainValues(data, count, chunk);
    case 'BYTE_STREAM_SPLIT':
      return plainValues(joinStreams(data, ITEM_BYTES[column.kind], count), count, chunk);
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY': {
      const width = data[0] ?? 33;
      const places = width > 32 ? undefined : readRuns(data.subarray(1), width, count);
      if (places === undefined || dictionary === undefined) throw damaged(where, 'a page of a dictionary is cut off');
      return Float64Array.from(places, (place) => {
        if (place >= dictionary.length) throw damaged(where, 'a value is not in its dictionary');
        return dictionary[place];
      });
    }
    default:
      throw new InputError({
        where,
        problem: `values encoded as ${encoding}, which is not supported`,
        expected: 'PLAIN, BYTE_STREAM_SPLIT or a dictionary',
        fix: 'save it again with the usual settings',
      });
  }
}

/** All first bytes, then all second bytes, …, put together again. */
function joinStreams(data: Uint8Array, itemBytes: number, count: number): Uint8Array {
  const joined = new Uint8Array(Math.min(count * itemBytes, data.length));
  for (let i = 0; i < joined.length; i++) joined[i] = data[(i % itemBytes) * count + Math.floor(i / itemBytes)];
  return joined;
}

function plainValues(bytes: Uint8Array, count: number, { column, where }: Chunk): Float32Array | Float64Array {
  const size = count * ITEM_BYTES[column.kind];
  if (!(count >= 0 && size <= bytes.length)) throw damaged(where, 'the values of a page are cut off');
  return asFloats(decodeNumbers(bytes.subarray(0, size), column.kind, false, where));
}

/** Lengths of the lists that start in the page, and of the one that goes on from the page before. */
function countLists(
  { repetitions, definitions, count }: Page,
  column: ParquetColumn,
  lengths: number[],
  where: string,
): void {
  for (let i = 0; i < count; i++) {
    const defined = definitions === undefined || definitions[i] >= column.element;
    if (!defined) throw damaged(where, 'a row holds no list', 'leave out rows without values');
    if (repetitions?.[i] === 0) lengths.push(1);
    else if (lengths.length === 0) throw damaged(where, 'the first list has no start');
    else lengths[lengths.length - 1]++;
  }
}

function damaged(where: string, problem: string, fix = 'copy or save it again'): InputError {
  return new InputError({ where, problem: `Parquet: ${problem}`, fix });
}
