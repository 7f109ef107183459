/** @file A scan from a file that holds a matrix: text, NumPy, MATLAB, HDF5, Parquet. Node only. */
import { createHash } from 'node:crypto';
import { readBytes } from '../files/atomic.ts';
import { type Layout, orientSeries } from '../series/layout.ts';
import type { Matrix } from '../series/matrix.ts';
import { missingRois } from '../series/missing-rois.ts';
import { readMatrix } from '../series/read-matrix.ts';
import type { TimeSeries } from '../series/time-series.ts';
import { namedRois, refuseOtherOrder } from './roi-order.ts';
import { takeRois } from './roi-range.ts';
import type { ReadingRules, ScanFile, ScanRead } from './scan-to-read.ts';
import { silenceUncovered } from './silence-uncovered.ts';

/** Of what was left out, a note names as many. */
const NAMED = 5;

/** @throws InputError when it cannot be read, is no scan of that atlas, or names its columns in another order */
export async function readMatrixScan(
  { path, where, array, coverage, layout: known }: ScanFile,
  rules: ReadingRules,
): Promise<ScanRead> {
  const bytes = readBytes(path);
  const { atlas, overlap, roiRange } = rules;
  const whole = await readMatrix(bytes, path, array === undefined ? {} : { array });
  const asked = rules.layout === 'auto' && known !== undefined ? known : rules.layout;
  const { matrix, layout } =
    roiRange === undefined
      ? { matrix: (overlap === undefined ? namedRois(whole, atlas) : undefined) ?? whole, layout: asked }
      : takeRois(whole, roiRange, asked, where);
  if (overlap === undefined) refuseOtherOrder(matrix.header, atlas, { what: 'column', where });
  const oriented = orientSeries(matrix, {
    layout,
    where,
    rois: overlap?.sources ?? atlas.rois.length,
    moreRois: overlap !== undefined,
  });
  const minimum = rules.minimumCoverage;
  const roiNames = oriented.rois === matrix.columns ? matrix.header : undefined;
  const covered =
    coverage === undefined ? undefined : silenceUncovered(oriented, roiNames, coverage, { minimum, where });
  const notes = [...notInMatrix(whole, where), ...(covered?.notes ?? [])];
  return {
    series: oriented,
    facts: {
      sha256: createHash('sha256').update(bytes).digest('hex'),
      layout: layoutOf(matrix, oriented, layout),
      rois: oriented.rois,
      missing: missingRois(oriented).length,
      ...covered,
      ...(notes.length === 0 ? {} : { notes }),
    },
  };
}

/** CONN keeps several components of a tissue in one cell, tables keep text beside the numbers: no ROI, and said. */
function notInMatrix({ leftOut = [] }: Matrix, where: string): string[] {
  if (leftOut.length === 0) return [];
  const few = `${leftOut.slice(0, NAMED).join(', ')}${leftOut.length > NAMED ? ', …' : ''}`;
  return [`${where}: left out, being no single columns of numbers: ${few}`];
}

function layoutOf(matrix: Matrix, { timepoints }: TimeSeries, asked: Layout): 'time-roi' | 'roi-time' {
  if (asked !== 'auto') return asked;
  return matrix.rows === timepoints ? 'time-roi' : 'roi-time';
}
