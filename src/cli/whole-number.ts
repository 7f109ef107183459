/** @file Whole-number options of commands. */
import { InputError } from '../errors/input-error.ts';

/** A parser for commander: the option's text as a whole number of at least `least`. */
export function wholeNumber(option: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
      throw new InputError({
        where: option,
        problem: 'not a usable number',
        expected: `a whole number of at least ${least}`,
        found: `"${text}"`,
      });
    return value;
  };
}
