/** @file What must hold of training rows before anything is fitted on them. */
import { InputError } from '../errors/input-error.ts';

/**
 * Rows of each class, in order: `rows[class]`.
 *
 * @param classes `[rows]`, 0 to `classCount` - 1
 * @throws InputError when a class has no row
 */
export function rowsByClass(where: string, classes: readonly number[], classCount: number): number[][] {
  const rows = Array.from({ length: classCount }, (): number[] => []);
  for (const [row, name] of classes.entries()) rows[name].push(row);
  const missing = rows.findIndex((own) => own.length === 0);
  if (missing !== -1)
    throw new InputError({
      where,
      problem: `class ${missing + 1} of ${classCount} has no training row`,
      expected: 'at least one of each class',
      found: rows.map((own) => own.length).join(', '),
      fix: 'add participants of this class or choose another label',
    });
  return rows;
}

/** Rows of each key (a participant, say), in order. */
export function rowsByKey(keys: readonly string[]): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  for (const [row, key] of keys.entries()) {
    const own = rows.get(key);
    if (own === undefined) rows.set(key, [row]);
    else own.push(row);
  }
  return rows;
}

/**
 * Checks the target of a regression.
 *
 * @param target `[rows]`
 * @throws InputError when there are fewer than two rows, or a value is not finite
 */
export function requireTarget(where: string, target: Float64Array): void {
  if (target.length < 2)
    throw new InputError({
      where,
      problem: 'there are too few training rows',
      expected: 'at least 2',
      found: String(target.length),
    });
  const bad = target.findIndex((value) => !Number.isFinite(value));
  if (bad !== -1)
    throw new InputError({
      where,
      problem: `the target of training row ${bad + 1} is not a finite number`,
      found: String(target[bad]),
      fix: 'leave scans without a value out',
    });
}
