/** @file ROIs that a preprocessor saw too little of, by the table of coverage beside its series. Node only. */
import { InputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import { parseTable } from '../files/table.ts';
import { missingRois } from '../series/missing-rois.ts';
import type { TimeSeries } from '../series/time-series.ts';
import { MINIMUM_COVERAGE } from '../volume/parcellated.ts';
import { plainName } from './roi-order.ts';

/** ROIs that a note names. */
const NAMED = 5;

export interface Uncovered {
  /** For `scans.tsv`. */
  readonly measures: Readonly<Record<string, string>>;
  /** Which ROIs were covered too little, in a sentence. */
  readonly notes: readonly string[];
}

/**
 * Writes zeros over the ROIs of a scan that are covered by less than `minimum`, as a parcellation of our own does (policy:
 * series/missing-rois.ts).
 *
 * @param path a table with a row an ROI: its name, and in the column `coverage` the part of its voxels that has signal, 0
 *   to 1 (XCP-D: `Node`, `coverage`; up to 0.4 `Node`, `0`). It may know more ROIs than the scan
 * @param names of the ROIs of the scan; where it has none, or the table has none or numbers them (`Parcel_1` of XCP-D 0.7,
 *   its issue 1197), the table must have as many rows, in the same order
 * @throws InputError when the table lacks an ROI of the scan, names one twice, or a part is not 0 to 1
 */
export function silenceUncovered(
  series: TimeSeries,
  names: readonly string[] | undefined,
  path: string,
  { minimum = MINIMUM_COVERAGE, where }: { readonly minimum?: number | undefined; readonly where: string },
): Uncovered {
  const { values, timepoints, rois } = series;
  const table = readCoverage(path);
  const coverage =
    names === undefined || isNumbered(table, names) ? table.map(({ part }) => part) : coverageOf(names, table, path);
  if (coverage.length !== rois)
    throw new InputError({
      where: path,
      problem: 'the table of coverage is not of these series',
      expected: `${rois} rows, as the series have ROIs`,
      found: `${coverage.length}`,
      fix: 'copy both again from one run of the preprocessor',
    });
  const low = coverage.flatMap((part, roi) => (part < minimum ? [roi] : []));
  for (const roi of low) for (let t = 0; t < timepoints; t++) values[t * rois + roi] = 0;
  if (missingRois(series).length === rois)
    throw new InputError({
      where,
      problem: 'no ROI with signal is left',
      expected: `signal in ${minimum} of the voxels of an ROI`,
      found: `at most ${coverage.reduce((a, b) => Math.max(a, b), 0).toFixed(2)} in ${path}`,
      fix: 'leave this scan out, or pass a lower --min-coverage',
    });
  const measures = { lowest_coverage: coverage.reduce((a, b) => Math.min(a, b), 1).toFixed(3) };
  if (low.length === 0) return { measures, notes: [] };
  const some = low.slice(0, NAMED).map((roi) => `${names?.[roi] ?? `ROI ${roi + 1}`} ${coverage[roi].toFixed(2)}`);
  const list = `${some.join(', ')}${low.length > NAMED ? ', …' : ''}`;
  const count = low.length === 1 ? '1 ROI has' : `${low.length} ROIs have`;
  return {
    measures,
    notes: [`${where}: ${count} signal in less than ${minimum} of the voxels, and no series: ${list}`],
  };
}

interface Row {
  /** Undefined in a table without a column of names. */
  readonly name: string | undefined;
  readonly part: number;
}

function readCoverage(path: string): Row[] {
  const { columns, rows } = parseTable(readText(path), path);
  const parts = columns.find((column) => column.toLowerCase() === 'coverage') ?? columns.find((name) => name === '0');
  if (parts === undefined)
    throw new InputError({
      where: path,
      problem: 'this is no table of coverage',
      expected: 'a column "coverage"',
      found: columns.slice(0, NAMED).join(', '),
    });
  const nodes = columns.find((column) => column !== parts);
  return rows.map((row, i) => {
    const name = nodes === undefined ? undefined : row[nodes];
    // An ROI without a voxel in the image has no coverage.
    const part = /^(n\/a|nan|)$/i.test(row[parts]) ? 0 : Number(row[parts]);
    if (!(part >= 0 && part <= 1))
      throw new InputError({
        where: `${path} row ${i + 2}`,
        problem: `the coverage of "${name ?? i + 1}" is no part of a whole`,
        expected: '0 to 1',
        found: `"${row[parts]}"`,
      });
    return { name, part };
  });
}

/** True when the table only counts its ROIs, by other names than the scan's. */
function isNumbered(table: readonly Row[], names: readonly string[]): boolean {
  const known = new Set(names.map(plainName));
  return table.every(
    ({ name }, i) => name === undefined || (!known.has(plainName(name)) && /\d+$/.exec(name)?.[0] === String(i + 1)),
  );
}

/** In the order of the scan's ROIs. */
function coverageOf(names: readonly string[], table: readonly Row[], path: string): number[] {
  const parts = new Map(table.map(({ name = '', part }) => [plainName(name), part]));
  const other = (name: string, problem: string) =>
    new InputError({
      where: path,
      problem: `the table of coverage ${problem} the ROI "${name}"`,
      expected: 'one row for each ROI of the series, by the same names',
      fix: 'copy both again from one run of the preprocessor',
    });
  if (parts.size < table.length) {
    const seen = new Set<string>();
    const twice = table.find(({ name = '' }) => seen.size === seen.add(plainName(name)).size);
    throw other(twice?.name ?? '', 'names twice');
  }
  return names.map((name) => {
    const part = parts.get(plainName(name));
    if (part === undefined) throw other(name, 'does not name');
    return part;
  });
}
