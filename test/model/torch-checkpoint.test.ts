import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors/input-error.ts';
import { parseNpz } from '../../src/files/npz.ts';
import type { StoredTensor } from '../../src/files/safetensors.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { trainedLayout, viewOf } from '../../src/model/parameters.ts';
import { parseTorchCheckpoint } from '../../src/model/torch-checkpoint.ts';

const GOLDEN = 'test/fixtures/golden-20/checkpoint.pth';
const ADVICE = 'give a file that torch.save wrote of a state dict, or of a dict that holds one as model';

const fixture = (name: string) => readFileSync(`test/fixtures/torch/${name}`);
const parse = (bytes: Uint8Array) => parseTorchCheckpoint(bytes, 'x.pth');
const opened = (name: string) => parse(fixture(name));

/** A file as torch.save writes it, around a pickle of our own: a text whose characters are bytes. */
const around = (pickle: string, entries: Record<string, Uint8Array> = {}) =>
  zipSync({ 'x/data.pkl': Buffer.from(pickle, 'latin1'), ...entries }, { level: 0 });

/** A pickle of {'w': a float32 tensor} with these sizes, as the text of opcodes. */
function pickleOf(view: { shape: number[]; strides: number[]; offset?: number; storage: number }): string {
  const int32 = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return `J${bytes.toString('latin1')}`;
  };
  const tuple = (values: number[]) => `(${values.map(int32).join('')}t`;
  const id = `(\x8c\x07storagectorch\nFloatStorage\n\x8c\x010\x8c\x03cpu${int32(view.storage)}tQ`;
  const args = `(${id}${int32(view.offset ?? 0)}${tuple(view.shape)}${tuple(view.strides)}\x89}t`;
  return `\x80\x02}\x8c\x01wctorch._utils\n_rebuild_tensor_v2\n${args}Rs.`;
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the published form', () => {
  test('the golden checkpoint holds exactly the tensors of the NumPy file made beside it', () => {
    const tensors = parse(readFileSync(GOLDEN));
    const expected = parseNpz(readFileSync('test/fixtures/golden-20/weights.npz'), 'weights.npz');
    const counters = [...tensors.keys()].filter((name) => name.endsWith('num_batches_tracked'));
    expect(tensors.size).toBe(expected.size + counters.length);
    for (const [name, { shape, data }] of expected) expect(tensors.get(name), name).toEqual({ shape, data });
    for (const name of counters) expect(tensors.get(name)).toEqual({ shape: [], data: BigInt64Array.of(0n) });
    expect(counters).toHaveLength(3);
  });

  test('loadModel says that the heads of a model of no preset are not known', async () => {
    await expect(loadModel(GOLDEN)).rejects.toThrow(
      `${GOLDEN}: the number of attention heads of a 3-layer model cannot be read from its weights; ` +
        'say it with --heads, or use a run directory, whose card.json says it.',
    );
  });

  test('loadModel takes the heads that are told', async () => {
    const { weights, card } = await loadModel(GOLDEN, { heads: 4 });
    expect(card.size).toEqual({ rois: 20, layers: 3, heads: 4, ffn: 24, feature: 12 });
    const stored = parseNpz(readFileSync('test/fixtures/golden-20/weights.npz'), 'weights.npz');
    const place = trainedLayout(card.size).places.find(({ name }) => name === 'cpred.0.bias')!;
    expect(viewOf(weights.trained, place)).toEqual(stored.get('cpred.0.bias')!.data);
  });

  test('parameters, the module. prefix, a bigint, lists, floats and None beside the model', () => {
    expect([...opened('parameter-ddp.pth')]).toEqual([
      ['weight', { shape: [1, 2], data: Float32Array.of(0.5, -0.25) }],
      ['bias', { shape: [1], data: Float32Array.of(0.125) }],
    ]);
  });

  test.each([3, 4, 5])('a bare state dict in pickle protocol %i', (protocol) => {
    expect([...opened(`protocol${protocol}.pth`)]).toEqual([
      ['weight', { shape: [1, 2], data: Float32Array.of(0.5, -0.25) }],
      ['bias', { shape: [1], data: Float32Array.of(0.125) }],
    ]);
  });
});

describe('number types and views', () => {
  const eighths = Float32Array.from({ length: 12 }, (_, i) => (i - 5) / 8);

  test('every floating type becomes float32, every integer type int64', () => {
    const tensors = opened('types.pth');
    for (const kind of ['float32', 'float64', 'float16', 'bfloat16'])
      expect(tensors.get(kind), kind).toEqual({ shape: [3, 4], data: eighths });
    for (const kind of ['int64', 'int32', 'int16', 'int8'])
      expect(tensors.get(kind), kind).toEqual({ shape: [3], data: BigInt64Array.of(-3n, 0n, 100n) });
    expect(tensors.get('half_limits')?.data).toEqual(Float32Array.of(2 ** -24, 65504, Number.POSITIVE_INFINITY, -0));
    expect(tensors.get('uint8')?.data).toEqual(BigInt64Array.of(0n, 255n));
    expect(tensors.get('bool')?.data).toEqual(BigInt64Array.of(1n, 0n));
    expect(tensors.get('large')?.data).toEqual(BigInt64Array.of(2n ** 62n, -(2n ** 63n)));
    expect(tensors.get('scalar')).toEqual({ shape: [], data: BigInt64Array.of(7n) });
    expect(tensors.get('empty')).toEqual({ shape: [0, 3], data: new Float32Array() });
    expect(tensors.size).toBe(14);
  });

  test('views are written out row by row', () => {
    const tensors = opened('views.pth');
    const columns = Float32Array.from({ length: 12 }, (_, i) => eighths[(i % 3) * 4 + Math.floor(i / 3)]);
    expect(tensors.get('transposed')).toEqual({ shape: [4, 3], data: columns });
    expect(tensors.get('half_transposed')).toEqual({ shape: [4, 3], data: columns });
    expect(tensors.get('offset')).toEqual({ shape: [4], data: eighths.slice(5, 9) });
    expect(tensors.get('every_second_column')).toEqual({
      shape: [3, 2],
      data: eighths.filter((_, i) => i % 2 === 1),
    });
    expect(tensors.get('one_column')).toEqual({ shape: [3, 1], data: eighths.filter((_, i) => i % 4 === 2) });
    const permuted: number[] = [];
    for (let k = 0; k < 4; k++)
      for (let i = 0; i < 2; i++) for (let j = 0; j < 3; j++) permuted.push((12 * i + 4 * j + k) / 8);
    expect(tensors.get('permuted')).toEqual({ shape: [4, 2, 3], data: Float32Array.from(permuted) });
  });

  test('the byte order of recent files is heeded', () => {
    const withOrder = (order: string) =>
      zipSync({ ...unzipSync(fixture('protocol4.pth')), 'protocol4/byteorder': Buffer.from(order) }, { level: 0 });
    expect(parse(withOrder('little')).get('bias')?.data).toEqual(Float32Array.of(0.125));
    expect(messageOf(() => parse(withOrder('big')))).toBe(
      'x.pth: not saved by a little-endian machine; convert it to .safetensors.',
    );
  });
});

describe('what could run code is refused', () => {
  const refusal = (name: string) =>
    `x.pth: the file asks for ${name}, which may run code when unpickled, refused, expected only tensors, dicts, ` +
    'lists, texts and numbers; save only the weights, torch.save(model.state_dict(), file).';

  test('a call of os.system, as Python pickles it', () => {
    expect(messageOf(() => opened('hostile.pth'))).toBe(refusal('posix.system'));
    expect(existsSync('hostile-pickle-ran')).toBe(false);
  });

  test('a pickled module', () => {
    expect(messageOf(() => opened('whole-module.pth'))).toBe(refusal('torch.nn.modules.linear.Linear'));
  });

  test.each([
    ['builtins.eval', 'cbuiltins\neval\n'],
    ['os.system', '\x8c\x02os\x8c\x06system\x93'],
    ['torch._utils._rebuild_wrapper', 'ctorch._utils\n_rebuild_wrapper\n'],
    ['torch.FloatStorage.__init__', '\x8c\x05torch\x8c\x15FloatStorage.__init__\x93'],
    ['evil?[2Jname.x', 'cevil\x1b[2Jname\nx\n'],
  ])('%s', (name, opcodes) => {
    expect(messageOf(() => parse(around(`\x80\x02${opcodes}\x8c\x0ctouch ran.txt\x85R.`)))).toBe(refusal(name));
  });

  test('opcodes that make objects in other ways', () => {
    for (const [opcode, pickle] of [
      ['69', '(ios\nsystem\n.'],
      ['6f', '(ctorch\nFloatStorage\no.'],
      ['81', 'ctorch\nFloatStorage\n)\x81.'],
      ['82', '\x82\x01.'],
    ])
      expect(messageOf(() => parse(around(`\x80\x02${pickle}`)))).toMatch(
        new RegExp(`^x\\.pth: the pickle holds opcode 0x${opcode}, which no state dict needs \\(byte \\d+\\); copy`),
      );
  });

  test('an allowed global is never called: as a tensor it is refused, elsewhere it is ignored', () => {
    const call = 'ctorch\nFloatStorage\n)R';
    expect(messageOf(() => parse(around(`\x80\x02}\x8c\x01w${call}s.`)))).toBe(
      `x.pth, tensor w: not written as torch.save writes a tensor; ${ADVICE}.`,
    );
  });
});

describe('files of another form', () => {
  test('the format before PyTorch 1.6', () => {
    expect(messageOf(() => opened('legacy.pth'))).toBe(
      'x.pth: this is a bare pickle, as PyTorch wrote before version 1.6; save it again with a recent PyTorch, ' +
        'torch.save(torch.load(file), file), or convert it to .safetensors.',
    );
  });

  test.each([
    ['no archive', new Uint8Array(100), 'x.pth: not a ZIP archive, or cut off at its end; copy or save it again.'],
    [
      'another archive',
      zipSync({ 'weights.npy': new Uint8Array(3) }),
      `x.pth: a ZIP archive, but not of torch.save: it has no data.pkl; ${ADVICE}.`,
    ],
    ['a number', around('\x80\x02K\x01.'), `x.pth: this is no dict of tensors; ${ADVICE}.`],
    ['an empty dict', around('\x80\x02}.'), `x.pth: the state dict is empty; ${ADVICE}.`],
    [
      'a dict that holds itself',
      around('\x80\x02}q\x00\x8c\x05modelh\x00s.'),
      `x.pth: 'model' in the state dict is not a tensor; ${ADVICE}.`,
    ],
    [
      'another training framework',
      fixture('lightning.pth'),
      `x.pth: 'epoch' in the state dict is not a tensor; ${ADVICE}.`,
    ],
    [
      'a storage that is not there',
      around(pickleOf({ shape: [2], strides: [1], storage: 2 })),
      "x.pth: there is no entry 'data/0'; copy or save it again.",
    ],
    [
      'a stray entry',
      around('\x80\x02}.', { 'y/data/0': new Uint8Array(4) }),
      `x.pth: ZIP entry 'y/data/0' is twice there or out of place; ${ADVICE}.`,
    ],
  ])('%s', (_, bytes, message) => {
    expect(messageOf(() => parse(bytes))).toBe(message);
  });

  test('one entry twice', () => {
    const storages = { 'x/data/0': new Uint8Array(8), 'x/data/1': new Uint8Array(8) };
    const bytes = Buffer.from(around(pickleOf({ shape: [2], strides: [1], storage: 2 }), storages));
    bytes.write('0', bytes.lastIndexOf('x/data/1') + 'x/data/'.length);
    expect(messageOf(() => parse(bytes))).toBe(
      `x.pth: ZIP entry 'x/data/0' is twice there or out of place; ${ADVICE}.`,
    );
  });

  test('one name twice, with and without module.', () => {
    const { 'protocol3/data.pkl': pickle, ...storages } = unzipSync(fixture('protocol3.pth'));
    const renamed = Buffer.from(pickle)
      .toString('latin1')
      .replace('X\x04\x00\x00\x00bias', 'X\x0d\x00\x00\x00module.weight');
    const bytes = zipSync({ 'protocol3/data.pkl': Buffer.from(renamed, 'latin1'), ...storages });
    expect(messageOf(() => parse(bytes))).toBe(`x.pth: there are two tensors weight; ${ADVICE}.`);
  });
});

describe('sizes are checked before anything is allocated', () => {
  const storage = { 'x/data/0': new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer) };

  test('the hand-made pickle is a good one', () => {
    const bytes = around(pickleOf({ shape: [2, 2], strides: [3, 1], offset: 1, storage: 6 }), storage);
    expect([...parse(bytes)]).toEqual([['w', { shape: [2, 2], data: Float32Array.of(2, 3, 5, 6) }]]);
  });

  test.each([
    ['[7] with strides [1] from element 0', 7, { shape: [7], strides: [1] }],
    ['[2,3] with strides [3,1] from element 1', 7, { shape: [2, 3], strides: [3, 1], offset: 1 }],
    ['[1000,1000] with strides [0,0] from element 0', 1000000, { shape: [1000, 1000], strides: [0, 0] }],
    ['[2] with strides [2147483647] from element 0', 2147483648, { shape: [2], strides: [2147483647] }],
  ])('shape %s', (described, needed, view) => {
    const bytes = around(pickleOf({ ...view, storage: 6 }), storage);
    expect(messageOf(() => parse(bytes))).toBe(
      `x.pth, tensor w: shape ${described} on does not fit its storage, expected at least ${needed} elements, ` +
        'found 6; save it again, expanded tensors with .contiguous().',
    );
  });

  test('an expanded tensor, as PyTorch saves it', () => {
    expect(messageOf(() => opened('expanded.pth'))).toMatch(
      /^x\.pth, tensor weight: shape \[1000\] with strides \[0\] from element 0 on does not fit its storage, /,
    );
  });

  test.each([5, 7])('a storage said to have %i of its 6 elements', (claimed) => {
    const bytes = around(pickleOf({ shape: [2], strides: [1], storage: claimed }), storage);
    expect(messageOf(() => parse(bytes))).toBe(
      "x.pth, tensor w: its storage, entry 'data/0', has another size than declared, " +
        `expected ${4 * claimed} bytes, found 24; copy or save it again.`,
    );
  });

  test('negative sizes', () => {
    const bytes = around(pickleOf({ shape: [-2], strides: [1], storage: 6 }), storage);
    expect(messageOf(() => parse(bytes))).toBe(
      `x.pth, tensor w: not written as torch.save writes a tensor; ${ADVICE}.`,
    );
  });

  test('a thousand tensors that share one storage', () => {
    const one = pickleOf({ shape: [40000], strides: [1], storage: 40000 }).slice(0, -2); // up to SETITEM
    const tensor = `${one.slice(one.indexOf('ctorch._utils'))}q\x00`;
    const rest = Array.from({ length: 999 }, (_, i) => `\x8c\x04t${String(i).padStart(3, '0')}h\x00s`).join('');
    const bytes = around(`\x80\x02}\x8c\x01w${tensor}s${rest}.`, { 'x/data/0': new Uint8Array(160000) });
    expect(messageOf(() => parse(bytes))).toMatch(
      /^x\.pth, tensor t003: the tensors have more elements than the file /,
    );
  });

  test('a pickle of objects without end', () => {
    expect(messageOf(() => parse(around(`\x80\x02${'}'.repeat(2 ** 22)}.`)))).toBe(
      'x.pth: the pickle is too large for a state dict, expected at most 4194304 bytes, found 4194307.',
    );
  });
});

describe('damage', () => {
  test.each([
    ['cut off', '\x80\x02}\x8c\x05mod', 'the pickle is cut off (byte 5)'],
    [
      'a text longer than the file',
      '\x80\x02\x8d\xff\xff\xff\xff\xff\xff\xff\x7fa.',
      'the pickle is cut off (byte 11)',
    ],
    ['an empty stack', '\x80\x02.', 'the pickle takes more than it holds (byte 3)'],
    ['a pop below a mark', '\x80\x02}NN(s.', 'the pickle takes more than it holds (byte 7)'],
    ['a tuple without a mark', '\x80\x02t.', 'the pickle takes more than it holds (byte 3)'],
    ['an unknown memo', '\x80\x02j\xff\xff\xff\xff.', 'the pickle refers to what it does not hold (byte 7)'],
    ['values left over', '\x80\x02NN.', 'the pickle ends too early (byte 5)'],
    ['odd items', '\x80\x02}(Nu.', 'the pickle fills what is no dict (byte 6)'],
    ['items of a list', '\x80\x02](NNu.', 'the pickle fills what is no dict (byte 7)'],
    ['append to a dict', '\x80\x02}Na.', 'the pickle appends to what is no list (byte 5)'],
    ['a call of a list', '\x80\x02])R.', 'the pickle calls what is no global (byte 5)'],
    ['attributes of a list', '\x80\x02]}b.', 'the pickle sets attributes of what is no OrderedDict (byte 5)'],
    ['a global of numbers', '\x80\x02K\x01K\x02\x93.', 'the pickle names no global (byte 7)'],
    ['no UTF-8', '\x80\x02\x8c\x01\xff.', 'the pickle holds a text that is not UTF-8 (byte 5)'],
    ['protocol 1', '\x80\x01}.', 'the pickle is of protocol 1, not 2 to 5 (byte 2)'],
    ['a line without end', '\x80\x02ctorch', 'the pickle is cut off (byte 3)'],
  ])('%s', (_, pickle, problem) => {
    expect(messageOf(() => parse(around(pickle)))).toBe(`x.pth: ${problem}; copy or save it again.`);
  });

  test('of the golden file, by a flipped byte or a cut: the right numbers or an InputError', () => {
    const whole = readFileSync(GOLDEN);
    const truth = parse(whole);
    const directory = whole.length - 22 - whole.readUInt32LE(whole.length - 22 + 12);
    const position = fc.oneof(
      fc.nat(whole.length - 1),
      fc.nat(35000),
      fc.integer({ min: directory, max: whole.length - 1 }),
    );
    let refused = 0;
    fc.assert(
      fc.property(position, fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, flip, cut) => {
        const damaged = cut ? whole.subarray(0, at) : Uint8Array.from(whole);
        if (!cut) damaged[at] ^= flip;
        const tensors = unlessInputError(() => parse(damaged));
        if (tensors === undefined) refused++;
        else expectSame(tensors, truth);
      }),
      { seed: 7, numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(200);
  });

  test('of a pickle whose checksum was mended: an InputError or tensors that are whole', () => {
    for (const name of ['views', 'protocol4']) {
      const { [`${name}/data.pkl`]: pickle, ...storages } = unzipSync(fixture(`${name}.pth`));
      let refused = 0;
      fc.assert(
        fc.property(fc.nat(pickle.length - 1), fc.nat(255), fc.boolean(), (at, value, cut) => {
          const damaged = cut ? pickle.subarray(0, at) : Uint8Array.from(pickle);
          if (!cut) damaged[at] = value;
          const bytes = zipSync({ [`${name}/data.pkl`]: damaged, ...storages }, { level: 0 });
          const tensors = unlessInputError(() => parse(bytes));
          if (tensors === undefined) refused++;
          else
            for (const { shape, data } of tensors.values()) expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
        }),
        { seed: 7, numRuns: 2000 },
      );
      expect(refused).toBeGreaterThan(1000);
    }
  });
});

function unlessInputError<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function expectSame(tensors: ReadonlyMap<string, StoredTensor>, truth: ReadonlyMap<string, StoredTensor>): void {
  expect([...tensors.keys()]).toEqual([...truth.keys()]);
  for (const [name, { shape, data }] of tensors) {
    expect(shape).toEqual(truth.get(name)?.shape);
    expect(Buffer.compare(bytesOf(data), bytesOf(truth.get(name)!.data)), name).toBe(0);
  }
}

const bytesOf = (data: StoredTensor['data']) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
