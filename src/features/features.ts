/** @file A table of features: one row a scan. */
import { InputError } from '../errors/input-error.ts';
import type { Progress } from '../progress.ts';

/** `[rows, columns]`, row-major: one row a scan. */
export interface Features {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Checks a table before anything is fitted on it.
 *
 * @throws InputError when a value is not finite; RangeError when the sizes do not fit (a programming error)
 */
export function featureTable(name: string, values: Float32Array, rows: number): Features {
  const columns = values.length / rows;
  if (!Number.isInteger(columns)) throw new RangeError(`${name}: ${values.length} values in ${rows} rows`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad !== -1)
    throw new InputError({
      where: `${name}, scan ${Math.floor(bad / columns) + 1}`,
      problem: `feature ${(bad % columns) + 1} is not a finite number`,
      found: String(values[bad]),
      fix: 'check the series of this scan and the checkpoint',
    });
  return { values, rows, columns };
}

/**
 * Raw functional connectivity as features: the upper triangle of each scan's matrix without its diagonal, row by row.
 *
 * @param connectivityOf the `[rois, rois]` matrix of a scan; full length, never a random drop
 * @returns `[scans, rois (rois - 1) / 2]`
 */
export function upperTriangles(
  scans: number,
  rois: number,
  connectivityOf: (scan: number) => Float32Array,
  progress?: Progress,
): Float32Array {
  const columns = (rois * (rois - 1)) / 2;
  const features = new Float32Array(scans * columns);
  let next = 0;
  for (let scan = 0; scan < scans; scan++) {
    const matrix = connectivityOf(scan);
    for (let i = 0; i < rois; i++) {
      const row = matrix.subarray(i * rois + i + 1, (i + 1) * rois);
      features.set(row, next);
      next += row.length;
    }
    progress?.(scan + 1, scans);
  }
  return features;
}

/** The rows of `first`, then those of `second`: two data sets with the same columns. */
export function stackFeatures(first: Features, second: Features): Features {
  if (first.columns !== second.columns) throw new RangeError(`${first.columns} and ${second.columns} columns`);
  const values = new Float32Array(first.values.length + second.values.length);
  values.set(first.values);
  values.set(second.values, first.values.length);
  return { values, rows: first.rows + second.rows, columns: first.columns };
}
