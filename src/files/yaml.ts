/** @file YAML as people write it; what it says is checked by whoever asked for it. */
import { parse } from 'yaml';
import { InputError } from '../errors/input-error.ts';

/** Hundreds of tasks take 50,000. The parser compares every key with all others of its table. */
const LONGEST_TEXT = 2 ** 17;

/** The document; null when it is empty. @throws InputError when it is not YAML, with its place, or too long to be meant */
export function parseYaml(text: string, where: string): unknown {
  if (text.length > LONGEST_TEXT)
    throw new InputError({
      where,
      problem: 'the file is too long for one of settings',
      expected: `at most ${LONGEST_TEXT} characters of YAML`,
      found: `${text.length}`,
    });
  try {
    return parse(text, { logLevel: 'error' });
  } catch (cause) {
    const [line] = cause instanceof Error ? cause.message.split('\n') : [String(cause)];
    // The parser calls itself for every level and says so; no file of settings has hundreds.
    const problem = line.startsWith('Maximum call stack') ? 'it is nested too deeply' : line.replace(/:$/, '');
    throw new InputError({ where, problem: `this is not YAML: ${problem}` }, { cause });
  }
}
