/** @file What a data set holds, and what to think about before training on it. Node only. */
import type { StatedFcKind } from '../connectivity/kinds.ts';
import type { Progress } from '../progress.ts';
import type { Dataset, Scan } from './dataset.ts';
import { inspectionWarnings } from './inspection-warnings.ts';
import { type MissingRoiCount, scanContents } from './scan-contents.ts';
import { type ColumnSummary, countValues, summariseColumn } from './summarise-columns.ts';

/** What `inspect --json` prints. */
export interface Inspection {
  readonly scans: number;
  readonly participants: number;
  readonly rois: number;
  readonly atlas: string;
  readonly timepoints: { readonly min: number; readonly max: number; readonly total: number };
  /** Scans per site, session and repetition time (seconds); an empty name: not known. */
  readonly sites: Readonly<Record<string, number>>;
  readonly sessions: Readonly<Record<string, number>>;
  readonly trs: Readonly<Record<string, number>>;
  /** ROIs without signal: they stay as zeros, and every correlation with them is 0. */
  readonly missingRois: MissingRoiCount;
  /** Of a data set of connectivity: what its matrices are, and mean |FC| of a scan, over pairs of ROIs with signal. */
  readonly connectivity?: {
    readonly kind: StatedFcKind;
    readonly meanAbsolute: { readonly min: number; readonly mean: number; readonly max: number };
  };
  /** Groups of scan ids whose series or matrices are equal. */
  readonly duplicates: readonly (readonly string[])[];
  readonly columns: readonly ColumnSummary[];
  readonly hash: string;
  readonly warnings: readonly string[];
}

/** Reads every series or matrix of the data set and describes it. */
export function inspect(dataset: Dataset, progress?: Progress): Inspection {
  const { scans } = dataset;
  const { missing, duplicates, meanAbsolute } = scanContents(dataset, progress);
  const columns = dataset.phenotypeColumns.map((column) => summariseColumn(column, scans));
  const lengths = scans.map(({ timepoints }) => timepoints);
  const trs = countOf(scans, ({ tr }) => (tr === undefined ? '' : String(tr)));
  return {
    scans: scans.length,
    participants: new Set(scans.map(({ participantId }) => participantId)).size,
    rois: dataset.roiNames.length,
    atlas: dataset.atlas,
    timepoints: {
      min: lengths.reduce((a, b) => Math.min(a, b)),
      max: lengths.reduce((a, b) => Math.max(a, b)),
      total: lengths.reduce((a, b) => a + b),
    },
    sites: countOf(scans, ({ site }) => site),
    sessions: countOf(scans, ({ session }) => session),
    trs,
    missingRois: missing,
    ...(meanAbsolute.length === 0
      ? {}
      : { connectivity: { kind: dataset.fcKind ?? 'unknown', meanAbsolute: spread(meanAbsolute) } }),
    duplicates,
    columns,
    hash: dataset.hash,
    warnings: inspectionWarnings({ dataset, missing, duplicates, columns, trs }),
  };
}

function countOf(scans: readonly Scan[], key: (scan: Scan) => string): Record<string, number> {
  return Object.fromEntries(countValues(scans.map(key)));
}

function spread(values: readonly number[]) {
  return {
    min: values.reduce((a, b) => Math.min(a, b)),
    mean: values.reduce((a, b) => a + b) / values.length,
    max: values.reduce((a, b) => Math.max(a, b)),
  };
}
