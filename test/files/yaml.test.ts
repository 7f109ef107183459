import { expect, test } from 'vitest';
import { parseYaml } from '../../src/files/yaml.ts';

const read = (text: string) => parseYaml(text, 'x.yaml');

test('the document; null when it is empty', () => {
  expect(read('a: 1\nb: [x, y]\n')).toEqual({ a: 1, b: ['x', 'y'] });
  expect(read('')).toBeNull();
});

test('what is not YAML, with its place', () => {
  expect(() => read('a: 1\nb: [x\n')).toThrow(/^x\.yaml: this is not YAML: .* at line 3, column 1\.$/);
});

test('what is no file of settings by its length', () => {
  expect(() => read('a: 1 # long\n'.repeat(20_000))).toThrow(
    'x.yaml: the file is too long for one of settings, expected at most 131072 characters of YAML, found 240000.',
  );
});

test('nesting beyond all bounds, and aliases that would multiply', () => {
  expect(() => read('['.repeat(20_000))).toThrow('x.yaml: this is not YAML: it is nested too deeply.');
  const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 12; i++)
    bomb.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    );
  expect(() => read(bomb.join('\n'))).toThrow('x.yaml: this is not YAML: Excessive alias count');
});
