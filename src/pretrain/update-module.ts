/**
 * @file The WebAssembly module of the update's loops, written out byte by byte: it is four loops of a few instructions,
 * for which a compiler would be a heavy dependency. Instruction codes are those of the WebAssembly 2.0 specification.
 */

declare global {
  /** The little of it that is used here: a library of types for all of the browser would let Node-free code slip in. */
  namespace WebAssembly {
    class Memory {
      constructor(limits: { readonly initial: number; readonly maximum: number; readonly shared: boolean });
      readonly buffer: ArrayBuffer | SharedArrayBuffer;
    }
    class Module {
      constructor(bytes: Uint8Array<ArrayBuffer>);
    }
    class Instance {
      constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>);
      readonly exports: unknown;
    }
  }
}

/** Functions of the module: places are byte offsets in its memory, `fours` counts groups of four floats, at least one. */
export interface UpdateModule {
  readonly add: (total: number, term: number, fours: number) => void;
  /** Parameters, gradient, both moments, fours; clip value, beta1, 1 - beta1, beta2, 1 - beta2, decay, size, correction, epsilon. */
  readonly adamw: (...parameters: readonly number[]) => void;
  readonly average: (target: number, online: number, fours: number, momentum: number, rest: number) => void;
  readonly squares: (values: number, fours: number) => number;
}

const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;

type Code = readonly number[];

/** Unsigned LEB128. */
function unsigned(value: number): Code {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)];
}

const vector = (operation: number): Code => [0xfd, ...unsigned(operation)];
const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
const load = (place: number): Code => [...get(place), ...vector(0x00), 2, 0];
const store = (place: number, value: Code): Code => [...get(place), ...value, ...vector(0x0b), 2, 0];
const splat = (local: number): Code => [...get(local), ...vector(0x13)];
const binary =
  (operation: number) =>
  (a: Code, b: Code): Code => [...a, ...b, ...vector(operation)];
const [plus, minus, times, over] = [0xe4, 0xe5, 0xe6, 0xe7].map(binary);
// The smaller (larger) of a and b; a where a is not a number, so that such a gradient shows.
const [smaller, larger] = [0xea, 0xeb].map(binary);
const root = (a: Code): Code => [...a, ...vector(0xe3)];
const negative = (a: Code): Code => [...a, ...vector(0xe1)];

interface Loop {
  readonly name: keyof UpdateModule;
  /** How many places come first among the parameters; then `fours`; then so many numbers. */
  readonly places: number;
  readonly numbers: number;
  /** One round. Locals: places, fours, numbers, then the numbers in all four parts of a vector, then `scratch` vectors. */
  readonly round: (place: readonly number[], number: readonly Code[], scratch: readonly number[]) => Code;
  readonly scratch: number;
  /** Sum of the parts of the first scratch vector. */
  readonly result?: boolean;
}

const LOOPS: readonly Loop[] = [
  {
    name: 'add',
    places: 2,
    numbers: 0,
    scratch: 0,
    round: ([total, term]) => store(total, plus(load(total), load(term))),
  },
  {
    name: 'adamw',
    places: 4,
    numbers: 9,
    scratch: 3,
    round: (
      [parameters, gradient, first, second],
      [clip, beta1, rest1, beta2, rest2, decay, size, correction, epsilon],
      [g, m, v],
    ) => [
      ...larger(smaller(load(gradient), clip), negative(clip)),
      ...set(g),
      ...plus(times(beta1, load(first)), times(rest1, get(g))),
      ...set(m),
      ...plus(times(beta2, load(second)), times(times(rest2, get(g)), get(g))),
      ...set(v),
      ...store(first, get(m)),
      ...store(second, get(v)),
      ...store(
        parameters,
        minus(
          times(decay, load(parameters)),
          over(times(size, get(m)), plus(times(root(get(v)), correction), epsilon)),
        ),
      ),
    ],
  },
  {
    name: 'average',
    places: 2,
    numbers: 2,
    scratch: 0,
    round: ([target, online], [momentum, rest]) =>
      store(target, plus(times(momentum, load(target)), times(rest, load(online)))),
  },
  {
    name: 'squares',
    places: 1,
    numbers: 0,
    scratch: 2,
    result: true,
    round: ([values], _, [sum, x]) => [
      ...load(values),
      ...set(x),
      ...plus(get(sum), times(get(x), get(x))),
      ...set(sum),
    ],
  },
];

/** The module over a memory. */
export function compileUpdate(memory: WebAssembly.Memory): UpdateModule {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(memory)), {
    memory: { shared: memory },
  });
  return exports as UpdateModule;
}

function moduleBytes(memory: WebAssembly.Memory): Uint8Array<ArrayBuffer> {
  const isShared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  const limits = isShared ? [3, 0, ...unsigned(65536)] : [0, 0];
  const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
  const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
  const text = (name: string): Code => [name.length, ...new TextEncoder().encode(name)];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(LOOPS.map(functionType))),
    ...section(2, list([[...text('memory'), ...text('shared'), 2, ...limits]])),
    ...section(3, list(LOOPS.map((_, k) => [k]))),
    ...section(7, list(LOOPS.map(({ name }, k) => [...text(name), 0, k]))),
    ...section(10, list(LOOPS.map(functionBody).map((body) => [...unsigned(body.length), ...body]))),
  ]);
}

function functionType({ places, numbers, result = false }: Loop): Code {
  const parameters = [...Array(places + 1).fill(I32), ...Array(numbers).fill(F32)];
  return [0x60, parameters.length, ...parameters, ...(result ? [1, F32] : [0])];
}

function functionBody({ places, numbers, scratch, round, result = false }: Loop): Code {
  const fours = places;
  const place = Array.from({ length: places }, (_, k) => k);
  const number = Array.from({ length: numbers }, (_, k) => places + 1 + k);
  const spread = number.map((local) => local + numbers);
  const own = Array.from({ length: scratch }, (_, k) => places + 1 + 2 * numbers + k);
  const vectors = numbers + scratch;
  const locals = vectors === 0 ? [0] : [1, ...unsigned(vectors), V128];
  const next = (local: number, by: number): Code => [...get(local), 0x41, by & 0x7f, 0x6a, ...set(local)];
  const part = (k: number): Code => [...get(own[0]), ...vector(0x1f), k];
  return [
    ...locals,
    ...number.flatMap((local, k) => [...splat(local), ...set(spread[k])]),
    ...[0x03, 0x40],
    ...round(place, spread.map(get), own),
    ...place.flatMap((local) => next(local, 16)),
    ...next(fours, -1),
    ...[...get(fours), 0x0d, 0],
    0x0b,
    ...(result ? [...part(0), ...part(1), 0x92, ...part(2), 0x92, ...part(3), 0x92] : []),
    0x0b,
  ];
}
