/** @file The one error a user can mend: the request or the input is wrong (exit code 2). */

/** What an {@link InputError} says, in the order it is said. */
export interface InputProblem {
  /** Where: a file, `file row 3`, an option. */
  readonly where?: string;
  /** What is wrong, as a clause: `the series holds NaN at time point 12, ROI 5`. */
  readonly problem: string;
  readonly expected?: string;
  readonly found?: string;
  /** What to do about it, as a clause: `pass --layout time-roi`. */
  readonly fix?: string;
}

/**
 * The request or the input is wrong. The message is one sentence: where, what, expected and found, what to do.
 * Anything else that is thrown is our own fault (exit code 1).
 */
export class InputError extends Error {
  readonly tag = 'InputError';
  readonly details: InputProblem;

  constructor(details: InputProblem, options?: ErrorOptions) {
    super(sentence(details), options);
    this.name = 'InputError';
    this.details = details;
  }
}

/** What a damaged or hostile file makes a message quote is no longer than this. */
const LONGEST_PART = 700;

function sentence({ where, problem, expected, found, fix }: InputProblem): string {
  const parts = [where === undefined ? short(problem) : `${where === '' ? '""' : where}: ${short(problem)}`];
  if (expected !== undefined) parts.push(`expected ${short(expected)}`);
  if (found !== undefined) parts.push(`found ${short(found)}`);
  const statement = parts.join(', ');
  const whole = fix === undefined ? statement : `${statement}; ${short(fix)}`;
  // One line whatever was quoted from a file, without codes that a terminal obeys; a question keeps its own mark.
  const line = whole.replace(/[\r\n]+/g, ' ').replace(/\p{Cc}/gu, '\ufffd');
  return `${line}${line.endsWith('?') ? '' : '.'}`;
}

function short(part: string): string {
  return part.length > LONGEST_PART ? `${part.slice(0, LONGEST_PART)}…` : part;
}

/** True for an {@link InputError}, also one from another copy of this module (a worker, a bundle). */
export function isInputError(error: unknown): error is InputError {
  return error instanceof Error && 'tag' in error && error.tag === 'InputError';
}
