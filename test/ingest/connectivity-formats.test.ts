/** @file The same connectivity in every format gives the same data set, and hostile values a policy or a sentence in each. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it, test } from 'vitest';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { isInputError } from '../../src/errors/input-error.ts';
import { encodeNpy } from '../../src/files/npy.ts';
import { type ConnectivityOptions, ingestConnectivity } from '../../src/ingest/ingest-connectivity.ts';
import { scratchFolder } from './scratch-folder.ts';

interface Fixture {
  readonly rois: number;
  /** `[rois, rois]` each. */
  readonly scans: readonly (readonly number[])[];
  /** Files by their ending. */
  readonly one: Readonly<Record<string, string>>;
  readonly stack: Readonly<Record<string, string>>;
}
const fixture: Fixture = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/connectivity.json'), 'utf8'));
const { rois, scans } = fixture;
const unpack = (text: string) => gunzipSync(Buffer.from(text, 'base64'));

const { at } = scratchFolder();
const parquet = (values: readonly number[]) =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: Array.from({ length: rois }, (_, j) => ({
        name: `roi_${j}`,
        type: 'DOUBLE' as const,
        data: Array.from({ length: rois }, (_unused, i) => values[i * rois + j]),
      })),
    }),
  );

function hashOf(out: string): string {
  return JSON.parse(readFileSync(at(out, 'dataset.json'), 'utf8')).connectivitySha256;
}

function matricesOf(out: string): number[][] {
  const { scans: held, readConnectivity, close } = openDataset(at(out));
  if (readConnectivity === undefined) throw new Error('no connectivity');
  const matrices = held.map((_, i) => [...readConnectivity(i)]);
  close();
  return matrices;
}

const run = (file: string, options: Partial<ConnectivityOptions> = {}) =>
  ingestConnectivity([at(file)], { out: at('out'), overwrite: true, ...options });

describe('one matrix', () => {
  it.each([...Object.keys(fixture.one), 'parquet'])('.%s', async (ending) => {
    const file = `sub-1.${ending}`;
    writeFileSync(at(file), ending === 'parquet' ? parquet(scans[0]) : unpack(fixture.one[ending]));
    const { rois: found, connectivity } = await run(file, { fcKind: 'pearson' });
    expect({ found, kind: connectivity?.kind }).toEqual({ found: rois, kind: 'pearson' });
    expect(matricesOf('out')).toEqual([scans[0]]);
    expect(openNames()).toEqual(
      /pconn|parquet/.test(ending) ? [0, 1, 2, 3, 4].map((i) => `roi_${i}`) : ['1', '2', '3', '4', '5'],
    );
  });

  function openNames(): readonly string[] {
    const dataset = openDataset(at('out'));
    dataset.close();
    return dataset.roiNames;
  }
});

describe('a stack', () => {
  it.each(Object.entries(fixture.stack))('.%s', async (ending, content) => {
    writeFileSync(at('ids.txt'), 'a\nb\nc\n');
    writeFileSync(at(`fc.${ending}`), unpack(content));
    await run(`fc.${ending}`, { ids: at('ids.txt') });
    expect(matricesOf('out')).toEqual(scans);
  });
});

test('an array is chosen by its name among several', async () => {
  const bytes = unpack(fixture.one['v73.mat']);
  writeFileSync(at('fc.mat'), bytes);
  await expect(run('fc.mat', { array: 'z' })).rejects.toThrow(/fc\.mat.*fc/);
  await run('fc.mat', { array: 'fc' });
  expect(matricesOf('out')).toEqual([scans[0]]);
});

const change = (edit: (values: number[]) => void) => {
  const values = [...scans[0]];
  edit(values);
  return values;
};
const mirrored = (values: number[], i: number, j: number, value: number) => {
  values[i * rois + j] = value;
  values[j * rois + i] = value;
};
const asNpy = (values: readonly number[]) => encodeNpy(Float64Array.from(values), [rois, rois]);
const asText = (values: readonly number[]) =>
  Array.from({ length: rois }, (_, i) => values.slice(i * rois, (i + 1) * rois).join(',')).join('\n');
const FORMATS: readonly (readonly [ending: string, write: (values: readonly number[]) => string | Uint8Array])[] = [
  ['npy', asNpy],
  ['csv', asText],
  ['parquet', parquet],
];

/** The policies of docs/connectivity-matrices.md. */
const REFUSED: readonly (readonly [what: string, values: number[], sentence: RegExp])[] = [
  [
    'asymmetric',
    change((values) => {
      values[1] += 0.01;
    }),
    /row 1, column 2: the matrix is not symmetric/,
  ],
  [
    'one half',
    scans[0].map((value, k) => (k % rois < Math.floor(k / rois) ? 0 : value)),
    /the matrix is not symmetric, .*; save both halves/,
  ],
  ['covariances', scans[0].map((value) => 3 * value), /ROI 1: the diagonal is not that of correlations/],
  ['beyond 1', change((values) => mirrored(values, 1, 3, -1.2)), /row 2, column 4: the value is no correlation/],
  [
    'a single NaN',
    change((values) => mirrored(values, 1, 3, Number.NaN)),
    /row 2, column 4: a single value is missing \(NaN\)/,
  ],
  [
    'infinite off the diagonal',
    change((values) => mirrored(values, 0, 4, Number.POSITIVE_INFINITY)),
    /row 1, column 5: the value is no correlation/,
  ],
  [
    'an identity',
    scans[0].map((_, k) => (k % (rois + 1) === 0 ? 1 : 0)),
    /the matrix holds no connectivity: off its diagonal every value is 0 or missing/,
  ],
  [
    "Fisher's z that goes beyond 1",
    scans[0].map((_, k) => (k % (rois + 1) === 0 ? 0 : 1.3)),
    /the value is no correlation, .*pass --fisher-z if these are Fisher's z/,
  ],
];

describe.each(FORMATS)('hostile values in .%s', (ending, write) => {
  it.each(REFUSED)('%s: a sentence, and nothing is written', async (_, values, sentence) => {
    writeFileSync(at(`a.${ending}`), write(values));
    await expect(run(`a.${ending}`)).rejects.toThrow(sentence);
    expect(existsSync(at('out'))).toBe(false);
  });

  it('an ROI that is NaN throughout is one without signal', async () => {
    const gone = scans[0].map((value, k) => (k % rois === 2 || Math.floor(k / rois) === 2 ? Number.NaN : value));
    writeFileSync(at(`a.${ending}`), write(gone));
    const { missingRois, warnings } = await run(`a.${ending}`);
    expect(missingRois.byScan).toEqual([{ scan: 'a', rois: 1 }]);
    expect(warnings.filter((warning) => warning.includes('lack signal'))).toHaveLength(1);
    expect(matricesOf('out')).toEqual([gone.map((value) => (Number.isNaN(value) ? 0 : value))]);
  });
});

test('rounding is averaged away, and Fisher z turned back, in one sweep over matrices', async () => {
  const pairs = fc.array(fc.double({ min: -0.99, max: 0.99, noNaN: true }), { minLength: 10, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(pairs, fc.boolean(), async (values, fisherZ) => {
      const matrix = Array.from({ length: rois * rois }, (_, k) => (k % (rois + 1) === 0 ? 1 : 0));
      let next = 0;
      for (let i = 0; i < rois; i++) for (let j = i + 1; j < rois; j++) mirrored(matrix, i, j, values[next++]);
      const noise = (k: number) => (k % rois > Math.floor(k / rois) ? 4e-5 : 0);
      const stored = matrix.map((r, k) => (k % (rois + 1) === 0 ? 0 : (fisherZ ? Math.atanh(r) : r) + noise(k)));
      writeFileSync(at('a.npy'), asNpy(stored));
      try {
        await run('a.npy', { fisherZ });
        for (const [k, value] of matricesOf('out')[0].entries()) expect(Math.abs(value - matrix[k])).toBeLessThan(1e-4);
      } catch (error) {
        // Zeros with all others are an ROI without signal; nothing else may be refused.
        if (!isInputError(error)) throw error;
        expect(values.some((value) => Math.abs(value) < 1e-6)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

test('arrays of any shape and value: clean matrices, or a sentence and nothing written', async () => {
  const value = fc.oneof(
    { weight: 20, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
    fc.constantFrom(0, 1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, -2),
  );
  const side = fc.integer({ min: 0, max: 5 });
  const shapes = fc.oneof(
    side.map((n) => [n, n]),
    fc.tuple(side, side).map(([scans, n]) => [scans, n, n]),
    fc.tuple(side, side).map(([scans, n]) => [scans, (n * (n - 1)) / 2]),
    fc.array(side, { minLength: 0, maxLength: 4 }),
  );
  const files = shapes.chain((shape) => {
    const length = shape.reduce((product, n) => product * n, 1);
    return fc.record({
      shape: fc.constant(shape),
      values: fc.array(value, { minLength: length, maxLength: length }),
      symmetric: fc.boolean(),
    });
  });
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(files, fc.boolean(), fc.boolean(), async ({ shape, values, symmetric }, fisherZ, skipBad) => {
      const n = shape.at(-1) ?? 1;
      const data = Float64Array.from(values, (own, k) => {
        const [i, j] = [Math.floor(k / n) % n, k % n];
        if (!symmetric || shape.length < 2) return own;
        return i === j ? 1 : values[k + (Math.min(i, j) - i) * n + Math.max(i, j) - j];
      });
      writeFileSync(at('a.npy'), encodeNpy(data, shape));
      writeFileSync(at('ids.txt'), Array.from({ length: shape[0] ?? 1 }, (_, i) => `p${i}`).join('\n'));
      rmSync(at('out'), { recursive: true, force: true });
      try {
        await run('a.npy', { fisherZ, skipBad, ...(shape.length > 2 ? { ids: at('ids.txt') } : {}) });
        taken++;
        for (const matrix of matricesOf('out')) {
          const size = Math.sqrt(matrix.length);
          for (const [k, own] of matrix.entries()) {
            expect(Math.abs(own)).toBeLessThanOrEqual(1);
            expect(own).toBe(matrix[(k % size) * size + Math.floor(k / size)]);
            if (k % (size + 1) === 0) expect([0, 1]).toContain(own);
          }
        }
      } catch (error) {
        if (!isInputError(error)) throw error;
        expect(existsSync(at('out'))).toBe(false);
      }
    }),
    { numRuns: 400, seed: 5 },
  );
  expect(taken).toBeGreaterThan(20);
});

test('text and binary hold the same numbers', async () => {
  for (const [ending, write] of FORMATS) {
    writeFileSync(at(`a.${ending}`), write(scans[1]));
    await run(`a.${ending}`, { out: at(ending) });
  }
  expect(new Set(FORMATS.map(([ending]) => hashOf(ending))).size).toBe(1);
});

test('CONN: sources by more targets are the matrix of the sources', async () => {
  // 3 by 6 might also be three triangles of four regions.
  const z = [NaN, 0.1, 0.2, 7, 7, 7, 0.1, NaN, 0.3, 7, 7, 7, 0.2, 0.3, NaN, 7, 7, 7];
  writeFileSync(at('sub-1_relmat.npy'), encodeNpy(Float32Array.from(z), [3, 6]));
  await run('sub-1_relmat.npy', { fisherZ: true });
  const [r] = matricesOf('out');
  const [a, b, c] = [0.1, 0.2, 0.3].map((value) => expect.closeTo(Math.tanh(value), 6));
  expect(r).toEqual([1, a, b, a, 1, c, b, c, 1]);
});
