import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors/input-error.ts';
import { encodeNpy, npyHeader, parseNpy } from '../../src/files/npy.ts';

type Write = (view: DataView, at: number, value: number, little: boolean) => void;

/** Every element type but float16: how to write it, and a value it holds. */
const KINDS: Record<string, { bytes: number; write: Write; value: fc.Arbitrary<number> }> = {
  f4: { bytes: 4, write: (v, at, x, le) => v.setFloat32(at, x, le), value: fc.float() },
  f8: { bytes: 8, write: (v, at, x, le) => v.setFloat64(at, x, le), value: fc.double() },
  i1: { bytes: 1, write: (v, at, x) => v.setInt8(at, x), value: fc.integer({ min: -128, max: 127 }) },
  u1: { bytes: 1, write: (v, at, x) => v.setUint8(at, x), value: fc.integer({ min: 0, max: 255 }) },
  b1: { bytes: 1, write: (v, at, x) => v.setUint8(at, x), value: fc.integer({ min: 0, max: 1 }) },
  i2: { bytes: 2, write: (v, at, x, le) => v.setInt16(at, x, le), value: fc.integer({ min: -32768, max: 32767 }) },
  u2: { bytes: 2, write: (v, at, x, le) => v.setUint16(at, x, le), value: fc.integer({ min: 0, max: 65535 }) },
  i4: { bytes: 4, write: (v, at, x, le) => v.setInt32(at, x, le), value: fc.integer() },
  u4: { bytes: 4, write: (v, at, x, le) => v.setUint32(at, x, le), value: fc.nat().map((x) => 2 * x) },
  i8: { bytes: 8, write: (v, at, x, le) => v.setBigInt64(at, BigInt(x), le), value: fc.maxSafeInteger() },
  u8: { bytes: 8, write: (v, at, x, le) => v.setBigUint64(at, BigInt(x), le), value: fc.maxSafeNat() },
};

interface Layout {
  readonly bigEndian: boolean;
  readonly fortran: boolean;
  readonly version: 1 | 2 | 3;
}

/** A plain writer that knows nothing of the reader: element (i, j) of C-ordered `values` goes where the order puts it. */
function writeNpy(kind: string, values: readonly number[], shape: readonly [number, number], layout: Layout) {
  const { bytes, write } = KINDS[kind];
  const order = layout.fortran ? 'True' : 'False';
  const text = `{'descr': '${layout.bigEndian ? '>' : '<'}${kind}', 'fortran_order': ${order}, 'shape': (${shape}), }\n`;
  const start = layout.version === 1 ? 10 : 12;
  const out = new Uint8Array(start + text.length + values.length * bytes);
  const view = new DataView(out.buffer);
  out.set([0x93, 78, 85, 77, 80, 89, layout.version, 0]);
  if (layout.version === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  out.set(new TextEncoder().encode(text), start);
  for (let i = 0; i < shape[0]; i++)
    for (let j = 0; j < shape[1]; j++) {
      const slot = layout.fortran ? j * shape[0] + i : i * shape[1] + j;
      write(view, start + text.length + slot * bytes, values[i * shape[1] + j], !layout.bigEndian);
    }
  return out;
}

const layouts: fc.Arbitrary<Layout> = fc.record({
  bigEndian: fc.boolean(),
  fortran: fc.boolean(),
  version: fc.constantFrom(1, 2, 3),
});

/** A file and what it holds. */
const files = fc.constantFrom(...Object.keys(KINDS)).chain((kind) =>
  fc.tuple(fc.nat(5), fc.nat(5), layouts).chain(([rows, columns, layout]) =>
    fc.array(KINDS[kind].value, { minLength: rows * columns, maxLength: rows * columns }).map((values) => ({
      values,
      shape: [rows, columns] as const,
      bytes: writeNpy(kind, values, [rows, columns], layout),
    })),
  ),
);

/** What it throws, when that is an InputError; anything else fails the test. */
function inputErrorOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

describe('parseNpy', () => {
  test('reads every element type, byte order, axis order and version', () => {
    fc.assert(
      fc.property(files, ({ values, shape, bytes }) => {
        const array = parseNpy(bytes, 'x.npy');
        expect(array.shape).toEqual(shape);
        expect(Array.from(array.data)).toEqual(values);
      }),
      { numRuns: 500 },
    );
  });

  test('reads from the middle of a larger buffer, unaligned', () => {
    const whole = new Uint8Array(1000);
    const bytes = encodeNpy(Float64Array.of(1.5, -2), [2]);
    whole.set(bytes, 3);
    expect(parseNpy(whole.subarray(3, 3 + bytes.length), 'x.npy').data).toEqual(Float64Array.of(1.5, -2));
  });

  test('widens every float16 exactly', () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const header = npyHeader('<f2', [65536]);
    const data = parseNpy(Uint8Array.from([...header, ...new Uint8Array(bits.buffer)]), 'x.npy').data;
    // The known answers of IEEE 754 binary16.
    for (const [pattern, value] of [
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x0001, 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3555, 0.333251953125],
      [0x8000, -0],
      [0x7c00, Number.POSITIVE_INFINITY],
      [0xfc00, Number.NEGATIVE_INFINITY],
      [0x7e00, Number.NaN],
    ])
      expect(data[pattern]).toBe(value);
    // Another way for all finite ones: the same bits as a float32 with its exponent re-biased by 127 - 15 = 112.
    const word = new Uint32Array(1);
    const single = new Float32Array(word.buffer);
    for (let half = 0; half < 0x7c00; half++) {
      word[0] = half << 13;
      expect(data[half]).toBe(single[0] * 2 ** 112);
      expect(data[half | 0x8000]).toBe(-single[0] * 2 ** 112);
    }
  });

  test('puts a three-dimensional Fortran array in C order', () => {
    // numpy: asfortranarray(arange(24).reshape(2, 3, 4)); element [i, j, k] = 12 i + 4 j + k is at i + 2 j + 6 k.
    const stored = new Int32Array(24);
    for (let i = 0; i < 2; i++)
      for (let j = 0; j < 3; j++) for (let k = 0; k < 4; k++) stored[i + 2 * j + 6 * k] = 12 * i + 4 * j + k;
    const text = new TextDecoder('latin1').decode(npyHeader('<i4', [2, 3, 4])).replace('False', 'True ');
    const header = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    header[0] = 0x93;
    const array = parseNpy(Uint8Array.from([...header, ...new Uint8Array(stored.buffer)]), 'x.npy');
    expect(Array.from(array.data)).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });

  test('a byte flipped or a tail cut gives an InputError or an array of the size it says', () => {
    fc.assert(
      fc.property(files, fc.nat(), fc.nat(255), fc.boolean(), ({ bytes }, at, value, cut) => {
        const damaged = cut ? bytes.slice(0, at % bytes.length) : bytes.slice();
        if (!cut) damaged[at % Math.min(bytes.length, 90)] = value;
        const error = inputErrorOf(() => {
          const array = parseNpy(damaged, 'x.npy');
          expect(array.data.length).toBe(array.shape.reduce((product, length) => product * length, 1));
        });
        if (cut) expect(error).toMatch(/^x\.npy: (the file is cut off|not a \.npy file)/);
      }),
      { numRuns: 1000 },
    );
  });

  test('says what is wrong', () => {
    const good = encodeNpy(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    const withHeader = (descr: string, shape: readonly number[]) => parseNpy(npyHeader(descr, shape), 'x.npy');
    expect(inputErrorOf(() => parseNpy(good.subarray(0, 140), 'x.npy'))).toBe(
      'x.npy: the file is cut off, expected 152 bytes for shape (2, 3) of <f4, found 140; copy or save it again.',
    );
    expect(inputErrorOf(() => parseNpy(good.subarray(0, 60), 'x.npy'))).toBe(
      'x.npy: the file is cut off in its .npy header, expected at least 128 bytes, found 60; copy it again.',
    );
    expect(inputErrorOf(() => parseNpy(Uint8Array.from([...good, 0]), 'x.npy'))).toBe(
      'x.npy: the file is longer than its .npy header says, expected 152 bytes for shape (2, 3) of <f4, found 153; copy or save it again.',
    );
    expect(inputErrorOf(() => parseNpy(new Uint8Array(0), 'x.npy'))).toBe(
      'x.npy: not a .npy file, expected the bytes \\x93NUMPY at its start.',
    );
    expect(inputErrorOf(() => withHeader('|O', [2]))).toBe(
      "x.npy: the array holds no plain numbers, expected one of f2, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8, b1, found '|O'; save it again as float32.",
    );
    expect(inputErrorOf(() => withHeader('<U5', [2]))).toContain("found '<U5'");
    expect(inputErrorOf(() => withHeader('<c16', [2]))).toContain("found '<c16'");
    // Far more than memory holds: refused by comparison with the file's size, before anything is allocated.
    expect(inputErrorOf(() => withHeader('<f8', [1e6, 1e6]))).toContain('expected 8000000000128 bytes');
    expect(inputErrorOf(() => withHeader('<f8', [1e9, 1e9]))).toContain('impossible array shape');
    const big = encodeNpy(Float64Array.of(0), [1]);
    big.set(new TextEncoder().encode('<i8'), 21);
    new DataView(big.buffer).setBigInt64(128, 2n ** 60n, true);
    expect(inputErrorOf(() => parseNpy(big, 'x.npy'))).toBe(
      'x.npy: element 1 is too large an integer, expected at most 2^53 - 1 in size, found 1152921504606846976; save it again as float64.',
    );
  });

  test('names a structured array', () => {
    const text = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }\n";
    const bytes = Uint8Array.from([0x93, 78, 85, 77, 80, 89, 1, 0, text.length, 0, ...new TextEncoder().encode(text)]);
    expect(inputErrorOf(() => parseNpy(bytes, 'x.npy'))).toContain('found a structured array');
  });
});

describe('encodeNpy', () => {
  test('is byte for byte what NumPy writes', () => {
    // numpy 2.4: b = io.BytesIO(); np.save(b, np.arange(3, dtype='<f4')); base64.b64encode(b.getvalue())
    const numpy = Buffer.from(
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAACAPwAAAEA=',
      'base64',
    );
    expect(Buffer.from(encodeNpy(Float32Array.of(0, 1, 2), [3]))).toEqual(numpy);
  });

  test('is read back', () => {
    for (const data of [Float32Array.of(1, 2.5), Float64Array.of(Math.PI, -1), Int32Array.of(-7, 2 ** 30)])
      expect(parseNpy(encodeNpy(data, [2, 1]), 'x.npy')).toMatchObject({ shape: [2, 1], data });
  });

  test('has a header of one length for any row count, aligned to 64 bytes', () => {
    expect(npyHeader('<f4', [0, 100]).length).toBe(128);
    expect(npyHeader('<f4', [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]).length).toBe(128);
    expect(npyHeader('<f4', Array(40).fill(1000)).length % 64).toBe(0);
  });

  test('refuses a shape that is not the data', () => {
    expect(() => encodeNpy(Float32Array.of(1, 2), [3])).toThrow('2 elements for shape (3)');
  });
});
