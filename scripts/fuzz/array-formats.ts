/** @file Files of arrays and of model weights: for each format, files to damage and what reads them. */
import { deflateSync, gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { encodeNpy } from '../../src/files/npy.ts';
import { npzNames } from '../../src/files/npz.ts';
import { encodeSafetensors, parseSafetensors } from '../../src/files/safetensors.ts';
import { parseTorchCheckpoint } from '../../src/model/torch-checkpoint.ts';
import { readArray } from '../../src/series/read-array.ts';
import { checkShape, endsWith, type FuzzedFormat, fixtures, type SeedFile, takesNone, text } from './format.ts';

const SERIES = Float64Array.from({ length: 120 }, (_, i) => Math.sin(i));
const NUMBERS = Float32Array.from(SERIES);

export const ARRAY_FORMATS: readonly FuzzedFormat[] = [
  {
    name: 'npy',
    takes: endsWith('.npy'),
    seeds: [
      { name: 'f8.npy', bytes: encodeNpy(SERIES, [12, 10]) },
      { name: 'f4.npy', bytes: encodeNpy(NUMBERS, [2, 6, 10]) },
    ],
    read: readWhole,
  },
  {
    name: 'npz',
    takes: endsWith('.npz'),
    seeds: [
      { name: 'deflated.npz', bytes: zipSync({ 'x.npy': encodeNpy(SERIES, [12, 10]) }) },
      { name: 'stored.npz', bytes: zipSync({ 'x.npy': encodeNpy(NUMBERS, [12, 10]) }, { level: 0 }) },
      { name: 'inside.npz', bytes: encodeNpy(SERIES, [12, 10]), pack: (bytes) => zipSync({ 'x.npy': bytes }) },
    ],
    read: readEveryEntry,
  },
  { name: 'mat v4', takes: takesNone, seeds: fixtures('files/fixtures', /^v4.*\.mat$/), read: readEveryVariable },
  {
    name: 'mat v5-v7',
    takes: endsWith('.mat'),
    seeds: [
      ...fixtures('files/fixtures', /^(v6|v7|conn-v\d|big-endian)\.mat$/),
      ...fixtures('files/fixtures', /^v6\.mat$/).map((seed) => ({ ...seed, name: 'v7.mat', pack: compressedMat })),
    ],
    read: readEveryVariable,
  },
  {
    name: 'mat v7.3 and hdf5',
    takes: endsWith('.h5', '.hdf5'),
    seeds: fixtures('files/fixtures', /^(v73\.mat|.*\.h5)$/),
    read: readEveryVariable,
  },
  { name: 'parquet', takes: endsWith('.parquet'), seeds: parquetSeeds(), read: readWhole },
  {
    name: 'text',
    takes: endsWith('.1d', '.csv', '.tsv', '.txt'),
    isText: true,
    seeds: [
      { name: 'c-pac.1D', bytes: text('# TR 2\n#1\t#2\t#3\n0.5\t-1e-3\t12\n0.25\t4\tnan\n') },
      { name: 'pandas.csv', bytes: text(',a,b\n0,1.5,2\n1,-3.25e2,\n2,7,8\n') },
      { name: 'utf16.tsv', bytes: Uint8Array.from(Buffer.from('\ufeffa\tb\n1\t2\n3\t4\n', 'utf16le')) },
      { name: 'blanks.txt', bytes: text('   1.0   2.0\n   3.0  -inf\n') },
    ],
    read: readWhole,
  },
  {
    name: 'pth',
    takes: endsWith('.pth', '.pt'),
    seeds: fixtures('fixtures/torch', /\.pth$/),
    read: parseTorchCheckpoint,
  },
  {
    name: 'safetensors',
    takes: endsWith('.safetensors'),
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

async function readWhole(bytes: Uint8Array, name: string): Promise<void> {
  checkShape(await readArray(bytes, name));
}

/** One of the arrays, for each case. */
async function readEveryEntry(bytes: Uint8Array, name: string): Promise<void> {
  const names = npzNames(bytes, name);
  const [array = ''] = names.slice(bytes.reduce((sum, byte) => (sum + byte) % 9973, 0) % Math.max(1, names.length));
  checkShape(await readArray(bytes, name, { array }));
}

async function readEveryVariable(bytes: Uint8Array, name: string): Promise<void> {
  // One of them for each case, from the bytes themselves, so that a case stays what it is; now and then the list.
  const arrays = ARRAYS[name] ?? [];
  const array = arrays[bytes.reduce((sum, byte) => (sum + byte) % 9973, 0) % (arrays.length + 1)];
  checkShape(await readArray(bytes, name, array === undefined ? {} : { array }));
}

/** MATLAB v5 with every element compressed, as v7 is: the header of 128 bytes, then tag 15, a length and zlib data. */
function compressedMat(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [bytes.subarray(0, 128)];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 128; at < bytes.length; ) {
    const length = at + 8 <= bytes.length ? 8 + view.getUint32(at + 4, true) : bytes.length - at;
    const packed = deflateSync(bytes.subarray(at, at + length));
    parts.push(new Uint8Array(Uint32Array.of(15, packed.length).buffer), packed);
    at += length;
  }
  return Uint8Array.from(Buffer.concat(parts));
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
