/** @file A data set that an ingest adds scans to. Node only. */
import type { Atlas } from '../atlas/atlas.ts';
import type { Scan } from '../dataset/dataset.ts';
import { openDataset, readDescription } from '../dataset/open-dataset.ts';
import { readOtherwise } from '../dataset/reading-record.ts';
import { InputError } from '../errors/input-error.ts';
import type { EarlierScan, EarlierScans } from './earlier-scans.ts';
import type { LocatedScan } from './identify-scans.ts';
import type { ReadingPlan } from './reading-plan.ts';

export type HeldContent = 'series' | 'connectivity';

/** What a data set holds already. */
export interface Holdings {
  readonly atlas: Atlas;
  readonly phenotypeColumns: readonly string[];
  /** How its scans were read. */
  readonly reading: Readonly<Record<string, unknown>>;
  readonly scans: EarlierScans;
  /** The row of every scan, by the name of its file. */
  readonly rows: ReadonlyMap<string, Scan>;
  readonly close: () => void;
}

/**
 * @param content of the scans that are added
 * @throws InputError when there is no data set, it holds another content, or it does not say which file a scan came from
 */
export function holdingsOf(directory: string, content: HeldContent): Holdings {
  const description = readDescription(directory);
  const dataset = openDataset(directory);
  const index = new Map(dataset.scans.map(({ scanId }, i) => [scanId, i]));
  const { readConnectivity, fcKind } = dataset;
  const rois = description.rois.length;
  const readSeries =
    readConnectivity === undefined
      ? dataset.readSeries
      : (row: number) => ({ values: readConnectivity(row), timepoints: rois, rois });
  const held: HeldContent = readConnectivity === undefined ? 'series' : 'connectivity';
  const scans = new Map<string, EarlierScan>();
  const rows = new Map<string, Scan>();
  for (const source of description.sources) {
    const row = source.scan === undefined ? undefined : index.get(source.scan);
    if (row === undefined) continue;
    scans.set(source.path, { source, readSeries: () => readSeries(row) });
    rows.set(source.path, dataset.scans[row]);
  }
  if (held !== content || rows.size !== dataset.scans.length) {
    dataset.close();
    throw new InputError({
      where: directory,
      ...(held === content
        ? {
            problem: 'scans can only be added to a data set of which ingest knows the file of each scan',
            fix: 'ingest the new scans into a data set of their own, and join both by brainmass dataset merge',
          }
        : {
            problem: 'the data set holds another content',
            expected: content,
            found: held,
            fix: 'ingest the new scans into a data set of their own',
          }),
    });
  }
  return {
    atlas: { id: description.atlas, rois: description.rois.map((name) => ({ name })) },
    phenotypeColumns: dataset.phenotypeColumns,
    reading: { ...description.reading, ...(fcKind === undefined ? {} : { fcKind }) },
    scans,
    rows,
    close: dataset.close,
  };
}

/**
 * Scans without a table of participants, of which some are held already: these keep who they are of, and every
 * phenotype that is not measured anew.
 */
export function withHeldRows(scans: readonly LocatedScan[], { rows, scans: held }: Holdings): LocatedScan[] {
  return scans.map((located) => {
    const row = rows.get(located.name);
    if (row === undefined) return located;
    const measured = held.get(located.name)?.source.measures ?? {};
    const known = Object.entries(row.phenotype).filter(([column]) => !Object.hasOwn(measured, column));
    const { timepoints: _, offset: __, ...scan } = row;
    const { tr = row.tr, phenotype } = located.scan;
    return { ...located, scan: { ...scan, tr, phenotype: { ...Object.fromEntries(known), ...phenotype } } };
  });
}

/** @throws InputError naming the first thing that is read otherwise */
export function checkSameReading(
  directory: string,
  { atlas, reading }: Holdings,
  { rules, record }: ReadingPlan,
): void {
  const otherwise = readOtherwise(reading, record);
  if (otherwise !== undefined)
    throw new InputError({
      where: directory,
      problem: `its scans were read in another way (${otherwise.what})`,
      expected: otherwise.one,
      found: otherwise.other,
      fix: 'pass the same options as for the data set, or ingest all scans again with --overwrite',
    });
  const names = ({ rois }: Atlas) => rois.map(({ name }) => name).join('\n');
  if (names(atlas) !== names(rules.atlas))
    throw new InputError({
      where: directory,
      problem: 'its scans are of another atlas',
      expected: atlas.id,
      found: rules.atlas.id,
      fix: 'ingest the new scans into a data set of their own',
    });
}
