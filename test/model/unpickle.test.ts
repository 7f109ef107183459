import { expect, test } from 'vitest';
import { unpickle } from '../../src/model/unpickle.ts';

const read = (pickle: string, allowed: string[] = []) =>
  unpickle(Buffer.from(`\x80\x02${pickle}.`, 'latin1'), 'x.pkl', new Set(allowed));
const tuple = (...items: unknown[]) => ({ kind: 'tuple', items });

// pickle.dumps(value, protocol=2) of each, without its PROTO and STOP.
test.each([
  [255, 'K\xff'],
  [65535, 'M\xff\xff'],
  [-1, 'J\xff\xff\xff\xff'],
  [2147483647, 'J\xff\xff\xff\x7f'],
  [2 ** 31, '\x8a\x05\x00\x00\x00\x80\x00'],
  [-(2 ** 31) - 1, '\x8a\x05\xff\xff\xff\x7f\xff'],
  [2n ** 53n, '\x8a\x07\x00\x00\x00\x00\x00\x00\x20'],
  [-(2n ** 70n), '\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\xc0'],
  [0, '\x8a\x00'],
  [0.1, 'G\x3f\xb9\x99\x99\x99\x99\x99\x9a'],
  ['µ\u{1f9e0}', 'X\x06\x00\x00\x00\xc2\xb5\xf0\x9f\xa7\xa0'],
  [tuple(), ')'],
  [tuple(1, tuple(2, 3)), 'K\x01K\x02K\x03\x86\x86'],
  [tuple(1, 2, 3), 'K\x01K\x02K\x03\x87'],
  [[null, true, false], '](N\x88\x89e'],
])('%s', (value, pickle) => {
  expect(read(pickle)).toEqual(value);
});

test('dicts, filled one by one or at once, and the OrderedDict with its attributes left out', () => {
  const items = 'X\x01\x00\x00\x00aK\x01';
  const dict = new Map([['a', 1]]);
  expect(read(`}${items}s`)).toEqual(dict);
  expect(read(`}(${items}u`)).toEqual(dict);
  expect(read(`ccollections\nOrderedDict\n)R${items}s}X\x01\x00\x00\x00bNsb`)).toEqual(dict);
});

test('what was one object stays one object', () => {
  const [first, second] = read('](]q\x01h\x01e') as unknown[];
  expect(first).toBe(second);
  const cycle = read(']\x94h\x00a') as unknown[];
  expect(cycle[0]).toBe(cycle);
});

test('calls and references are written down', () => {
  expect(read('ca.b\nc\nK\x01\x85R', ['a.b.c'])).toEqual({ kind: 'call', name: 'a.b.c', args: [1] });
  expect(read('X\x01\x00\x00\x00kQ')).toEqual({ kind: 'persistent', id: 'k' });
});
