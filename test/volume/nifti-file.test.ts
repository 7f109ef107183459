import { createHash } from 'node:crypto';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isInputError } from '../../src/errors/input-error.ts';
import { readNiftiHeader, streamNumbers } from '../../src/volume/nifti-file.ts';
import { labelsOf, readLabelImage } from '../../src/volume/read-label-image.ts';
import { gzipped, imageFolder, niftiBytes, readFixture } from './image-files.ts';

const { folder, write, unpack } = imageFolder();
const AFFINE = [2, 0, 0, -10, 0, 2, 0, 20, 0, 0, 2, 30];

/** All numbers of a file, put together from pieces; checks that the pieces follow one another. */
async function numbersOf(path: string, rowLength?: number): Promise<Float64Array> {
  const header = await readNiftiHeader(path);
  const total = header.dims.reduce((product, n) => product * n, 1);
  const numbers = new Float64Array(total);
  const length = rowLength ?? total;
  let next = 0;
  const { sha256 } = await streamNumbers(path, header, length, (values, row, at) => {
    expect(row * length + at).toBe(next);
    expect(at + values.length).toBeLessThanOrEqual(length);
    numbers.set(values, next);
    next += values.length;
  });
  expect(next).toBe(total);
  expect(sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
  return numbers;
}

describe('streamNumbers', () => {
  test('every type, byte order and version, compressed or not', async () => {
    const cases = readFixture('nifti.json') as { name: string; file: string; values: (number | null)[] }[];
    expect(cases).toHaveLength(50);
    for (const { file, values } of cases) {
      const expected = values.map((value) => value ?? Number.NaN);
      expect(Array.from(await numbersOf(unpack('a.nii', file)))).toEqual(expected);
      expect(Array.from(await numbersOf(unpack('a.nii.gz', file), 12))).toEqual(expected);
    }
  });

  test('numbers across pieces, chunks and rows of odd lengths', async () => {
    const values = Float32Array.from({ length: 331 * 7 * 501 }, (_, i) => i % 100_003);
    const bytes = niftiBytes({ dims: [331, 7, 501], affine: AFFINE, values });
    for (const path of [write('odd.nii', bytes), write('odd.nii.gz', gzipSync(bytes, { level: 1 }))])
      for (const row of [331, 331 * 7 * 501]) {
        const numbers = await numbersOf(path, row);
        expect(numbers.every((value, i) => value === values[i])).toBe(true);
      }
  });

  test('what is compressed is told by the bytes, not by the name', async () => {
    const values = Int16Array.of(1, 2, 3, 4);
    const bytes = niftiBytes({ dims: [4], affine: AFFINE, values });
    expect(Array.from(await numbersOf(write('plain.nii.gz', bytes)))).toEqual([1, 2, 3, 4]);
    expect(Array.from(await numbersOf(write('packed.nii', gzipped(bytes))))).toEqual([1, 2, 3, 4]);
    // Members one after the other, as parallel compressors write them.
    const members = Buffer.concat([gzipped(bytes.subarray(0, 200)), gzipped(bytes.subarray(200))]);
    expect(Array.from(await numbersOf(write('members.nii.gz', members)))).toEqual([1, 2, 3, 4]);
  });

  test('refuses a file that is cut off or too long, and damaged compression', async () => {
    const bytes = niftiBytes({
      dims: [5, 5, 5],
      affine: AFFINE,
      values: Int16Array.from({ length: 125 }, (_, i) => i),
    });
    const packed = gzipped(bytes);
    const damaged = Uint8Array.from(packed);
    damaged[packed.length - 6] ^= 1;
    const refused = async (name: string, content: Uint8Array, message: string) =>
      await expect(numbersOf(write(name, content))).rejects.toThrow(message);
    await refused('short.nii', bytes.subarray(0, 600), 'short.nii: the image is cut off, expected 602 bytes');
    await refused('long.nii', Buffer.concat([bytes, Buffer.alloc(2)]), 'longer than its NIfTI header says');
    await refused('long.nii.gz', gzipped(Buffer.concat([bytes, Buffer.alloc(2)])), 'longer than its NIfTI header says');
    await refused('short.nii.gz', gzipped(bytes.subarray(0, 600)), 'the image is cut off');
    await refused('cut.nii.gz', packed.subarray(0, -20), 'the gzip compression is damaged or cut off');
    await refused('crc.nii.gz', damaged, 'the gzip compression is damaged or cut off');
    await refused('empty.nii', new Uint8Array(0), 'too short for a NIfTI header');
    await expect(readNiftiHeader(join(folder, 'none.nii'))).rejects.toThrow('none.nii: no such file or folder.');
    await expect(readNiftiHeader(folder)).rejects.toThrow(`${folder}: not a file.`);
  });

  test('a header that promises more than the file can hold is refused before anything is read or kept', async () => {
    const huge = (dims: readonly number[]) => niftiBytes({ dims, affine: AFFINE, values: new Int16Array(4) });
    await expect(readNiftiHeader(write('huge.nii', huge([30000, 30000, 30000])))).rejects.toThrow(
      'the image is cut off',
    );
    await expect(readNiftiHeader(write('huge.nii.gz', gzipped(huge([500, 500, 500]))))).rejects.toThrow(
      'far too small for what its NIfTI header promises',
    );
    // 21 MB in 60 kB: what a single volume of labels may be, and no series is.
    const sparse = Int16Array.from({ length: 64 ** 3 * 40 }, (_, i) => (i % 509 === 0 ? (i * 7919) % 3001 : 0));
    const asSeries = (dims: readonly number[]) =>
      write('sparse.nii.gz', gzipped(niftiBytes({ dims, affine: AFFINE, values: sparse })));
    await expect(readNiftiHeader(asSeries([64, 64, 64, 40]))).rejects.toThrow(
      'far too small for what its NIfTI header',
    );
    expect(await readNiftiHeader(asSeries([64, 64, 64 * 40]))).toMatchObject({ dims: [64, 64, 2560] });
    // A bomb: 64 MB of zeros in 64 kB, of which the header knows nothing.
    const bomb = gzipSync(Buffer.concat([huge([4]), Buffer.alloc(2 ** 26)]));
    await expect(numbersOf(write('bomb.nii.gz', bomb))).rejects.toThrow('longer than its NIfTI header says');
  });

  test('flipped bytes and cut files give an InputError, or numbers where the header holds together', async () => {
    const values = Float32Array.from({ length: 60 }, (_, i) => i);
    const plain = niftiBytes({ dims: [5, 4, 3], affine: AFFINE, values });
    const flips = fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), {
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(fc.boolean(), flips, fc.option(fc.nat(600)), async (pack, changes, length) => {
        const bytes = Uint8Array.from(pack ? gzipped(plain) : plain).slice(0, length ?? undefined);
        for (const [at, value] of changes) if (bytes.length > 0) bytes[Math.floor(at * bytes.length)] = value;
        const path = join(folder, 'fuzzed.nii');
        writeFileSync(path, bytes);
        try {
          const numbers = await numbersOf(path);
          // Compressed numbers are guarded by a checksum.
          if (pack && bytes.length === gzipped(plain).length && numbers.length === 60)
            expect(gunzipSync(bytes).equals(plain)).toBe(true);
        } catch (error) {
          if (!isInputError(error)) throw error;
        }
      }),
      { numRuns: 700 },
    );
  });
});

describe('readLabelImage', () => {
  const read = (values: Float32Array | Int16Array, more: object = {}) =>
    readLabelImage(write('labels.nii.gz', gzipped(niftiBytes({ dims: [2, 2, 1], affine: AFFINE, values, ...more }))));

  test('labels, dims and affine; whole floats and NaN outside', async () => {
    const image = await read(Float32Array.of(0, 7, Number.NaN, 2));
    expect(image).toMatchObject({ dims: [2, 2, 1], placed: true, labels: Int32Array.of(0, 7, 0, 2) });
    expect(Array.from(image.affine)).toEqual([...AFFINE, 0, 0, 0, 1]);
    expect(labelsOf(image)).toEqual([2, 7]);
    expect((await read(Int16Array.of(1, 2, 3, 4), { slope: 2, intercept: -2 })).labels).toEqual(
      Int32Array.of(0, 2, 4, 6),
    );
    expect((await read(Int16Array.of(1, 2, 3, 4), { dims: [4, 1, 1, 1] })).dims).toEqual([4, 1, 1]);
  });

  test('refuses one that is too large before it is read', async () => {
    const path = write('large.nii', niftiBytes({ dims: [407, 407, 407], affine: AFFINE, values: new Int16Array(0) }));
    truncateSync(path, 352 + 2 * 407 ** 3);
    await expect(readLabelImage(path)).rejects.toThrow(
      'the label image is too large to be believed, expected at most 67108864 voxels, found 407 x 407 x 407;',
    );
  });

  test('refuses what is no label image', async () => {
    await expect(read(Float32Array.of(0, 0.5, 1, 1))).rejects.toThrow('whole numbers from 0 to 2147483647, found 0.5');
    await expect(read(Int16Array.of(0, -1, 1, 1))).rejects.toThrow('found -1');
    await expect(read(Float32Array.of(0, 1, 1, 2 ** 31))).rejects.toThrow('found 2147483648');
    await expect(read(new Int16Array(4))).rejects.toThrow('the label image holds no label, only zeros');
    await expect(read(Int16Array.of(1, 2, 3, 4), { dims: [2, 1, 1, 2] })).rejects.toThrow('several volumes');
    await expect(read(Int16Array.of(1, 2, 3, 4), { dims: [1, 1, 1, 1, 2, 2] })).rejects.toThrow('too many axes');
    await expect(read(new Int16Array(4), { dims: [1000, 1000, 1000] })).rejects.toThrow('far too small');
  });
});
