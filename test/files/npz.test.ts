import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors/input-error.ts';
import { encodeNpy } from '../../src/files/npy.ts';
import { npzNames, parseNpz } from '../../src/files/npz.ts';
import { crc32, readZipEntries } from '../../src/files/zip.ts';

// numpy 2.4: np.savez_compressed(f, a=np.arange(6, dtype='>i2').reshape(2, 3),
//                                b=np.asfortranarray(np.arange(6.).reshape(2, 3) / 4))
const NUMPY = Buffer.from(
  'UEsDBC0AAAAIAAAAIQCQvN3C//////////8FABQAYS5ucHkBABAAjAAAAAAAAABSAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6XaaSuo6Ce' +
    'll9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgYGBkYGJgZmBhYGVgBQSwMELQAAAAgAAAAhAFjY1iX//////////wUAFABi' +
    'Lm5weQEAEACwAAAAAAAAAFYAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNmoa6joJ6WX1RSlJgXn1+UkgoSDykqTQUKF2ckFqQCuRpGOgrG' +
    'mjoKtQrkAy4GFPDCHkJfgNIfoPQDKP3FHgBQSwECLQMtAAAACAAAACEAkLzdwlIAAACMAAAABQAAAAAAAAAAAAAAgAEAAAAAYS5ucHlQSwECLQMt' +
    'AAAACAAAACEAWNjWJVYAAACwAAAABQAAAAAAAAAAAAAAgAGJAAAAYi5ucHlQSwUGAAAAAAIAAgBmAAAAFgEAAAAA',
  'base64',
);

describe('parseNpz', () => {
  test('reads what NumPy writes', () => {
    const arrays = parseNpz(NUMPY, 'x.npz');
    expect([...arrays.keys()]).toEqual(['a', 'b']);
    expect(arrays.get('a')).toEqual({ shape: [2, 3], data: Int16Array.of(0, 1, 2, 3, 4, 5), descr: '>i2' });
    expect(arrays.get('b')?.data).toEqual(Float64Array.of(0, 0.25, 0.5, 0.75, 1, 1.25));
  });

  test('takes only the arrays asked for, and names those there are', () => {
    expect([...parseNpz(NUMPY, 'x.npz', ['b']).keys()]).toEqual(['b']);
    expect(npzNames(NUMPY, 'x.npz')).toEqual(['a', 'b']);
    expect(() => parseNpz(NUMPY, 'x.npz', ['c'])).toThrow("x.npz: no array 'c', found a, b.");
  });

  test('reads stored and deflated entries alike', () => {
    const file = encodeNpy(Float32Array.of(1, 2, 3), [3]);
    for (const level of [0, 9] as const)
      expect(parseNpz(zipSync({ 'x.npy': file }, { level }), 'x.npz').get('x')?.data).toEqual(Float32Array.of(1, 2, 3));
  });

  test('a byte flipped or a tail cut gives the right numbers or an InputError', () => {
    const truth = parseNpz(NUMPY, 'x.npz');
    fc.assert(
      fc.property(fc.nat(NUMPY.length - 1), fc.nat(255), fc.boolean(), (at, value, cut) => {
        const damaged = cut ? NUMPY.subarray(0, at) : Uint8Array.from(NUMPY);
        if (!cut) damaged[at] = value;
        try {
          for (const [name, array] of parseNpz(damaged, 'x.npz')) expect(array).toEqual(truth.get(name));
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }),
      // The directory's name of b flipped to a: found once by chance.
      { numRuns: 3000, examples: [[375, 97, false]] },
    );
  });

  test('refuses a bomb before inflating it', () => {
    const bomb = zipSync({ 'x.npy': new Uint8Array(2 ** 26) }, { level: 9 });
    expect(() => parseNpz(bomb, 'x.npz')).toThrow(
      /^x\.npz, entry 'x\.npy': the array is larger than its file can honestly hold, expected at most 33554432 bytes from a file of \d+, found 67108864; save it again, without compression if the array really is that large\.$/,
    );
  });

  test('refuses an entry that inflates to more or less than it declares', () => {
    const file = encodeNpy(new Float32Array(50), [50]);
    for (const declared of [file.length - 1, file.length + 1, 1, 0]) {
      const zip = zipSync({ 'x.npy': file }, { level: 9 });
      const directory = zip.length - 22 - (46 + 'x.npy'.length);
      new DataView(zip.buffer).setUint32(directory + 24, declared, true);
      expect(() => parseNpz(zip, 'x.npz')).toThrow(
        "x.npz: ZIP entry 'x.npy' does not match its size and checksum; copy or save it again.",
      );
    }
  });

  test('says that a file is no archive', () => {
    expect(() => parseNpz(new Uint8Array(100), 'x.npz')).toThrow(
      'x.npz: not a ZIP archive, or cut off at its end; copy or save it again.',
    );
  });
});

test('crc32 of the standard check string', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
});

test('the directory of an archive lists sizes without inflating', () => {
  expect(readZipEntries(NUMPY, 'x.npz').map(({ name, bytes }) => [name, bytes])).toEqual([
    ['a.npy', 140],
    ['b.npy', 176],
  ]);
});
