/** @file Takes scans in their own files, with a table of participants or without, into one data set. Node only. */
import { existsSync } from 'node:fs';
import { type Inspection, inspect } from '../dataset/inspect.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import { writeDataset } from '../dataset/write-dataset.ts';
import { InputError } from '../errors/input-error.ts';
import { checkReplaceable } from '../files/atomic.ts';
import type { Progress } from '../progress.ts';
import { checkSameReading, type Holdings, holdingsOf } from './add-to-dataset.ts';
import type { LocatedScan } from './identify-scans.ts';
import { ingestWarnings } from './ingest-warnings.ts';
import { type Located, type LocateOptions, locateScans } from './locate-scans.ts';
import { newLog, type ReadingLog, readAll } from './read-all.ts';
import type { ScanFile } from './read-scan.ts';
import { openJournal, type ReadingJournal } from './reading-journal.ts';
import { fileRecord, planReading, type ReadingOptions, type ReadingPlan } from './reading-plan.ts';
import { type ScanFileOptions, scanFile } from './scan-file.ts';
import { type Shard, shardOf } from './shard.ts';

export interface IngestOptions extends LocateOptions, ReadingOptions, ScanFileOptions {
  /** The data set to write. */
  readonly out: string;
  readonly overwrite?: boolean;
  /** Keep what `out` holds, and read only files that are new or were changed. */
  readonly add?: boolean;
  /** Leave out scans that cannot be read. */
  readonly skipBad?: boolean;
  readonly shard?: Shard;
  /** Threads that read; by default all cores, when there is work for them. */
  readonly threads?: number;
  readonly progress?: Progress;
}

/** What `ingest --json` prints: the data set, and what was done for it. */
export interface IngestReport extends Inspection {
  readonly ingest: {
    /** Files that were read, and scans that had been read before. */
    readonly read: number;
    readonly taken_over: number;
    readonly left_out: readonly LeftOut[];
  };
}

interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

/** From so many scans on, what was read is kept beside the data set until that is whole. */
const JOURNAL_FROM = 50;

/**
 * Ingests scans. Either the whole data set is written or nothing; but of many scans what was read is kept in
 * `OUT.reading/` when it cannot be finished, and the next run goes on from there.
 *
 * @param sources folders and files
 * @returns what the data set holds
 * @throws InputError when a file, table or option is wrong
 */
export async function ingest(sources: readonly string[], options: IngestOptions): Promise<IngestReport> {
  const all = locateScans(sources, options);
  const located = options.shard === undefined ? all : { ...all, scans: shardOf(all.scans, options.shard) };
  const holdings = options.add === true && existsSync(options.out) ? holdingsOf(options.out) : undefined;
  try {
    const plan = await planReading(filesOf(all.scans, options), options, holdings?.atlas);
    refuseNoise(located, plan);
    if (options.skipBad !== true) refuseFaults(located);
    if (holdings !== undefined) checkSameReading(options.out, holdings, plan);
    return await write(plan, located, holdings, options);
  } finally {
    holdings?.close();
  }
}

/** fMRIPrep leaves motion and physiology in; connectivity of such images is mostly of these. */
function refuseNoise({ scans }: Located, { rules }: ReadingPlan): void {
  const raw = scans.find(({ found }) => found?.tool === 'fmriprep' && found.strategy === 'preproc');
  if (raw === undefined || rules.denoising !== undefined) return;
  throw new InputError({
    where: raw.where,
    problem: 'fMRIPrep leaves confounds in its images, and no denoising is asked for',
    fix: 'pass --denoise with a strategy (docs/denoising.md), e.g. --denoise 36p --band-pass 0.01-0.1, or --denoise none',
  });
}

/** A scan that was wanted and is not whole must not be left out in silence. */
function refuseFaults({ discoveries }: Located): void {
  const faults = discoveries.flatMap(({ skipped }) => skipped.filter(({ faulty }) => faulty === true));
  const [first] = faults;
  if (first === undefined) return;
  const others = faults.length === 1 ? '' : ` (and ${faults.length - 1} more files have faults: --dry-run lists them)`;
  throw new InputError({
    where: first.name,
    problem: `${first.reason}${others}`,
    fix: 'mend it, or pass --skip-bad to leave such scans out',
  });
}

/** Only as many as are asked for: of most files nothing is needed beforehand. */
function* filesOf(scans: readonly LocatedScan[], options: ScanFileOptions): Generator<ScanFile> {
  for (const scan of scans) yield scanFile(scan, options);
}

async function write(
  plan: ReadingPlan,
  located: Located,
  holdings: Holdings | undefined,
  options: IngestOptions,
): Promise<IngestReport> {
  const { out, progress, skipBad = false } = options;
  const overwrite = options.overwrite === true || holdings !== undefined;
  checkReplaceable(out, overwrite, 'dataset.json');
  const held = holdings?.scans ?? new Map();
  const scans = [...absentScans(holdings, located), ...located.scans];
  const log = newLog();
  const journal = scans.length - held.size < JOURNAL_FROM ? undefined : openJournal(`${out}.reading`, identityOf(plan));
  const reading = { ...options, rules: plan.rules, skipBad, held, ...(journal === undefined ? {} : { journal }) };
  let whole = false;
  try {
    const { atlas } = plan.rules;
    await writeDataset(
      out,
      {
        atlas: atlas.id,
        roiNames: atlas.rois.map(({ name }) => name),
        get phenotypeColumns() {
          return [...new Set([...(holdings?.phenotypeColumns ?? []), ...located.phenotypeColumns, ...log.measures])];
        },
        sources: log.sources,
        get reading() {
          return record(plan, located, options, log);
        },
      },
      readAll(scans, reading, log),
      { overwrite, total: scans.length, ...(progress === undefined ? {} : { progress }) },
    );
    whole = true;
  } finally {
    closeJournal(journal, whole);
  }
  return report(plan, located, out, log);
}

/** What was read is worth keeping only when there is some. */
function closeJournal(journal: ReadingJournal | undefined, whole: boolean): void {
  journal?.close(whole || journal.isEmpty() ? 'remove' : 'keep');
}

function identityOf({ rules, record: said }: ReadingPlan): string {
  return JSON.stringify({ record: said, atlas: rules.atlas.id, rois: rules.atlas.rois.map(({ name }) => name) });
}

/** `reading` of `dataset.json`. */
function record(plan: ReadingPlan, located: Located, { participants, tr, shard }: IngestOptions, log: ReadingLog) {
  return {
    ...plan.record,
    ...(participants === undefined ? {} : { participants: fileRecord(participants) }),
    ...(located.columns === undefined ? {} : { columns: located.columns }),
    ...(tr === undefined ? {} : { tr }),
    ...(shard === undefined ? {} : { shard }),
    rowsWithoutFile: located.left,
    ...(log.bad.length === 0 ? {} : { leftOut: leftOut(log) }),
  };
}

function leftOut({ bad }: ReadingLog): LeftOut[] {
  return bad.map(({ name, error }) => ({ name, reason: error.message }));
}

function report({ rules }: ReadingPlan, located: Located, out: string, log: ReadingLog): IngestReport {
  const { sources, bad, notes, read } = log;
  const dataset = openDataset(out);
  try {
    const inspection = inspect(dataset);
    const warnings = ingestWarnings({ located, overlap: rules.overlap, sources, bad, notes });
    return {
      ...inspection,
      warnings: [...warnings, ...inspection.warnings],
      ingest: { read, taken_over: sources.length - read, left_out: leftOut(log) },
    };
  } finally {
    dataset.close();
  }
}

/** Scans that the data set holds and the sources do not: they stay. */
function absentScans(holdings: Holdings | undefined, { scans }: Located): LocatedScan[] {
  const named = new Set(scans.map(({ name }) => name));
  return [...(holdings?.rows ?? [])]
    .filter(([name]) => !named.has(name))
    .map(([name, { timepoints: _, offset: __, ...scan }]) => ({ path: '', name, where: `scan ${scan.scanId}`, scan }));
}
