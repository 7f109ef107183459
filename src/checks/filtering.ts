/** @file What was filtered and regressed, site by site, and whether the repetition time fits the spectrum. */
import type { Dataset } from '../dataset/dataset.ts';
import { brief, type Finding } from './finding.ts';
import { median } from './order-statistics.ts';
import type { ScanMeasures } from './survey.ts';

/** Low-pass cut-offs in use, Hz. */
const CONVENTIONS = [0.08, 0.09, 0.1, 0.12, 0.15, 0.2];
/** Filters roll off, and spectra have steps of 0.005 Hz. */
const NEAR = 0.13;
/** Without the global signal mean connectivity is about 0, and many pairs are negative. */
const REGRESSED = { meanFc: 0.08, negativeShare: 0.35 };
/** A site of fewer scans than this has no usual value. */
const FEWEST_OF_SITE = 3;

/** How the scans of one site and repetition time were processed, as far as they show it. */
export interface Processing {
  readonly site: string;
  readonly tr: number | undefined;
  readonly scans: readonly ScanMeasures[];
  /** Most scans end sharply below the highest frequency: a low-pass filter; undefined: no series. */
  readonly lowPass: boolean | undefined;
  /** Median, in cycles a volume. */
  readonly edge: number | undefined;
  /** Median shares of power below 0.01 Hz, to 0.1 Hz, and above. */
  readonly shares: readonly [number, number, number] | undefined;
  readonly meanFc: number;
  readonly negativeShare: number;
  readonly globalSignalRegressed: boolean;
}

export function processingOf(dataset: Dataset, scans: readonly ScanMeasures[]): Processing[] {
  const groups = new Map<string, ScanMeasures[]>();
  for (const scan of scans) {
    const { site, tr } = dataset.scans[scan.index];
    const key = `${site}\n${tr ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [scan]);
    else group.push(scan);
  }
  return [...groups.values()].map((group): Processing => {
    const { site, tr } = dataset.scans[group[0].index];
    const filters = group.flatMap(({ filter }) => (filter === undefined ? [] : [filter]));
    const edges = filters.flatMap(({ edge }) => (edge === undefined ? [] : [edge]));
    const shares = filters.flatMap((filter) => (filter.shares === undefined ? [] : [filter.shares]));
    const lowPass = filters.length === 0 ? undefined : edges.length > filters.length / 2;
    const meanFc = median(group.map((scan) => scan.meanFc));
    const negativeShare = median(group.map((scan) => scan.negativeShare));
    return {
      site,
      tr,
      scans: group,
      lowPass,
      edge: lowPass === true ? median(edges) : undefined,
      shares:
        shares.length === 0
          ? undefined
          : [median(shares.map(([a]) => a)), median(shares.map(([, b]) => b)), median(shares.map(([, , c]) => c))],
      meanFc,
      negativeShare,
      globalSignalRegressed: meanFc < REGRESSED.meanFc && negativeShare > REGRESSED.negativeShare,
    };
  });
}

/** Sites that were processed in another way than others. */
export function filteringFindings(dataset: Dataset, processing: readonly Processing[]): Finding[] {
  const usual = processing.filter(({ scans }) => scans.length >= FEWEST_OF_SITE);
  return [
    ...mixed(dataset, usual, ({ lowPass }) => lowPass, 'are low-pass filtered', 'are not'),
    ...mixed(
      dataset,
      usual,
      ({ globalSignalRegressed }) => globalSignalRegressed,
      'look as if the global signal was regressed (mean connectivity about 0, many negative pairs)',
      'do not',
    ),
  ];
}

function mixed(
  dataset: Dataset,
  groups: readonly Processing[],
  of: (group: Processing) => boolean | undefined,
  yes: string,
  no: string,
): Finding[] {
  const [done, left] = [groups.filter((group) => of(group) === true), groups.filter((group) => of(group) === false)];
  if (done.length === 0 || left.length === 0) return [];
  const count = (some: readonly Processing[]) => some.reduce((sum, { scans }) => sum + scans.length, 0);
  const fewer = count(done) <= count(left) ? done : left;
  const named = (some: readonly Processing[]) => {
    const sites = [...new Set(some.map(({ site }) => site || 'no site'))];
    return `${sites.slice(0, 3).join(', ')}${sites.length > 3 ? ', …' : ''}`;
  };
  return [
    {
      id: 'filtering',
      level: 'warning',
      scans: fewer.flatMap(({ scans }) => scans.map(({ index }) => dataset.scans[index].scanId)),
      message:
        `the scans of ${named(done)} (${count(done)}) ${yes}, those of ${named(left)} (${count(left)}) ${no}: what ` +
        'differs between them may be the processing',
      evidence: { scans: count(done), other_scans: count(left) },
    },
  ];
}

/** Repetition times that the end of the spectrum contradicts, or gives away where they are not known. */
export function repetitionTimeFindings(dataset: Dataset, processing: readonly Processing[]): Finding[] {
  return processing.flatMap(({ site, tr, edge, scans }): Finding[] => {
    if (edge === undefined || scans.length < FEWEST_OF_SITE) return [];
    const ids = scans.map(({ index }) => dataset.scans[index].scanId);
    const of = site === '' ? `${ids.length} scans` : `the ${ids.length} scans of ${site}`;
    const would = `a repetition time of ${brief(edge / 0.1)} s would make that 0.1 Hz, ${brief(edge / 0.08)} s 0.08 Hz`;
    if (tr === undefined)
      return [
        {
          id: 'repetition-time',
          level: 'note',
          scans: ids,
          message: `the spectrum of ${of} ends at ${brief(edge)} cycles a volume, and no repetition time is stated: ${would}`,
          evidence: { cycles_a_volume: edge },
        },
      ];
    const hertz = edge / tr;
    if (CONVENTIONS.some((each) => Math.abs(hertz - each) <= NEAR * each)) return [];
    return [
      {
        id: 'repetition-time',
        level: 'warning',
        scans: ids,
        message:
          `the repetition time of ${of}, ${tr} s, may be wrong: it puts the end of their spectrum at ${brief(hertz)} Hz, ` +
          `where no usual low-pass filter cuts; ${would}`,
        evidence: { tr_s: tr, cycles_a_volume: edge, edge_hz: hertz },
      },
    ];
  });
}
