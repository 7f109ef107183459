/** @file Connectivity of seeds with targets, as the CONN toolbox keeps it: more targets than seeds. */
import { namesOf } from './cell-array.ts';
import type { FileArray } from './file-array.ts';
import type { NumberVariable, Variables } from './variable.ts';

/** Beside `Z`, `[seeds, targets]`, CONN keeps the names of both (its source, `conn_process`). */
const SEEDS = 'names';
const TARGETS = 'names2';

/**
 * The seeds among themselves, with their names, where the first targets are the seeds: `[seeds, seeds]`. The targets
 * behind them (grey matter, …) are left out, and said.
 *
 * @param siblings the variables beside it
 * @returns undefined when the names beside it do not say so
 */
export async function seedsAmongTargets(
  { shape, read }: NumberVariable,
  siblings: Variables,
): Promise<FileArray | undefined> {
  const [rows, columns, ...more] = shape;
  if (rows === undefined || columns === undefined || more.length > 0 || rows < 2 || columns < rows) return undefined;
  const seeds = await namesOf(siblings.get(SEEDS), rows);
  const targets = await namesOf(siblings.get(TARGETS), columns);
  if (seeds === undefined || targets === undefined || seeds.some((name, i) => name !== targets[i])) return undefined;
  const values = await read();
  const leftOut = targets.slice(rows);
  return {
    shape: [rows, rows],
    values: seedsOf(values, rows, columns),
    header: seeds,
    ...(leftOut.length === 0 ? {} : { leftOut }),
  };
}

/** Of `[seeds, targets]`, row-major, the first targets, which are the seeds: `[seeds, seeds]`. */
export function seedsOf(values: ArrayLike<number>, seeds: number, targets: number): Float64Array {
  return Float64Array.from({ length: seeds * seeds }, (_, k) => values[Math.floor(k / seeds) * targets + (k % seeds)]);
}
