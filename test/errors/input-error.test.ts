import { expect, test } from 'vitest';
import { InputError } from '../../src/errors/input-error.ts';

test('one sentence, in the order in which it is read', () => {
  const details = { where: 'a.csv', problem: 'not a table', expected: '2 columns', found: '1', fix: 'add one' };
  expect(new InputError(details).message).toBe('a.csv: not a table, expected 2 columns, found 1; add one.');
  expect(new InputError({ problem: 'no such key', fix: 'did you mean seed?' }).message).toBe(
    'no such key; did you mean seed?',
  );
});

test('what a file makes it quote is neither long nor a code that a terminal obeys', () => {
  const found = `"\u001b]0;title\u0007\u009b2J${'x'.repeat(5000)}"`;
  const { message } = new InputError({ where: 'a.csv', problem: 'a name\nof two lines', found });
  expect(message).not.toMatch(/\p{Cc}/u);
  expect(message).toMatch(/^a\.csv: a name of two lines, found "\ufffd]0;title\ufffd\ufffd2Jx+…\.$/);
  expect(message.length).toBeLessThan(800);
});
