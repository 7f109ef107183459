/** @file Takes scans in their own files, with a table of participants or without, into one data set. Node only. */
import { writeDataset } from '../dataset/write-dataset.ts';
import { InputError } from '../errors/input-error.ts';
import type { LocatedScan } from './identify-scans.ts';
import { type Located, type LocateOptions, locateScans } from './locate-scans.ts';
import { planReading, type ReadingOptions, type ReadingPlan } from './reading-plan.ts';
import { type IngestReport, type IngestWork, runIngest, type WorkOptions } from './run-ingest.ts';
import { type ScanFileOptions, scanFile } from './scan-file.ts';
import type { ScanFile } from './scan-to-read.ts';

export interface IngestOptions extends LocateOptions, ReadingOptions, WorkOptions {}

/**
 * Ingests series: whole or not at all (see {@link runIngest}).
 *
 * @param sources folders and files
 * @returns what the data set holds
 * @throws InputError when a file, table or option is wrong
 */
export async function ingest(sources: readonly string[], options: IngestOptions): Promise<IngestReport> {
  const located = locateScans(sources, options);
  const plan: IngestWork['plan'] = async (known) => {
    const made = await planReading(filesOf(located.scans, options), options, known);
    refuseNoise(located, made);
    return made;
  };
  return runIngest({ content: 'series', located, plan, write: writeDataset }, options);
}

/** fMRIPrep leaves motion and physiology in; connectivity of such images is mostly of these. */
function refuseNoise({ scans }: Located, { rules }: ReadingPlan): void {
  const raw = scans.find(({ found, name }) =>
    found === undefined ? NAMED_PREPROC.test(name) : found.tool === 'fmriprep' && found.strategy === 'preproc',
  );
  if (raw === undefined || rules.denoising !== undefined) return;
  throw new InputError({
    where: raw.where,
    problem: 'fMRIPrep leaves confounds in its images, and no denoising is asked for',
    fix: 'pass --denoise with a strategy (docs/denoising.md), e.g. --denoise 36p --band-pass 0.01-0.1, or --denoise none',
  });
}

/** An image that is named itself, without its folder. C-PAC's have their regressors (`reg-`) in the name. */
const NAMED_PREPROC = /^(?!.*_reg-).*_desc-preproc_bold\.nii(\.gz)?$/;

/** Only as many as are asked for: of most files nothing is needed beforehand. */
function* filesOf(scans: readonly LocatedScan[], options: ScanFileOptions): Generator<ScanFile> {
  for (const scan of scans) yield scanFile(scan, options);
}
