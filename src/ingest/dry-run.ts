/** @file What an ingest would take in and what not, without reading a scan. Node only. */
import type { Skipped } from '../preprocessors/found.ts';
import { type Located, type LocateOptions, locateScans } from './locate-scans.ts';

/** What `ingest --dry-run --json` prints. */
export interface DryRun {
  /** Programs whose layout was recognised. */
  readonly tools: readonly string[];
  readonly scans: readonly FoundEntry[];
  readonly participants: number;
  /** Files that one might expect to go in, and why they do not. */
  readonly skipped: readonly Skipped[];
  /** Rows of the table without a file. */
  readonly rows_without_file: readonly string[];
  /** Files without a row in the table. */
  readonly files_without_row: readonly string[];
  readonly phenotype_columns: readonly string[];
  readonly notes: readonly string[];
}

export interface FoundEntry {
  readonly scan_id: string;
  readonly participant_id: string;
  readonly session: string;
  readonly run: string;
  readonly site: string;
  /** Seconds; null when it is not known before the file is read. */
  readonly tr: number | null;
  readonly content: string;
  readonly file: string;
  readonly confounds: string | null;
}

/** @throws InputError as {@link locateScans} */
export function dryRun(sources: readonly string[], options: LocateOptions): DryRun {
  return dryRunOf(locateScans(sources, { ...options, allowMissing: true }));
}

/** The same of scans that are located. */
export function dryRunOf(located: Located): DryRun {
  const { scans, discoveries, left, unused, unknown, phenotypeColumns, notes = [] } = located;
  return {
    tools: discoveries.map(({ tool }) => tool),
    scans: scans.map(({ name, found, scan }) => ({
      scan_id: scan.scanId,
      participant_id: scan.participantId,
      session: scan.session,
      run: scan.run,
      site: scan.site,
      tr: scan.tr ?? null,
      content: found?.content ?? 'file',
      file: name,
      confounds: found?.confounds?.table ?? null,
    })),
    participants: new Set(scans.map(({ scan }) => scan.participantId)).size,
    skipped: discoveries.flatMap(({ skipped }) => skipped),
    rows_without_file: left,
    files_without_row: [...unused, ...unknown],
    phenotype_columns: phenotypeColumns,
    notes: [...notes, ...discoveries.flatMap((discovery) => discovery.notes ?? [])],
  };
}
