/** @file Which scans of a data set a task is about: comparisons of columns with values. */
import type { Dataset } from '../dataset/dataset.ts';
import { isMissing } from '../dataset/missing-value.ts';
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import { columnValue } from './label-rule.ts';

const OPERATORS = ['=', '!=', '>', '>=', '<', '<='] as const;
type Operator = (typeof OPERATORS)[number];

/** `age >= 18`. */
export interface ScanFilter {
  /** As it was written, for messages. */
  readonly text: string;
  readonly column: string;
  readonly operator: Operator;
  readonly value: string;
}

/**
 * A filter from text: `COLUMN = VALUE`, `!=`, or `>`, `>=`, `<`, `<=` and a number.
 *
 * @throws InputError when it is no comparison, or orders by what is no number
 */
export function parseFilter(text: string, where: string): ScanFilter {
  const [, column, operator, value] = /^(.+?)\s*(!=|>=|<=|=|>|<)\s*(.+)$/.exec(text.trim()) ?? [];
  if (column === undefined)
    throw new InputError({
      where,
      problem: 'this is no filter',
      expected: 'COLUMN = VALUE, or !=, >, >=, <, <=',
      found: `"${text}"`,
    });
  const known = OPERATORS.find((own) => own === operator)!;
  if (known !== '=' && known !== '!=' && !Number.isFinite(Number(value)))
    throw new InputError({ where, problem: `filter "${text}" compares with what is no number`, found: `"${value}"` });
  return { text, column, operator: known, value: value.trim() };
}

/**
 * A view of the data set with the scans that pass every filter. A scan without a value in a column does not pass. The hash
 * stays that of the data set.
 *
 * @throws InputError when a column does not exist, a value that is ordered is no number, or no scan passes
 */
export function filteredDataset(dataset: Dataset, filters: readonly ScanFilter[]): Dataset {
  if (filters.length === 0) return dataset;
  const columns = [...dataset.phenotypeColumns, 'site', 'session', 'run'];
  for (const { text, column } of filters)
    if (!columns.includes(column)) {
      const nearest = nearestName(column, columns);
      throw new InputError({
        where: dataset.directory,
        problem: `there is no column "${column}" for the filter "${text}"`,
        found: columns.join(', '),
        ...(nearest === undefined ? {} : { fix: `did you mean ${nearest}?` }),
      });
    }
  const rows = [...dataset.scans.keys()].filter((row) => filters.every((filter) => passes(dataset, row, filter)));
  if (rows.length === 0)
    throw new InputError({
      where: dataset.directory,
      problem: `no scan passes ${filters.map(({ text }) => `"${text}"`).join(' and ')}`,
      found: `${dataset.scans.length} scans in all`,
      fix: 'check the values, or leave a filter out',
    });
  const rowOf = (index: number) => {
    if (!(index in rows)) throw new RangeError(`scan ${index} of ${rows.length}`);
    return rows[index];
  };
  const { readSeries, readConnectivity } = dataset;
  return {
    ...dataset,
    scans: rows.map((row) => dataset.scans[row]),
    readSeries: (index) => readSeries(rowOf(index)),
    ...(readConnectivity === undefined ? {} : { readConnectivity: (index) => readConnectivity(rowOf(index)) }),
  };
}

function passes({ directory, scans }: Dataset, row: number, { text, column, operator, value }: ScanFilter): boolean {
  const own = columnValue(scans[row], column);
  if (isMissing(own)) return false;
  const [a, b] = [Number(own), Number(value)];
  const same = own === value || (Number.isFinite(a) && a === b);
  if (operator === '=') return same;
  if (operator === '!=') return !same;
  if (!Number.isFinite(a))
    throw new InputError({
      where: `${directory}, scan ${scans[row].scanId}`,
      problem: `column "${column}" is not a number, and the filter "${text}" orders it`,
      found: `"${own}"`,
      fix: 'mend the value or leave it empty',
    });
  switch (operator) {
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
  }
}
