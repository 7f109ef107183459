/** @file Options of commands that are positive numbers, whole or not. */
import { InputError } from '../errors/input-error.ts';

/** A parser for commander: the option's text as a number above 0, and at most `most`. */
export function positiveNumber(option: string, most = Number.MAX_VALUE): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value > 0 && value <= most))
      throw new InputError({
        where: option,
        problem: 'not a usable number',
        expected: most === Number.MAX_VALUE ? 'a number above 0' : `a number above 0, at most ${most}`,
        found: `"${text}"`,
      });
    return value;
  };
}
