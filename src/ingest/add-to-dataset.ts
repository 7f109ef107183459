/** @file A data set that an ingest adds scans to. Node only. */
import type { Atlas } from '../atlas/atlas.ts';
import type { Scan } from '../dataset/dataset.ts';
import { openDataset, readDescription } from '../dataset/open-dataset.ts';
import { readOtherwise } from '../dataset/reading-record.ts';
import { InputError } from '../errors/input-error.ts';
import type { EarlierScan, EarlierScans } from './earlier-scans.ts';
import type { ReadingPlan } from './reading-plan.ts';

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

/** @throws InputError when there is no data set, it holds matrices, or it does not say which file a scan came from */
export function holdingsOf(directory: string): Holdings {
  const description = readDescription(directory);
  const dataset = openDataset(directory);
  const index = new Map(dataset.scans.map(({ scanId }, i) => [scanId, i]));
  const scans = new Map<string, EarlierScan>();
  const rows = new Map<string, Scan>();
  for (const source of description.sources) {
    const row = source.scan === undefined ? undefined : index.get(source.scan);
    if (row === undefined) continue;
    scans.set(source.path, { source, readSeries: () => dataset.readSeries(row) });
    rows.set(source.path, dataset.scans[row]);
  }
  if (dataset.readConnectivity !== undefined || rows.size !== dataset.scans.length) {
    dataset.close();
    throw new InputError({
      where: directory,
      problem: 'scans can only be added to a data set of series that ingest made from files, each a scan',
      fix: 'ingest the new scans into a data set of their own, and join both by brainmass dataset merge',
    });
  }
  return {
    atlas: { id: description.atlas, rois: description.rois.map((name) => ({ name })) },
    phenotypeColumns: dataset.phenotypeColumns,
    reading: description.reading,
    scans,
    rows,
    close: dataset.close,
  };
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
