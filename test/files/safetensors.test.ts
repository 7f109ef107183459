import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors/input-error.ts';
import { encodeSafetensors, parseSafetensors, type StoredTensor } from '../../src/files/safetensors.ts';

const parse = (bytes: Uint8Array) => parseSafetensors(bytes, 'x.safetensors');

/** A file with this header, as text or as what JSON makes of it, and so many bytes of values. */
function file(header: unknown, valueBytes = 0): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(valueBytes)]);
}

const f32 = (shape: unknown, data_offsets: unknown) => ({ dtype: 'F32', shape, data_offsets });

const shapes = fc.array(fc.nat(4), { maxLength: 3 });
const tensor: fc.Arbitrary<StoredTensor> = shapes.chain((shape) => {
  const length = shape.reduce((product, size) => product * size, 1);
  const exactly = { minLength: length, maxLength: length };
  return fc
    .oneof(fc.float32Array(exactly), fc.bigInt64Array(exactly))
    .map((data) => ({ shape, data: data as StoredTensor['data'] }));
});
const name = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('__proto__', 'constructor', '7', 'a.weight', 'b.bias'),
);
const anyFile = fc.record({
  tensors: fc
    .uniqueArray(fc.tuple(name, tensor), { selector: ([name]) => name, maxLength: 6 })
    .map((tensors) => new Map(tensors)),
  metadata: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
});

describe('a file written and read', () => {
  test('has the same tensors, to the bit, and the same metadata', () => {
    fc.assert(
      fc.property(anyFile, ({ tensors, metadata }) => {
        const read = parse(Buffer.concat(encodeSafetensors({ tensors, metadata })));
        expect(read.metadata).toEqual(metadata);
        expect([...read.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
        for (const [name, { shape, data }] of tensors) {
          const found = read.tensors.get(name)!;
          expect(found.shape).toEqual(shape);
          expect(found.data.constructor).toBe(data.constructor);
          expect(Buffer.compare(new Uint8Array(found.data.buffer), Buffer.from(data.slice().buffer))).toBe(0);
        }
      }),
    );
  });

  test('has values aligned to their type, a view of a larger buffer only its own', () => {
    const all = Float32Array.of(1, 2, 3, 4, 5);
    const tensors = new Map<string, StoredTensor>([
      ['odd', { shape: [3], data: all.subarray(1, 4) }],
      ['count', { shape: [], data: BigInt64Array.of(-5n) }],
    ]);
    const bytes = Buffer.concat(encodeSafetensors({ tensors, metadata: { a: 'b' } }));
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    expect(JSON.parse(bytes.toString('utf8', 8, 8 + length))).toEqual({
      __metadata__: { a: 'b' },
      count: { dtype: 'I64', shape: [], data_offsets: [0, 8] },
      odd: { dtype: 'F32', shape: [3], data_offsets: [8, 20] },
    });
    expect(bytes.length).toBe(8 + length + 20);
    expect(parse(bytes).tensors).toEqual(
      new Map<string, StoredTensor>([
        ['count', { shape: [], data: BigInt64Array.of(-5n) }],
        ['odd', { shape: [3], data: Float32Array.of(2, 3, 4) }],
      ]),
    );
  });

  test('is copied: changing the bytes changes no tensor', () => {
    const bytes = file({ a: f32([1], [0, 4]) }, 4);
    const { tensors } = parse(bytes);
    bytes.fill(0xff);
    expect(tensors.get('a')?.data).toEqual(Float32Array.of(0));
  });

  test('needs no metadata and no tensors', () => {
    expect(parse(file({}))).toEqual({ tensors: new Map(), metadata: {} });
  });

  test('cannot be written with elements that do not fit the shape, or under the name of the metadata', () => {
    const write = (name: string, shape: number[]) =>
      encodeSafetensors({ tensors: new Map([[name, { shape, data: new Float32Array(3) }]]), metadata: {} });
    expect(() => write('a', [2])).toThrow('tensor a of shape [2] and 3 elements cannot be written');
    expect(() => write('__metadata__', [3])).toThrow(RangeError);
  });
});

describe('what is refused', () => {
  const again = 'copy or export it again';
  const noFile = `this is no safetensors file, or it is cut off; ${again}.`;
  test.each([
    ['an empty file', new Uint8Array(0), noFile],
    ['a short file', new Uint8Array(7), noFile],
    ['a header longer than the file', file({}).subarray(0, 9), noFile],
    ['a header length of 2^64 - 1', new Uint8Array(100).fill(0xff), noFile],
    ['no JSON', file('{"a":'), `the header is not JSON; ${again}.`],
    [
      'no UTF-8',
      Buffer.concat([file('"x"').subarray(0, 9), Buffer.of(0xff, 0x22)]),
      `the header is not JSON; ${again}.`,
    ],
    ['a list', file([]), `the header is no table of tensors; ${again}.`],
    ['null', file('null'), `the header is no table of tensors; ${again}.`],
    ['metadata of numbers', file({ __metadata__: { heads: 5 } }), `__metadata__ is not a table of texts; ${again}.`],
    ['a tensor without entry', file({ a: null }), unsupported('undefined')],
    ['float16', file({ a: { dtype: 'F16', shape: [1], data_offsets: [0, 2] } }, 2), unsupported('F16')],
    ['no shape', file({ a: f32(undefined, [0, 4]) }, 4), `tensor a has no shape and place; ${again}.`],
    ['a negative size', file({ a: f32([-1], [0, 4]) }, 4), `tensor a has no shape and place; ${again}.`],
    ['a fractional size', file({ a: f32([0.5], [0, 2]) }, 2), `tensor a has no shape and place; ${again}.`],
    ['three offsets', file({ a: f32([1], [0, 4, 8]) }, 8), `tensor a has no shape and place; ${again}.`],
    ['offsets of another size', file({ a: f32([2], [0, 4]) }, 4), `tensor a of shape [2] takes 4 bytes; ${again}.`],
    ['offsets in reverse', file({ a: f32([1], [4, 0]) }, 4), `tensor a of shape [1] takes -4 bytes; ${again}.`],
    [
      'a size that overflows',
      file({ a: f32([...Array(30).fill(2 ** 50), 0], [0, 0]) }),
      `tensor a of shape [${Array(30).fill(2 ** 50)},0] takes 0 bytes; ${again}.`,
    ],
    [
      'offsets beyond the end',
      file({ a: f32([2], [0, 8]) }, 4),
      `the file is cut off, expected 8 bytes of values, found 4; ${again}.`,
    ],
    [
      'bytes left over',
      file({ a: f32([1], [0, 4]) }, 5),
      `the file is longer than its header says, expected 4 bytes of values, found 5; ${again}.`,
    ],
    [
      'tensors that overlap',
      file({ a: f32([2], [0, 8]), b: f32([1], [4, 8]) }, 8),
      `tensor b starts at byte 4 of the values instead of 8; ${again}.`,
    ],
    [
      'a hole',
      file({ a: f32([1], [8, 12]), b: f32([1], [0, 4]) }, 12),
      `tensor a starts at byte 8 of the values instead of 4; ${again}.`,
    ],
  ])('%s', (_, bytes, message) => {
    expect(messageOf(bytes)).toBe(`x.safetensors: ${message}`);
  });

  test('a header from which JSON could build gigabytes', () => {
    expect(messageOf(file(`[${'{},'.repeat(2 ** 22)}{}]`))).toBe(`x.safetensors: ${noFile}`);
  });

  test('every cut, with a clear error', () => {
    const tensors = new Map([['a', { shape: [2, 3], data: new Float32Array(6) }]]);
    const whole = Buffer.concat(encodeSafetensors({ tensors, metadata: { card: '{}' } }));
    for (let length = 0; length < whole.length; length++)
      expect(messageOf(whole.subarray(0, length)), `${length} bytes`).toMatch(/cut off/);
  });

  test('a flipped byte: an InputError or tensors that are whole', () => {
    const tensors = new Map<string, StoredTensor>([
      ['a', { shape: [2, 3], data: new Float32Array(6) }],
      ['b', { shape: [1], data: new BigInt64Array(1) }],
    ]);
    const whole = Buffer.concat(encodeSafetensors({ tensors, metadata: { card: '{}' } }));
    let refused = 0;
    fc.assert(
      fc.property(fc.nat(whole.length - 33), fc.nat(255), (at, value) => {
        const damaged = Uint8Array.from(whole);
        damaged[at] = value;
        try {
          for (const { shape, data } of parse(damaged).tensors.values())
            expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          refused++;
        }
      }),
      { seed: 7, numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });
});

function unsupported(found: string): string {
  return `tensor a has an unsupported type, expected F32 or I64, found ${found}; export it again as float32.`;
}

function messageOf(bytes: Uint8Array): string {
  try {
    parse(bytes);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'nothing was thrown';
}
