import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readHeader } from 'nifti-reader-js';
import { describe, expect, test } from 'vitest';
import { isInputError } from '../../src/errors/input-error.ts';
import { parseNiftiHeader } from '../../src/volume/nifti-header.ts';
import { niftiBytes, readFixture } from './image-files.ts';

interface Case {
  readonly name: string;
  readonly file: string;
  readonly version: 1 | 2;
  readonly littleEndian: boolean;
  readonly dims: readonly number[];
  readonly type: string;
  readonly slope: number;
  readonly intercept: number;
  readonly affine: readonly number[];
  readonly place: 'sform' | 'qform' | 'none';
}

const CASES = readFixture('nifti.json') as readonly Case[];
const bytesOf = ({ file }: Case) => gunzipSync(Buffer.from(file, 'base64'));
const parse = (bytes: Uint8Array) => parseNiftiHeader(bytes, 'x.nii');

/** A header with some bytes replaced. */
function changed(change: (bytes: Buffer) => void): Buffer {
  const bytes = niftiBytes({
    dims: [2, 2, 2, 3],
    affine: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0],
    values: new Int16Array(24),
    tr: 2,
  });
  change(bytes);
  return bytes;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));
}

describe('parseNiftiHeader', () => {
  test.each(CASES.map((one) => [one.name, one] as const))('%s, as nibabel wrote it', (_, one) => {
    const header = parse(bytesOf(one));
    expect(header).toMatchObject({
      version: one.version,
      littleEndian: one.littleEndian,
      dims: one.dims,
      voxelType: one.type,
      slope: one.slope,
      intercept: one.intercept,
      affineFrom: one.place,
      tr: 0.8,
      dataOffset: one.version === 1 ? 352 : 544,
    });
    expect(largestDifference(header.affine, one.affine)).toBeLessThan(1e-5);
  });

  test('agrees with nifti-reader-js', () => {
    for (const one of CASES) {
      const bytes = bytesOf(one);
      const oracle = readHeader(Uint8Array.from(bytes).buffer);
      const header = parse(bytes);
      expect(header.dims).toEqual(oracle.dims.slice(1, oracle.dims[0] + 1));
      expect(header.littleEndian).toBe(oracle.littleEndian);
      expect(header.dataOffset).toBe(oracle.vox_offset);
      // It does not turn the qform of NIfTI-2 into an affine.
      if (one.place === 'sform' || (one.place === 'qform' && one.version === 1))
        expect(largestDifference(header.affine, oracle.affine.flat())).toBeLessThan(1e-6);
    }
  });

  test('units: seconds, milliseconds and microseconds, millimetres, metres and micrometres', () => {
    const tr = (step: number, units: number) =>
      parse(
        changed((bytes) => {
          bytes.writeFloatLE(step, 92);
          bytes.writeUInt8(units, 123);
        }),
      ).tr;
    expect([tr(2.2, 10), tr(2200, 18), tr(2_200_000, 26), tr(0.72, 10), tr(2.5, 0)]).toEqual([
      2.2, 2.2, 2.2, 0.72, 2.5,
    ]);
    // Hz is no time; 2000 s is a wrong unit; 1 without a unit, and 0, stand there by default.
    expect([tr(2, 34), tr(2000, 10), tr(1, 2), tr(0, 10), tr(Number.NaN, 10), tr(-2, 10)]).toEqual(
      Array(6).fill(undefined),
    );
    const size = (units: number) => parse(changed((bytes) => bytes.writeUInt8(units, 123))).affine[0];
    expect([size(2), size(1), size(3), size(0)]).toEqual([2, 2000, 0.002, 2]);
    expect(parse(changed((bytes) => bytes.writeInt16LE(1, 48))).tr).toBeUndefined();
  });

  test('sform goes before qform, and qfac turns the third axis', () => {
    const both = (sform: number, qfac: number) =>
      parse(
        changed((bytes) => {
          bytes.writeInt16LE(1, 252);
          bytes.writeInt16LE(sform, 254);
          for (const [i, size] of [qfac, 3, 4, 5].entries()) bytes.writeFloatLE(size, 76 + 4 * i);
          for (const [i, value] of [0, 0, 1, 7, 8, 9].entries()) bytes.writeFloatLE(value, 256 + 4 * i);
        }),
      );
    expect(both(1, 1)).toMatchObject({ affineFrom: 'sform' });
    expect(both(1, 1).affine[0]).toBe(2);
    // d = 1: half a turn about z.
    const turned = (qfac: number) => Array.from(both(0, qfac).affine, (value) => value + 0);
    expect(turned(1)).toEqual([-3, 0, 0, 7, 0, -4, 0, 8, 0, 0, 5, 9, 0, 0, 0, 1]);
    expect(turned(-1)).toEqual([-3, 0, 0, 7, 0, -4, 0, 8, 0, 0, -5, 9, 0, 0, 0, 1]);
    expect(both(0, 1).affineFrom).toBe('qform');
  });

  test('a slope of 0 or NaN scales nothing', () => {
    const scaling = (slope: number) =>
      parse(
        changed((bytes) => {
          bytes.writeFloatLE(slope, 112);
          bytes.writeFloatLE(5, 116);
        }),
      );
    expect(scaling(0)).toMatchObject({ slope: 1, intercept: 0 });
    expect(scaling(Number.NaN)).toMatchObject({ slope: 1, intercept: 0 });
    expect(scaling(2)).toMatchObject({ slope: 2, intercept: 5 });
  });

  test.each([
    ['complex numbers', (b: Buffer) => b.writeInt16LE(32, 70), 'the voxels hold complex numbers'],
    ['colours', (b: Buffer) => b.writeInt16LE(128, 70), 'the voxels hold colours (RGB)'],
    ['an unknown type', (b: Buffer) => b.writeInt16LE(3, 70), 'the unknown type 3'],
    ['another size of voxel', (b: Buffer) => b.writeInt16LE(32, 72), 'expected 16 bits of int16, found 32'],
    ['no axes', (b: Buffer) => b.writeInt16LE(0, 40), 'impossible axes'],
    ['eight axes', (b: Buffer) => b.writeInt16LE(8, 40), 'impossible axes'],
    ['an axis below 1', (b: Buffer) => b.writeInt16LE(-2, 42), 'impossible axes'],
    ['an offset into the header', (b: Buffer) => b.writeFloatLE(348, 108), 'does not say where the numbers start'],
    ['an offset that is none', (b: Buffer) => b.writeFloatLE(Number.NaN, 108), 'does not say where the numbers start'],
    [
      'an infinite slope',
      (b: Buffer) => b.writeFloatLE(Infinity, 112),
      'the scaling in the NIfTI header is not finite',
    ],
    ['a pair of files', (b: Buffer) => b.write('ni1\0', 344, 'latin1'), 'the header is one of a pair of files'],
    ['ANALYZE', (b: Buffer) => b.fill(0, 344, 348), 'ANALYZE'],
    [
      'something else',
      (b: Buffer) => b.writeInt32LE(349, 0),
      'not a NIfTI file, expected a header of 348 or 540 bytes',
    ],
  ])('refuses %s', (_, change, message) => {
    expect(() => parse(changed(change))).toThrow(message);
  });

  test('whatever the bytes, a header that holds together or an InputError', () => {
    const starts = CASES.map((one) => Uint8Array.from(bytesOf(one).subarray(0, 560)));
    const flips = fc.array(fc.tuple(fc.nat(559), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.constantFrom(...starts), flips, fc.option(fc.nat(560)), (start, changes, length) => {
        const bytes = start.slice(0, length ?? start.length);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        try {
          const header = parse(bytes);
          expect(header.dims.length).toBeGreaterThan(0);
          expect(header.dims.every((n) => Number.isInteger(n) && n > 0)).toBe(true);
          expect(Number.isFinite(header.slope) && Number.isFinite(header.intercept)).toBe(true);
          expect(header.tr === undefined || header.tr > 0).toBe(true);
          expect(header.dataOffset).toBeGreaterThanOrEqual(352);
        } catch (error) {
          if (!isInputError(error)) throw error;
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
