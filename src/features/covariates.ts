/** @file Covariates of scans (age, sex, site, motion): read from the table, and turned into columns of numbers. */
import type { Scan } from '../dataset/dataset.ts';
import { isMissing } from '../dataset/missing-value.ts';
import { summariseColumn } from '../dataset/summarise-columns.ts';
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import { columnValue, type LabelledDataset } from '../labels/label-rule.ts';
import type { Matrix } from '../linear-algebra/kernel.ts';

/** One covariate, a cell a scan: missing cells as {@link isMissing} knows them. */
export interface Covariate {
  readonly name: string;
  readonly kind: 'number' | 'category';
  readonly cells: readonly string[];
}

/** Covariates of the scans that features have rows of. */
export interface Covariates {
  readonly scanIds: readonly string[];
  readonly columns: readonly Covariate[];
}

/** What was learnt of one covariate from the training rows. */
export type CovariateCode =
  /** Population deviation; 1 where nothing varies. `missing`: the share of training rows without a value. */
  | { readonly kind: 'number'; readonly mean: number; readonly scale: number; readonly missing: number }
  /** The values that training rows have, in order, and which share of the rows has each. */
  | {
      readonly kind: 'category';
      readonly values: readonly string[];
      readonly shares: readonly number[];
      readonly missing: number;
    };

const ALWAYS_CATEGORIES = ['site', 'session', 'run'];

/**
 * Reads covariates. Site, session and run are categories; another column is of numbers when `inspect` calls it so: all its
 * values are numbers, and they are many (few distinct ones are codes).
 *
 * @param datasets one, or the one to train on and the one to test on: their scans one after the other
 * @throws InputError when a column is absent or has no value, or a column of text has a value of its own for every scan
 */
export function readCovariates(datasets: readonly LabelledDataset[], names: readonly string[]): Covariates {
  const scans = datasets.flatMap((dataset) => dataset.scans);
  for (const dataset of datasets) for (const name of names) requireColumn(dataset, name);
  const columns = names.map((name) => readCovariate(name, scans));
  return { scanIds: scans.map(({ scanId }) => scanId), columns };
}

function requireColumn({ directory, phenotypeColumns }: LabelledDataset, name: string): void {
  const columns = [...phenotypeColumns, ...ALWAYS_CATEGORIES];
  if (columns.includes(name)) return;
  const nearest = nearestName(name, columns);
  throw new InputError({
    where: directory,
    problem: `there is no column "${name}" to take a covariate from`,
    found: columns.join(', '),
    ...(nearest === undefined ? {} : { fix: `did you mean ${nearest}` }),
  });
}

function readCovariate(name: string, scans: readonly Scan[]): Covariate {
  const cells = scans.map((scan) => columnValue(scan, name));
  const given = cells.filter((cell) => !isMissing(cell));
  const summary = ALWAYS_CATEGORIES.includes(name) ? undefined : summariseColumn(name, scans);
  if (given.length === 0)
    throw new InputError({
      where: `covariate "${name}"`,
      problem: 'no scan has a value',
      fix: 'leave the covariate out',
    });
  if (summary?.kind === 'text' && summary.distinct > given.length / 2)
    throw new InputError({
      where: `covariate "${name}"`,
      problem: 'the values are text, and most scans have one of their own',
      expected: 'numbers, or categories that scans share',
      found: `${summary.distinct} values for ${given.length} scans, such as "${given[0]}"`,
      fix: 'leave the covariate out, or mend what should be a number',
    });
  return { name, kind: summary?.kind === 'number' ? 'number' : 'category', cells };
}

/** Learns codes from the training rows; of the others nothing but their own cells is ever used. */
export function fitCovariateCodes({ columns }: Covariates, rows: readonly number[]): CovariateCode[] {
  return columns.map(({ name, kind, cells }) => {
    const given = rows.map((row) => cells[row]).filter((cell) => !isMissing(cell));
    if (given.length === 0)
      throw new InputError({
        where: `covariate "${name}"`,
        problem: 'no training scan has a value',
        fix: 'leave the covariate out',
      });
    const missing = 1 - given.length / rows.length;
    if (kind === 'number') return { kind, missing, ...momentsOf(given.map(Number)) };
    const values = [...new Set(given)].sort();
    const shares = values.map((value) => given.filter((cell) => cell === value).length / given.length);
    return { kind, values, shares, missing };
  });
}

function momentsOf(numbers: readonly number[]): { mean: number; scale: number } {
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length;
  return { mean, scale: variance > Number.EPSILON * mean * mean ? Math.sqrt(variance) : 1 };
}

/**
 * Columns of mean 0 over the training rows, to regress on: standardised numbers, and for every value of a category 1 or 0
 * less its share. A value that no training row has gets zeros, the mean of those known: nothing was learnt about it.
 *
 * @returns `[rows.length, columns]`; the columns of one category add up to 0
 * @throws InputError naming the scan of a missing value
 */
export function covariateDesign(
  { scanIds, columns }: Covariates,
  codes: readonly CovariateCode[],
  rows: readonly number[],
): Matrix {
  const coded = rows.map((row) =>
    codes.flatMap((code, at) => {
      const { name, cells } = columns[at];
      const cell = cells[row];
      if (isMissing(cell))
        throw new InputError({
          where: `scan ${scanIds[row]}`,
          problem: `covariate "${name}" has no value`,
          fix: 'leave out the covariate or the scans without a value',
        });
      if (code.kind === 'number') return [(Number(cell) - code.mean) / code.scale];
      if (!code.values.includes(cell)) return code.values.map(() => 0);
      return code.values.map((value, k) => Number(value === cell) - code.shares[k]);
    }),
  );
  return matrixOf(coded);
}

/** Rows of equal length as one matrix. */
export function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  return { values: Float64Array.from(rows.flat()), rows: rows.length, columns: rows[0]?.length ?? 0 };
}
