/** @file From a scan's file to the series that the data set keeps: read, taken to its ROIs, denoised. Node only. */
import { projectSeries } from '../series/project.ts';
import { denoiseScan } from './denoise-scan.ts';
import { meanMotion } from './mean-motion.ts';
import { readConnectivityScan } from './read-connectivity-scan.ts';
import { noPlaces, readImageScan } from './read-image-scan.ts';
import { readMatrixScan } from './read-matrix-scan.ts';
import type { ReadingRules, ScanFile, ScanRead } from './scan-to-read.ts';

/**
 * Reads one scan.
 *
 * @throws InputError when it cannot be read, is no scan of that atlas, names its columns in another order, or cannot be
 *   denoised as asked, or when a table beside it is damaged
 */
export async function readScan(file: ScanFile, rules: ReadingRules): Promise<ScanRead> {
  const { series: read, facts: own } = await readSource(file, rules);
  const facts = file.motion === undefined ? own : { ...own, measures: { ...own.measures, ...meanMotion(file.motion) } };
  const series = rules.overlap === undefined ? read : projectSeries(read, rules.overlap);
  const { denoising } = rules;
  if (denoising === undefined) return { series, facts };
  const tr = file.tr ?? facts.tr;
  const denoised = denoiseScan(series, { ...file, ...(tr === undefined ? {} : { tr }) }, denoising, rules.motionOrder);
  return {
    series: denoised.series,
    facts: { ...facts, measures: { ...facts.measures, ...denoised.measures } },
  };
}

/** The series as they are in the file, one an ROI. */
async function readSource(file: ScanFile, rules: ReadingRules): Promise<ScanRead> {
  if (rules.connectivity === true) return readConnectivityScan(file, rules);
  switch (file.content) {
    case 'series':
      return readMatrixScan(file, rules);
    case 'volume':
    case 'parcel-series':
    case 'dense-series':
      return readImageScan(file, rules);
    case 'connectivity':
      throw noPlaces(file.where, file.content);
  }
}
