/** @file How far a file may grow in memory: compressed bombs, and arrays that declare more than the file can hold. */
import { InputError } from '../errors/input-error.ts';

/** An array up to this size is read whatever its file's size: 32 MiB, a scan of 1200 volumes and 3400 ROIs in float64. */
const ALWAYS_ALLOWED = 2 ** 25;
/** Beyond it, an array may be this many times its file. Compressed fMRI series reach 1.1 to 4. */
const LARGEST_RATIO = 10;

/** The largest array, in bytes, that a file of `fileBytes` may hold. */
export function expansionLimit(fileBytes: number): number {
  return Math.max(ALWAYS_ALLOWED, LARGEST_RATIO * fileBytes);
}

/**
 * @param bytes what is about to be taken from memory
 * @throws InputError when that is beyond {@link expansionLimit}
 */
export function checkExpansion(bytes: number, fileBytes: number, where: string): void {
  const limit = expansionLimit(fileBytes);
  if (bytes <= limit) return;
  throw new InputError({
    where,
    problem: 'the array is larger than its file can honestly hold',
    expected: `at most ${limit} bytes from a file of ${fileBytes}`,
    found: Number.isSafeInteger(bytes) ? `${bytes}` : 'more than 2^53',
    fix: 'save it again, without compression if the array really is that large',
  });
}
