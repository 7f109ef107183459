/** @file What may spoil a study, in one sentence each. */
import type { Dataset, Scan } from './dataset.ts';
import { isMissing } from './missing-value.ts';
import { connectivityWarnings } from './scan-connectivity.ts';
import type { MissingRoiCount } from './scan-contents.ts';
import { type ColumnSummary, countValues } from './summarise-columns.ts';

/** The standard error of a correlation of independent points is about 1 / sqrt(T): 0.14 at 50. */
const SHORT_TIMEPOINTS = 50;
/** Columns with more values than this are no classes. */
const MOST_CLASSES = 5;
/** A class of fewer scans than this says nothing by coming from one site. */
const FEWEST_OF_CLASS = 5;

interface Findings {
  readonly dataset: Dataset;
  readonly missing: MissingRoiCount;
  readonly duplicates: readonly (readonly string[])[];
  readonly columns: readonly ColumnSummary[];
  /** TR in seconds (empty: not known) to number of scans. */
  readonly trs: Readonly<Record<string, number>>;
}

/** The warnings about a data set, the gravest first. */
export function inspectionWarnings({ dataset, missing, duplicates, columns, trs }: Findings): string[] {
  const holdsSeries = dataset.readConnectivity === undefined;
  return [
    ...duplicateWarnings(duplicates, holdsSeries ? 'series' : 'matrix'),
    ...connectivityWarnings(dataset),
    ...missingRoiWarnings(missing, dataset.scans.length),
    ...shortWarnings(holdsSeries ? dataset.scans : dataset.scans.filter(({ timepoints }) => timepoints > 0)),
    // Nobody needs the repetition time of a matrix.
    ...(holdsSeries ? trWarnings(trs) : []),
    ...columns.flatMap((column) => siteWarnings(column, dataset.scans)),
  ];
}

function duplicateWarnings(duplicates: readonly (readonly string[])[], content: string): string[] {
  if (duplicates.length === 0) return [];
  return [
    `${count(duplicates.length, 'group')} of scans have the same ${content}, e.g. ${duplicates[0].slice(0, 3).join(' and ')}`,
  ];
}

function missingRoiWarnings({ scans, byRoi }: MissingRoiCount, total: number): string[] {
  if (scans === 0) return [];
  const most = byRoi.slice(0, 3).map(({ roi, scans: n }) => `${roi} in ${n}`);
  return [
    `${scans} of ${count(total, 'scan')} lack signal in some of ${count(byRoi.length, 'ROI')} ` +
      `(${most.join(', ')}${byRoi.length > 3 ? ', …' : ''}); every correlation with them is 0`,
  ];
}

function shortWarnings(scans: readonly Scan[]): string[] {
  const short = scans.filter(({ timepoints }) => timepoints < SHORT_TIMEPOINTS);
  if (short.length === 0) return [];
  return [`${count(short.length, 'scan')} shorter than ${SHORT_TIMEPOINTS} time points, e.g. ${short[0].scanId}`];
}

function trWarnings(trs: Readonly<Record<string, number>>): string[] {
  const known = Object.entries(trs).filter(([tr]) => tr !== '');
  const unknown = trs[''] ?? 0;
  const warnings: string[] = [];
  if (known.length > 1)
    warnings.push(
      `the repetition time differs: ${known.map(([tr, n]) => `${tr} s in ${count(n, 'scan')}`).join(', ')}`,
    );
  if (unknown > 0) warnings.push(`the repetition time of ${count(unknown, 'scan')} is not known`);
  return warnings;
}

/** A class that occurs at one site only cannot be told from the site. */
function siteWarnings(column: ColumnSummary, scans: readonly Scan[]): string[] {
  if (column.kind !== 'values') return [];
  const classes = Object.keys(column.values);
  if (classes.length < 2 || classes.length > MOST_CLASSES) return [];
  const sited = scans.filter(({ site, phenotype }) => site !== '' && !isMissing(phenotype[column.name]));
  if (countValues(sited.map(({ site }) => site)).size < 2) return [];
  return classes.flatMap((value) => {
    const ofClass = sited.filter(({ phenotype }) => phenotype[column.name] === value);
    const sites = countValues(ofClass.map(({ site }) => site));
    if (sites.size !== 1 || ofClass.length < FEWEST_OF_CLASS) return [];
    return [
      `all scans with ${column.name} = ${value} come from one site (${[...sites.keys()][0]}): the site alone can tell them`,
    ];
  });
}

function count(n: number, unit: string): string {
  return `${n} ${unit}${n === 1 ? '' : 's'}`;
}
