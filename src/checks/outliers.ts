/** @file Scans unlike the others, ROIs that are copies, sites with one class. */
import type { Dataset, Scan } from '../dataset/dataset.ts';
import { isMissing } from '../dataset/missing-value.ts';
import { countValues } from '../dataset/summarise-columns.ts';
import type { Comparisons } from './comparisons.ts';
import { brief, type Finding, someScans } from './finding.ts';
import { spreadOf } from './order-statistics.ts';
import type { ScanMeasures } from './survey.ts';

/** Robust standard deviations below the other scans of the site (in Fisher z) at which a scan is an outlier. */
const OUTLYING = 3.5;
/** Fewer scans have no usual value. */
const FEWEST_SCANS = 8;
const MOST_CLASSES = 5;

/** Scans whose connectivity is far from the mean of the others of their site: median and MAD of the correlation with it. */
export function outlierFindings(dataset: Dataset, { scans }: Comparisons): Finding[] {
  if (scans.length < FEWEST_SCANS) return [];
  const z = scans.map(({ likeSite }) => Math.atanh(Math.min(0.9999, likeSite)));
  const { median, deviation } = spreadOf(z);
  const outlying = scans.filter((_, i) => z[i] < median - OUTLYING * deviation);
  if (outlying.length === 0) return [];
  const worst = [...outlying].sort((a, b) => a.likeSite - b.likeSite);
  const ids = worst.map(({ index }) => dataset.scans[index].scanId);
  return [
    {
      id: 'outlier-scans',
      level: 'warning',
      scans: ids,
      message:
        `the connectivity of ${someScans(ids)} is unlike that of the other scans: it correlates with their mean at ` +
        `${brief(worst[0].likeSite)}${worst.length > 1 ? ` to ${brief(worst[worst.length - 1].likeSite)}` : ''}, usually ` +
        `at ${brief(Math.tanh(median))}`,
      evidence: { scans: ids.length, lowest_r: worst[0].likeSite, usual_r: Math.tanh(median) },
    },
  ];
}

/** ROIs that hold the same series (|r| > 0.9999): a mask, an atlas or a column used twice. */
export function duplicateRoiFindings(dataset: Dataset, scans: readonly ScanMeasures[]): Finding[] {
  const affected = scans.filter(({ twins }) => twins.length > 0);
  if (affected.length === 0) return [];
  const names = affected.flatMap(({ twins }) =>
    twins.map(([a, b]) => `"${dataset.roiNames[a]}" and "${dataset.roiNames[b]}"`),
  );
  const counted = [...countValues(names)];
  const ids = affected.map(({ index }) => dataset.scans[index].scanId);
  return [
    {
      id: 'duplicate-rois',
      level: 'warning',
      scans: ids,
      message:
        `two ROIs hold the same series in ${someScans(ids)}: ` +
        `${counted
          .slice(0, 3)
          .map(([pair, n]) => `${pair} in ${n}`)
          .join(', ')}${counted.length > 3 ? ', …' : ''}`,
      evidence: { scans: ids.length, pairs: counted.length },
    },
  ];
}

/** Sites that hold one class of a column only, where others hold several. */
export function oneClassFindings({ phenotypeColumns, scans }: Dataset, chosen: readonly number[]): Finding[] {
  const sites = new Set(chosen.map((index) => scans[index].site));
  if (sites.size < 2) return [];
  const some = chosen.map((index) => scans[index]);
  const columnsAt = new Map<string, string[]>();
  for (const column of phenotypeColumns) {
    const single = oneClassSites(column, some);
    if (single.length === 0) continue;
    const key = JSON.stringify(single);
    columnsAt.set(key, [...(columnsAt.get(key) ?? []), column]);
  }
  return [...columnsAt].map(([key, columns]) => {
    const single: readonly string[] = JSON.parse(key);
    const ids = some.flatMap(({ site, scanId }) => (single.includes(site) ? [scanId] : []));
    const at = `${single.slice(0, 3).join(', ')}${single.length > 3 ? ', …' : ''}`;
    return {
      id: 'one-class-sites',
      level: 'note',
      scans: ids,
      message:
        `at ${single.length} of ${sites.size} sites (${at}; ${ids.length} scans) everybody has the same value of ` +
        `${columns.slice(0, 4).join(', ')}${columns.length > 4 ? ', …' : ''}: to learn it there is to learn the site`,
      evidence: { sites: single.length, scans: ids.length },
    };
  });
}

/** Sites with one value only of a column of classes. */
function oneClassSites(column: string, scans: readonly Scan[]): string[] {
  const known = scans.filter(({ site, phenotype }) => site !== '' && !isMissing(phenotype[column] ?? ''));
  const classes = countValues(known.map(({ phenotype }) => phenotype[column]));
  if (classes.size < 2 || classes.size > MOST_CLASSES) return [];
  const sites = [...new Set(known.map(({ site }) => site))];
  const single = sites.filter(
    (site) => new Set(known.flatMap((scan) => (scan.site === site ? [scan.phenotype[column]] : []))).size === 1,
  );
  // A column that is constant in most sites is about the site, as its scanner is.
  return single.length > sites.length / 2 ? [] : single;
}
