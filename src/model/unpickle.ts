/**
 * @file A strict reader of Python pickles: the opcodes that `torch.save` writes (protocols 2 to 5), nothing else.
 *
 * A pickle is a program. This one is only written down: a call of an allowed global becomes a `PickleCall`, and
 * any other global is refused where it is named. Nothing is ever called, looked up or imported, so nothing can run.
 */
import { InputError } from '../errors/input-error.ts';
import { isKind, type PickleValue } from './pickle-value.ts';

interface Machine {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly where: string;
  readonly allowed: ReadonlySet<string>;
  readonly stack: PickleValue[];
  /** Stack heights at the open marks; nothing below the last one can be popped. */
  readonly marks: number[];
  readonly memo: Map<number, PickleValue>;
  at: number;
}

const ORDERED_DICT = 'collections.OrderedDict';
const STOP = 0x2e;

/** A pickle may build about 200 times its size in memory; the published checkpoint of the largest preset takes 0.3 MiB. */
const LARGEST_PICKLE = 2 ** 22;

/**
 * Reads a pickle as plain data. Integers are numbers, or bigints beyond 2^53; what was shared or cyclic still is.
 *
 * @param allowed full names of the globals that may occur, beside `collections.OrderedDict`
 * @throws InputError when it names another global, is damaged or cut off, or holds what `torch.save` never writes
 */
export function unpickle(bytes: Uint8Array, where: string, allowed: ReadonlySet<string>): PickleValue {
  if (bytes.length > LARGEST_PICKLE)
    throw new InputError({
      where,
      problem: 'the pickle is too large for a state dict',
      expected: `at most ${LARGEST_PICKLE} bytes`,
      found: `${bytes.length}`,
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const machine: Machine = { bytes, view, where, allowed, stack: [], marks: [], memo: new Map(), at: 0 };
  for (;;) {
    const opcode = take(machine, 1)[0];
    if (opcode === STOP) break;
    const run = OPCODES.get(opcode);
    if (run === undefined)
      throw damaged(machine, `the pickle holds opcode 0x${opcode.toString(16)}, which no state dict needs`);
    run(machine);
  }
  const value = pop(machine);
  if (machine.stack.length > 0 || machine.marks.length > 0) throw damaged(machine, 'the pickle ends too early');
  return value;
}

type Run = (machine: Machine) => void;

const constant =
  (value: PickleValue): Run =>
  ({ stack }) => {
    stack.push(value);
  };
const integer =
  (lengthBytes: number): Run =>
  (machine) => {
    machine.stack.push(unsigned(machine, lengthBytes));
  };
const long =
  (lengthBytes: number): Run =>
  (machine) => {
    machine.stack.push(signed(take(machine, unsigned(machine, lengthBytes))));
  };
const unicode =
  (lengthBytes: number): Run =>
  (machine) => {
    machine.stack.push(text(machine, take(machine, unsigned(machine, lengthBytes))));
  };
const get =
  (indexBytes: number): Run =>
  (machine) => {
    const value = machine.memo.get(unsigned(machine, indexBytes));
    if (value === undefined) throw damaged(machine, 'the pickle refers to what it does not hold');
    machine.stack.push(value);
  };
const put =
  (indexBytes: number): Run =>
  (machine) => {
    machine.memo.set(unsigned(machine, indexBytes), top(machine));
  };
const shortTuple =
  (length: number): Run =>
  (machine) => {
    const items = Array.from({ length }, () => pop(machine)).reverse();
    machine.stack.push({ kind: 'tuple', items });
  };

/** Opcodes by their byte (CPython's pickletools describes each). */
const OPCODES: ReadonlyMap<number, Run> = new Map<number, Run>([
  [0x80, protocol], // PROTO
  [0x95, (machine) => void unsigned(machine, 8)], // FRAME
  [0x28, ({ marks, stack }) => void marks.push(stack.length)], // MARK
  [0x4e, constant(null)], // NONE
  [0x88, constant(true)], // NEWTRUE
  [0x89, constant(false)], // NEWFALSE
  [0x4b, integer(1)], // BININT1
  [0x4d, integer(2)], // BININT2
  [0x4a, (machine) => void machine.stack.push(unsigned(machine, 4) | 0)], // BININT
  [0x8a, long(1)], // LONG1
  [0x8b, long(4)], // LONG4
  [0x47, float], // BINFLOAT
  [0x8c, unicode(1)], // SHORT_BINUNICODE
  [0x58, unicode(4)], // BINUNICODE
  [0x8d, unicode(8)], // BINUNICODE8
  [0x29, shortTuple(0)], // EMPTY_TUPLE
  [0x85, shortTuple(1)], // TUPLE1
  [0x86, shortTuple(2)], // TUPLE2
  [0x87, shortTuple(3)], // TUPLE3
  [0x74, (machine) => void machine.stack.push({ kind: 'tuple', items: popToMark(machine) })], // TUPLE
  [0x5d, ({ stack }) => void stack.push([])], // EMPTY_LIST
  [0x61, (machine) => append(machine, [pop(machine)])], // APPEND
  [0x65, (machine) => append(machine, popToMark(machine))], // APPENDS
  [0x7d, ({ stack }) => void stack.push(new Map())], // EMPTY_DICT
  [0x73, (machine) => setItems(machine, [pop(machine), pop(machine)].reverse())], // SETITEM
  [0x75, (machine) => setItems(machine, popToMark(machine))], // SETITEMS
  [0x71, put(1)], // BINPUT
  [0x72, put(4)], // LONG_BINPUT
  [0x94, (machine) => void machine.memo.set(machine.memo.size, top(machine))], // MEMOIZE
  [0x68, get(1)], // BINGET
  [0x6a, get(4)], // LONG_BINGET
  [0x63, (machine) => pushGlobal(machine, line(machine), line(machine))], // GLOBAL
  [0x93, stackGlobal], // STACK_GLOBAL
  [0x52, reduce], // REDUCE
  [0x62, build], // BUILD
  [0x51, (machine) => void machine.stack.push({ kind: 'persistent', id: pop(machine) })], // BINPERSID
]);

function protocol(machine: Machine): void {
  const version = unsigned(machine, 1);
  if (version < 2 || version > 5) throw damaged(machine, `the pickle is of protocol ${version}, not 2 to 5`);
}

function float(machine: Machine): void {
  const at = machine.at;
  take(machine, 8);
  machine.stack.push(machine.view.getFloat64(at));
}

function append(machine: Machine, items: readonly PickleValue[]): void {
  const list = top(machine);
  if (!Array.isArray(list)) throw damaged(machine, 'the pickle appends to what is no list');
  for (const item of items) list.push(item);
}

/** @param items key, value, key, value, … */
function setItems(machine: Machine, items: readonly PickleValue[]): void {
  const dict = top(machine);
  if (!(dict instanceof Map) || items.length % 2 === 1) throw damaged(machine, 'the pickle fills what is no dict');
  for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
}

function stackGlobal(machine: Machine): void {
  const [name, module] = [pop(machine), pop(machine)];
  if (typeof module !== 'string' || typeof name !== 'string') throw damaged(machine, 'the pickle names no global');
  pushGlobal(machine, module, name);
}

function pushGlobal(machine: Machine, module: string, shortName: string): void {
  const name = `${module}.${shortName}`;
  if (name !== ORDERED_DICT && !machine.allowed.has(name))
    throw new InputError({
      where: machine.where,
      problem: `the file asks for ${printable(name)}, which may run code when unpickled, refused`,
      expected: 'only tensors, dicts, lists, texts and numbers',
      fix: 'save only the weights, torch.save(model.state_dict(), file)',
    });
  machine.stack.push({ kind: 'global', name });
}

function reduce(machine: Machine): void {
  const [args, callee] = [pop(machine), pop(machine)];
  if (!isKind(callee, 'global') || !isKind(args, 'tuple')) throw damaged(machine, 'the pickle calls what is no global');
  const isDict = callee.name === ORDERED_DICT && args.items.length === 0;
  machine.stack.push(isDict ? new Map() : { kind: 'call', name: callee.name, args: args.items });
}

/** Attributes of an object. On the OrderedDict of a state dict they are module versions, which are not needed. */
function build(machine: Machine): void {
  pop(machine);
  if (!(top(machine) instanceof Map)) throw damaged(machine, 'the pickle sets attributes of what is no OrderedDict');
}

function top(machine: Machine): PickleValue {
  const { stack, marks } = machine;
  if (stack.length <= (marks.at(-1) ?? 0)) throw damaged(machine, 'the pickle takes more than it holds');
  return stack[stack.length - 1];
}

function pop(machine: Machine): PickleValue {
  const value = top(machine);
  machine.stack.length--;
  return value;
}

function popToMark(machine: Machine): PickleValue[] {
  const mark = machine.marks.pop();
  if (mark === undefined) throw damaged(machine, 'the pickle takes more than it holds');
  return machine.stack.splice(mark);
}

function take(machine: Machine, length: number): Uint8Array {
  const end = machine.at + length;
  if (end > machine.bytes.length) throw damaged(machine, 'the pickle is cut off');
  const taken = machine.bytes.subarray(machine.at, end);
  machine.at = end;
  return taken;
}

/** Little-endian, of 1 to 8 bytes. */
function unsigned(machine: Machine, length: number): number {
  return take(machine, length).reduceRight((value, byte) => value * 256 + byte, 0);
}

/** Little-endian two's complement of any length. */
function signed(bytes: Uint8Array): number | bigint {
  if (bytes.length === 0) return 0;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).reverse();
  const value = BigInt.asIntN(8 * bytes.length, BigInt(`0x${digits.join('')}`));
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function line(machine: Machine): string {
  const end = machine.bytes.indexOf(0x0a, machine.at);
  if (end < 0) throw damaged(machine, 'the pickle is cut off');
  return text(machine, take(machine, end + 1 - machine.at).subarray(0, -1));
}

function text(machine: Machine, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw damaged(machine, 'the pickle holds a text that is not UTF-8', cause);
  }
}

/** A name from a stranger's file, fit for a terminal. */
function printable(name: string): string {
  return name.replace(/[^ -~]/g, '?').slice(0, 100);
}

function damaged({ where, at }: Machine, problem: string, cause?: unknown): InputError {
  return new InputError({ where, problem: `${problem} (byte ${at})`, fix: 'copy or save it again' }, { cause });
}
