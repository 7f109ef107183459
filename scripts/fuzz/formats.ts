/** @file The formats that are fuzzed: for each, files to damage and what reads them. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { encodeNpy } from '../../src/files/npy.ts';
import { encodeSafetensors, parseSafetensors } from '../../src/files/safetensors.ts';
import { parseTorchCheckpoint } from '../../src/model/torch-checkpoint.ts';
import { readArray } from '../../src/series/read-array.ts';

export interface SeedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface FuzzedFormat {
  readonly name: string;
  /** What files of this format are called. */
  readonly extensions: readonly string[];
  readonly seeds: readonly SeedFile[];
  /** Must give values or throw an InputError, whatever the bytes. */
  readonly read: (bytes: Uint8Array, name: string) => unknown;
}

const TEST = join(import.meta.dirname, '../../test');
const SERIES = Float64Array.from({ length: 120 }, (_, i) => Math.sin(i));
const NUMBERS = Float32Array.from(SERIES);

export const FORMATS: readonly FuzzedFormat[] = [
  {
    name: 'npy',
    extensions: ['.npy'],
    seeds: [
      { name: 'f8.npy', bytes: encodeNpy(SERIES, [12, 10]) },
      { name: 'f4.npy', bytes: encodeNpy(NUMBERS, [2, 6, 10]) },
    ],
    read: readArray,
  },
  {
    name: 'npz',
    extensions: ['.npz'],
    seeds: [
      { name: 'deflated.npz', bytes: zipSync({ 'x.npy': encodeNpy(SERIES, [12, 10]) }) },
      { name: 'stored.npz', bytes: zipSync({ 'x.npy': encodeNpy(NUMBERS, [12, 10]) }, { level: 0 }) },
    ],
    read: readArray,
  },
  { name: 'mat v4', extensions: [], seeds: fixtures('files/fixtures', /^v4.*\.mat$/), read: readEveryVariable },
  {
    name: 'mat v5-v7',
    extensions: ['.mat'],
    seeds: fixtures('files/fixtures', /^(v6|v7|conn-v\d|big-endian)\.mat$/),
    read: readEveryVariable,
  },
  {
    name: 'mat v7.3 and hdf5',
    extensions: ['.h5', '.hdf5'],
    seeds: fixtures('files/fixtures', /^(v73\.mat|.*\.h5)$/),
    read: readEveryVariable,
  },
  { name: 'parquet', extensions: ['.parquet'], seeds: parquetSeeds(), read: readArray },
  {
    name: 'text',
    extensions: ['.1d', '.csv', '.tsv', '.txt'],
    seeds: [
      { name: 'c-pac.1D', bytes: text('# TR 2\n#1\t#2\t#3\n0.5\t-1e-3\t12\n0.25\t4\tnan\n') },
      { name: 'pandas.csv', bytes: text(',a,b\n0,1.5,2\n1,-3.25e2,\n2,7,8\n') },
      { name: 'utf16.tsv', bytes: Uint8Array.from(Buffer.from('\ufeffa\tb\n1\t2\n3\t4\n', 'utf16le')) },
      { name: 'blanks.txt', bytes: text('   1.0   2.0\n   3.0  -inf\n') },
    ],
    read: readArray,
  },
  { name: 'pth', extensions: ['.pth'], seeds: fixtures('fixtures/torch', /\.pth$/), read: parseTorchCheckpoint },
  {
    name: 'safetensors',
    extensions: ['.safetensors'],
    seeds: [{ name: 'x.safetensors', bytes: safetensors() }],
    read: parseSafetensors,
  },
];

/** What is in the files with several arrays: without a name these would only be listed. */
const ARRAYS: Readonly<Record<string, readonly string[]>> = {
  'v4.mat': ['n_int16', 'n_float64', 'sparse'],
  'v6.mat': ['n_int16', 'cube', 'sparse', 'logical', 'results.fc', 'several{2}.value', 'stack'],
  'v7.mat': ['n_int16', 'cube', 'sparse', 'logical', 'results.fc', 'several{2}.value', 'stack'],
  'v73.mat': ['ROISignals', 'data', 'results.fc', 'thin', 'empty'],
  'types.h5': ['float32', 'int64', 'bool', 'cube', 'text'],
};

async function readEveryVariable(bytes: Uint8Array, name: string): Promise<void> {
  // One of them for each case, from the bytes themselves, so that a case stays what it is; now and then the list.
  const arrays = ARRAYS[name] ?? [];
  const array = arrays[bytes.reduce((sum, byte) => (sum + byte) % 9973, 0) % (arrays.length + 1)];
  await readArray(bytes, name, array === undefined ? {} : { array });
}

function fixtures(folder: string, wanted: RegExp): SeedFile[] {
  const names = readdirSync(join(TEST, folder)).filter((name) => wanted.test(name));
  return names.map((name) => ({
    name: basename(name),
    bytes: Uint8Array.from(readFileSync(join(TEST, folder, name))),
  }));
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function parquetSeeds(): SeedFile[] {
  const column = (name: string, values: readonly (number | null)[]) => {
    return { name, type: 'DOUBLE' as const, data: [...values], nullable: values.includes(null) };
  };
  const columns = [column('a', [...SERIES]), column('b', [...NUMBERS]), column('c', [null, ...SERIES.subarray(1)])];
  const levels = column(
    'level',
    Array.from(SERIES, (_, i) => i % 3),
  );
  const labels = { name: 'label', type: 'STRING', data: Array.from(SERIES, (_, i) => `s${i % 5}`) } as const;
  return [
    { name: 'snappy.parquet', bytes: new Uint8Array(parquetWriteBuffer({ columnData: [...columns, levels, labels] })) },
    {
      name: 'gzip.parquet',
      bytes: new Uint8Array(
        parquetWriteBuffer({ columnData: columns, codec: 'GZIP', compressors: { GZIP: gzipSync } }),
      ),
    },
    {
      name: 'plain.parquet',
      bytes: new Uint8Array(parquetWriteBuffer({ columnData: columns, codec: 'UNCOMPRESSED', rowGroupSize: 50 })),
    },
  ];
}

function safetensors(): Uint8Array {
  const tensors = new Map([
    ['weight', { shape: [12, 10], data: NUMBERS }],
    ['steps', { shape: [2], data: BigInt64Array.of(1n, 2n) }],
  ]);
  return Uint8Array.from(Buffer.concat(encodeSafetensors({ tensors, metadata: { format: 'pt' } })));
}
