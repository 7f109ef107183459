/** @file Which columns of a Parquet file hold numbers, from its schema. */
import type { FileMetaData, SchemaElement } from 'hyparquet';
import type { ParquetColumn } from './parquet-column.ts';
import type { NumberKind } from './plain-numbers.ts';

export interface ParquetSchema {
  /** By the path that the groups of rows use. */
  readonly columns: ReadonlyMap<string, ParquetColumn>;
  /** Names of columns that hold something else, or the numbers of rows. */
  readonly leftOut: readonly string[];
}

/** How writers name a column of row numbers: pandas, and what it calls one without a name. */
const INDEX_NAME = /^(__index_level_\d+__|Unnamed: 0|)$/;
const DEEPEST = 8;

export function readParquetSchema({ schema }: FileMetaData): ParquetSchema {
  const columns = new Map<string, ParquetColumn>();
  const leftOut: string[] = [];
  let at = 1;
  /** Walks one element with all that is in it: the schema is a list in which each says how many children follow. */
  const walk = (
    path: readonly string[],
    levels: Omit<ParquetColumn, 'name' | 'kind' | 'repetition'>,
    lists: number,
  ) => {
    const element = schema[at++];
    if (element === undefined || path.length > DEEPEST) return;
    const { repetition_type: repetition = 'REQUIRED', num_children: children = 0 } = element;
    const definition = levels.definition + (repetition === 'REQUIRED' ? 0 : 1);
    const inside = { definition, element: repetition === 'REPEATED' ? definition : levels.element };
    const depth = lists + (repetition === 'REPEATED' ? 1 : 0);
    const names = [...path, element.name];
    for (let child = 0; child < children && at < schema.length; child++) walk(names, inside, depth);
    if (children > 0) return;
    const kind = numberKind(element);
    const [name] = names;
    // A list is name/list/element; anything else in groups is a struct.
    const plain = depth === 0 ? names.length === 1 : depth === 1 && names.length <= 3;
    if (kind === undefined || !plain || INDEX_NAME.test(name)) leftOut.push(name);
    else columns.set(names.join('.'), { name, kind, ...inside, repetition: depth === 0 ? 0 : 1 });
  };
  while (at < schema.length) walk([], { definition: 0, element: 0 }, 0);
  return { columns, leftOut: [...new Set(leftOut)] };
}

/** Dates, times and decimals are stored as integers, but are no measurements. */
function numberKind(element: SchemaElement): NumberKind | undefined {
  const { type, converted_type: converted, logical_type: logical, type_length: length } = element;
  if (logical?.type === 'FLOAT16') return type === 'FIXED_LEN_BYTE_ARRAY' && length === 2 ? 'f2' : undefined;
  if (logical !== undefined && logical.type !== 'INTEGER') return undefined;
  if (converted !== undefined && !/^U?INT_\d+$/.test(converted)) return undefined;
  const unsigned = converted?.startsWith('U') ?? (logical?.type === 'INTEGER' && !logical.isSigned);
  switch (type) {
    case 'FLOAT':
      return 'f4';
    case 'DOUBLE':
      return 'f8';
    case 'INT32':
      return unsigned ? 'u4' : 'i4';
    case 'INT64':
      return unsigned ? 'u8' : 'i8';
    default:
      return undefined;
  }
}
