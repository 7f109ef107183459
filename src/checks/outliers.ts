/** @file Scans unlike the others, scans too like each other, ROIs that are copies, sites with one class. */
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
/** Connectivity that correlates above this is of one recording: two scans of a person reach 0.9. */
const NEARLY_SAME = 0.999;
/** The first pairs of a sketch are compared first; what is nearly the same agrees there too. */
const FIRST_LOOK = { pairs: 64, least: 0.99 };
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

/** Pairs of scans with nearly the same connectivity; equal series are `inspect`'s to report. */
export function nearDuplicateFindings(
  dataset: Dataset,
  scans: readonly ScanMeasures[],
  equal: readonly (readonly string[])[],
): Finding[] {
  const groupOf = new Map(equal.flatMap((group, k) => group.map((id) => [id, k] as const)));
  const pairs: { readonly names: readonly [string, string]; readonly r: number }[] = [];
  const ids = scans.map(({ index }) => dataset.scans[index].scanId);
  for (let i = 0; i < scans.length; i++)
    for (let j = 0; j < i; j++) {
      if (!alike(scans[i].sketch, scans[j].sketch)) continue;
      const r = product(scans[i].sketch, scans[j].sketch, 0, scans[i].sketch.length);
      const group = groupOf.get(ids[i]);
      if (r > NEARLY_SAME && (group === undefined || group !== groupOf.get(ids[j])))
        pairs.push({ names: [ids[j], ids[i]], r });
    }
  if (pairs.length === 0) return [];
  pairs.sort((a, b) => b.r - a.r);
  const shown = pairs.slice(0, 3).map(({ names, r }) => `${names.join(' and ')} at ${r.toFixed(4)}`);
  return [
    {
      id: 'near-duplicate-scans',
      level: 'warning',
      scans: [...new Set(pairs.flatMap(({ names }) => names))],
      message:
        `${pairs.length} pair${pairs.length === 1 ? '' : 's'} of scans have nearly the same connectivity (${shown.join('; ')}` +
        `${pairs.length > 3 ? '; …' : ''}): they are likely one recording, processed or cut twice`,
      evidence: { pairs: pairs.length, highest_r: pairs[0].r, roi_pairs_compared: scans[0].sketch.length },
    },
  ];
}

/** A quick look at the first pairs of ROIs, so that 10,000 scans can all be compared. */
function alike(a: Float32Array, b: Float32Array): boolean {
  const taken = Math.min(FIRST_LOOK.pairs, a.length);
  const [ab, aa, bb] = [product(a, b, 0, taken), product(a, a, 0, taken), product(b, b, 0, taken)];
  return ab > FIRST_LOOK.least * Math.sqrt(aa * bb);
}

function product(a: Float32Array, b: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum += a[k] * b[k];
  return sum;
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
    const single = oneClassSites(column, some).join('\n');
    if (single !== '') columnsAt.set(single, [...(columnsAt.get(single) ?? []), column]);
  }
  return [...columnsAt].map(([key, columns]) => {
    const single = key.split('\n');
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
