import { expect, it } from 'vitest';
import { shortened, shortenedApart, textWidth, wrapped } from '../../src/report/text-fit.ts';

it('shortened text keeps its beginning and end, and fits', () => {
  const name = 'Kennedy Krieger Institute scanner 2';
  const short = shortened(name, 100, 12);
  expect(short).toMatch(/^Kenne.*….*ner 2$/);
  expect(textWidth(short, 12)).toBeLessThanOrEqual(100);
  expect(textWidth(shortened(`${name} `, 100, 12), 12)).toBeLessThanOrEqual(100);
  expect(shortened('UCLA', 100, 12)).toBe('UCLA');
});

it('never cuts a character in two', () => {
  expect(shortened('😀😀😀😀😀😀', 50, 12)).toMatch(/^(😀)+…(😀)+$/u);
});

it('names that would look alike keep the place from which they differ', () => {
  const names = ['long beginning A long end', 'long beginning B long end', 'short'];
  expect(shortened(names[0], 90, 12)).toBe(shortened(names[1], 90, 12));
  const apart = shortenedApart(names, 90, 12);
  expect(new Set(apart).size).toBe(3);
  for (const name of apart) expect(textWidth(name, 12)).toBeLessThanOrEqual(90);
  expect(apart[0]).toContain('…A');
  expect(shortenedApart([names[0], names[0]], 90, 12)).toEqual([
    shortened(names[0], 90, 12),
    shortened(names[0], 90, 12),
  ]);
});

it('wraps at spaces, and shortens a word without room', () => {
  expect(wrapped('one two three', textWidth('one two', 11), 11)).toEqual(['one two', 'three']);
  const [word] = wrapped('x'.repeat(500), 100, 11);
  expect(textWidth(word, 11)).toBeLessThanOrEqual(100);
});
