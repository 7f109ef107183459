/** @file The connectivity of a scan, whether its data set holds series or matrices: the one way for all that learns from it. */
import { connectivity, type FcKind } from '../connectivity/kinds.ts';
import { InputError } from '../errors/input-error.ts';
import type { Dataset } from './dataset.ts';

/** What the connectivity of scans is read from. */
export type ConnectivitySource = Pick<Dataset, 'readSeries' | 'readConnectivity' | 'fcKind'> &
  Partial<Pick<Dataset, 'directory'>>;

/**
 * Functional connectivity of one scan: computed from its series, or as the data set holds it.
 *
 * @param kind that is wanted; matrices of which it is not known, or that are partial correlations, are taken as they are
 * @param out receives the result; a new array by default
 * @returns `[rois, rois]`, symmetric; ROIs without signal are zero
 * @throws InputError when the data set holds matrices of another kind
 */
export function scanConnectivity(
  kind: FcKind,
  source: ConnectivitySource,
  scan: number,
  out?: Float32Array,
): Float32Array {
  if (source.readConnectivity === undefined) return connectivity(kind, source.readSeries(scan), out);
  checkKind(kind, source);
  const matrix = source.readConnectivity(scan);
  if (out === undefined) return matrix;
  if (out.length !== matrix.length) throw new RangeError(`out holds ${out.length} numbers, expected ${matrix.length}`);
  out.set(matrix);
  return out;
}

/** Another kind needs other sums over time, and time is gone. */
function checkKind(kind: FcKind, { directory, fcKind = 'unknown' }: ConnectivitySource): void {
  if (fcKind === kind || fcKind === 'unknown' || fcKind === 'partial') return;
  throw new InputError({
    ...(directory === undefined ? {} : { where: directory }),
    problem: `${kind} connectivity is computed from series, and the data set holds matrices alone`,
    expected: kind,
    found: fcKind,
    fix: `ask for --fc ${fcKind}, or ingest the series`,
  });
}

/**
 * Refuses a data set of connectivity before work that needs series begins.
 *
 * @param what needs them and why, as a clause: `pseudo-FC draws time points`
 * @throws InputError
 */
export function requireSeries({ directory, readConnectivity }: Dataset, what: string, fix?: string): void {
  if (readConnectivity !== undefined) throw noSeries(directory, what, fix);
}

/** The error of {@link requireSeries}. */
export function noSeries(directory: string, what: string, fix = 'ingest the series of these scans'): InputError {
  return new InputError({
    where: directory,
    problem: `${what}, and the data set holds connectivity matrices alone`,
    fix,
  });
}

/** What to mind of features from matrices that are not known to be what the model learnt from; nothing of series. */
export function connectivityWarnings({ directory, readConnectivity, fcKind = 'unknown' }: Dataset): string[] {
  if (readConnectivity === undefined) return [];
  switch (fcKind) {
    case 'pearson':
    case 'ledoit-wolf':
      return [];
    case 'partial':
      return [`${directory} holds partial correlations, taken as they are: no model here was pretrained on these`];
    case 'unknown':
      return [`nobody says what kind of connectivity ${directory} holds (ingest with --fc-kind): it is taken as it is`];
  }
}
