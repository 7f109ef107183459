/** @file What a run that cannot go on leaves behind, and how to go on with it. */
import { InputError, isInputError } from '../errors/input-error.ts';
import { asInputError } from '../files/atomic.ts';

/** The last checkpoint of a run. */
interface Kept {
  readonly run: string;
  readonly dataset: string;
  readonly step: number;
  /** What goes on from it: `--resume` when not given. */
  readonly goOn?: string | undefined;
}

/** Does work that the disk can spoil. @throws InputError for what it spoils, which also says what is kept */
export function sayingWhatIsKept<T>(work: () => T, { run, dataset, step, goOn = '--resume' }: Kept): T {
  try {
    return work();
  } catch (cause) {
    // A read from an open file that fails names no path; it is of the data set.
    const error = asInputError(cause, dataset);
    if (!isInputError(error)) throw error;
    const fix = `${error.details.fix ?? 'mend this'}, then go on with ${goOn}: ${run} is kept as of step ${step}`;
    throw new InputError({ ...error.details, fix }, { cause: error });
  }
}
