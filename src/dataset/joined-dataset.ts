/** @file Several data sets as one: their scans one after the other. */
import { InputError } from '../errors/input-error.ts';
import type { Dataset } from './dataset.ts';

export interface JoinOptions {
  /** The same person may be in several: parts of one data set. */
  readonly sharedParticipants?: boolean;
}

/**
 * Joins data sets of one atlas. Columns are those of all of them; where a data set has none, its scans have no value. The
 * hash is that of each, in order. Closing it closes them.
 *
 * @throws InputError when ROIs differ, some hold connectivity and others series or another kind, or a participant is in
 *   two of them
 */
export function joinDatasets(datasets: readonly Dataset[], { sharedParticipants = false }: JoinOptions = {}): Dataset {
  const [first, ...others] = datasets;
  if (others.length === 0) return first;
  const seen = new Map<string, Dataset>();
  for (const dataset of datasets) {
    refuseOtherRois(first, dataset);
    refuseOtherContent(first, dataset);
    if (sharedParticipants) continue;
    for (const id of new Set(dataset.scans.map(({ participantId }) => participantId))) {
      const earlier = seen.get(id);
      if (earlier !== undefined)
        throw new InputError({
          where: dataset.directory,
          problem: `participant "${id}" is in ${earlier.directory} as well`,
          expected: 'everybody in one data set only',
          fix: 'leave them out of one, or give other people other ids',
        });
      seen.set(id, dataset);
    }
  }
  const places = datasets.flatMap((dataset) => dataset.scans.map((scan, index) => ({ dataset, scan, index })));
  const placeOf = (row: number) => {
    if (!(row in places)) throw new RangeError(`scan ${row} of ${places.length}`);
    return places[row];
  };
  return {
    directory: datasets.map(({ directory }) => directory).join(' + '),
    atlas: first.atlas,
    roiNames: first.roiNames,
    scans: places.map(({ scan }) => scan),
    phenotypeColumns: [...new Set(datasets.flatMap(({ phenotypeColumns }) => phenotypeColumns))],
    hash: datasets.map(({ hash }) => hash).join('+'),
    readSeries: (row) => {
      const { dataset, index } = placeOf(row);
      return dataset.readSeries(index);
    },
    ...(first.readConnectivity === undefined
      ? {}
      : {
          fcKind: first.fcKind,
          readConnectivity: (row) => {
            const { dataset, index } = placeOf(row);
            return connectivityOf(dataset, index);
          },
        }),
    close: () => {
      for (const dataset of datasets) dataset.close();
    },
  };
}

function refuseOtherRois(first: Dataset, dataset: Dataset): void {
  const same = first.roiNames.length === dataset.roiNames.length;
  const roi = first.roiNames.findIndex((name, at) => name !== dataset.roiNames[at]);
  if (same && roi === -1) return;
  throw new InputError({
    where: dataset.directory,
    problem: `it has other ROIs than ${first.directory}`,
    expected: same ? `ROI ${roi + 1} "${first.roiNames[roi]}"` : `${first.roiNames.length} ROIs`,
    found: same ? `"${dataset.roiNames[roi]}"` : String(dataset.roiNames.length),
    fix: 'ingest both with one atlas, or with --project',
  });
}

/** Series and matrices, or matrices of two kinds, would be features of two meanings in one column. */
function refuseOtherContent(first: Dataset, dataset: Dataset): void {
  const [expected, found] = [first, dataset].map(({ readConnectivity, fcKind = 'unknown' }) =>
    readConnectivity === undefined ? 'series' : `connectivity matrices (${fcKind})`,
  );
  if (found === expected) return;
  throw new InputError({
    where: dataset.directory,
    problem: `it does not hold the same as ${first.directory}`,
    expected,
    found,
    fix: 'ingest both alike',
  });
}

function connectivityOf({ directory, readConnectivity }: Dataset, index: number): Float32Array {
  if (readConnectivity === undefined) throw new Error(`${directory} holds no connectivity`);
  return readConnectivity(index);
}
