/** @file Scans that cannot be read: all of them are found before an ingest gives up. */
import { InputError } from '../errors/input-error.ts';

export interface BadScan {
  /** Relative to the folder that was ingested. */
  readonly name: string;
  readonly error: InputError;
}

/** When the first so many are all bad and none is good, it is the request that is wrong. */
const SURELY_WRONG = 20;

/** Whether to go on reading after a scan was refused. */
export function isHopeless(bad: number, good: number): boolean {
  return good === 0 && bad >= SURELY_WRONG;
}

/**
 * The one error for all of them: what is wrong with the first, and which others there are.
 *
 * @param seen scans that were looked at
 * @param kept where the good ones are kept for the next run, if they are
 */
export function badScansError(bad: readonly BadScan[], seen: number, kept: string | undefined): InputError {
  const [{ error }, ...others] = bad;
  const advice = [
    error.details.fix,
    // A single small file is mended or removed without advice.
    bad.length < seen && (others.length > 0 || kept !== undefined) ? '--skip-bad leaves such scans out' : undefined,
    kept === undefined ? undefined : `the others are kept in ${kept} and not read again`,
  ];
  const fix = advice.filter((part) => part !== undefined).join('; ');
  const also =
    others.length === 0
      ? ''
      : ` (${others.length} more of ${seen} scans cannot be read: ${others
          .slice(0, 5)
          .map(({ name }) => name)
          .join(', ')}${others.length > 5 ? ', …' : ''})`;
  return new InputError(
    { ...error.details, problem: `${error.details.problem}${also}`, ...(fix === '' ? {} : { fix }) },
    { cause: error },
  );
}
