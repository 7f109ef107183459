/** @file What is in all scans of a data set: ROIs without signal, and scans that are equal. Node only. */
import { createHash } from 'node:crypto';
import { meanAbsoluteFc, missingRoisOfMatrix } from '../connectivity/matrix-summary.ts';
import type { Progress } from '../progress.ts';
import { missingRois } from '../series/missing-rois.ts';
import type { Dataset } from './dataset.ts';
import { countValues } from './summarise-columns.ts';

export interface MissingRoiCount {
  /** Scans that have any. */
  readonly scans: number;
  /** Missing ROIs of all scans together. */
  readonly total: number;
  /** ROIs that any scan misses and the number of scans that do, most frequent first. */
  readonly byRoi: readonly { readonly roi: string; readonly scans: number }[];
  /** Scans that miss any ROI, and how many. */
  readonly byScan: readonly { readonly scan: string; readonly rois: number }[];
}

/** One pass over all scans: ROIs without signal, scans that are equal, and of matrices mean |FC|. */
export function scanContents(
  { scans, roiNames, readSeries, readConnectivity }: Dataset,
  progress: Progress | undefined,
): { missing: MissingRoiCount; duplicates: string[][]; meanAbsolute: number[] } {
  const rois = roiNames.length;
  const meanAbsolute: number[] = [];
  const contentOf = (scan: number): { values: Float32Array; missing: number[] } => {
    if (readConnectivity === undefined) {
      const series = readSeries(scan);
      return { values: series.values, missing: missingRois(series) };
    }
    const values = readConnectivity(scan);
    meanAbsolute.push(meanAbsoluteFc(values, rois));
    return { values, missing: missingRoisOfMatrix(values, rois) };
  };
  const missingNames: string[] = [];
  const byScan: { scan: string; rois: number }[] = [];
  const byContent = new Map<string, string[]>();
  for (const [i, { scanId }] of scans.entries()) {
    const { values, missing } = contentOf(i);
    if (missing.length > 0) byScan.push({ scan: scanId, rois: missing.length });
    for (const roi of missing) missingNames.push(roiNames[roi]);
    const content = createHash('sha256').update(values).digest('base64');
    const same = byContent.get(content);
    if (same === undefined) byContent.set(content, [scanId]);
    else same.push(scanId);
    progress?.(i + 1, scans.length);
  }
  return {
    missing: {
      scans: byScan.length,
      total: missingNames.length,
      byRoi: [...countValues(missingNames)].map(([roi, scans]) => ({ roi, scans })),
      byScan,
    },
    duplicates: [...byContent.values()].filter((ids) => ids.length > 1),
    meanAbsolute,
  };
}
