/** @file From scans that are located, and the rules to read them by, to a data set on disk and its report. Node only. */
import { existsSync } from 'node:fs';
import { type Inspection, inspect } from '../dataset/inspect.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import type { NewDataset, NewScan, WriteOptions } from '../dataset/write-dataset.ts';
import { InputError } from '../errors/input-error.ts';
import { checkReplaceable, removeLeftoversOf } from '../files/atomic.ts';
import type { Skipped } from '../preprocessors/found.ts';
import type { Progress } from '../progress.ts';
import { checkSameReading, type HeldContent, type Holdings, holdingsOf, withHeldRows } from './add-to-dataset.ts';
import { diagonalWarnings } from './connectivity-warnings.ts';
import type { LocatedScan } from './identify-scans.ts';
import { ingestWarnings } from './ingest-warnings.ts';
import { faultsOf, type Located } from './locate-scans.ts';
import { newLog, type ReadingLog, readAll } from './read-all.ts';
import { openJournal, type ReadingJournal } from './reading-journal.ts';
import { fileRecord, type ReadingPlan } from './reading-plan.ts';
import type { ScanFileOptions } from './scan-file.ts';
import { type Shard, shardOf } from './shard.ts';

/** What series and matrices have in common. */
export interface WorkOptions extends ScanFileOptions {
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
  readonly participants?: string;
  readonly progress?: Progress;
}

/** What series and matrices differ in. */
export interface IngestWork {
  readonly content: HeldContent;
  readonly located: Located;
  /** The rules, given the atlas of the data set that is added to. */
  readonly plan: (known: Holdings['atlas'] | undefined) => Promise<ReadingPlan>;
  readonly write: (
    directory: string,
    dataset: NewDataset,
    scans: AsyncIterable<NewScan>,
    options: WriteOptions,
  ) => Promise<unknown>;
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
 * Reads and writes. Either the whole data set is written or nothing; but of many scans what was read is kept in
 * `OUT.reading/` when it cannot be finished, and the next run goes on from there.
 *
 * @throws InputError when a scan cannot be read, or the data set that is added to is of another kind
 */
export async function runIngest(work: IngestWork, options: WorkOptions): Promise<IngestReport> {
  const { out, shard, add, skipBad } = options;
  const holdings = add === true && existsSync(out) ? holdingsOf(out, work.content) : undefined;
  try {
    const plan = await work.plan(holdings?.atlas);
    if (skipBad !== true) refuseFaults(work.located);
    if (holdings !== undefined) checkSameReading(out, holdings, plan);
    const { scans } = work.located;
    const located = {
      ...work.located,
      scans: shard === undefined ? scans : shardOf(scans, shard),
      discoveries: work.located.discoveries.map((discovery) => ({
        ...discovery,
        skipped: discovery.skipped.map((skipped) => (holdings?.rows.has(skipped.name) ? notLeftOut(skipped) : skipped)),
      })),
    };
    return await write({ ...work, located }, plan, holdings, options);
  } finally {
    holdings?.close();
  }
}

/** What the data set holds of a file stays, whatever became of the file: it is not left out. */
function notLeftOut({ name, reason }: Skipped): Skipped {
  return { name, reason: `${reason}; what the data set holds of it stays` };
}

/** A scan that was wanted and is not whole must not be left out in silence. */
function refuseFaults(located: Located): void {
  const faults = faultsOf(located);
  const [first] = faults;
  if (first === undefined) return;
  const others = faults.length === 1 ? '' : ` (and ${faults.length - 1} more files have faults: --dry-run lists them)`;
  throw new InputError({
    where: first.name,
    problem: `${first.reason}${others}`,
    fix: 'mend it, or pass --skip-bad to leave such scans out',
  });
}

async function write(
  work: IngestWork,
  plan: ReadingPlan,
  holdings: Holdings | undefined,
  options: WorkOptions,
): Promise<IngestReport> {
  const { located } = work;
  const { out, progress, skipBad = false } = options;
  const overwrite = options.overwrite === true || holdings !== undefined;
  checkReplaceable(out, overwrite, 'dataset.json');
  const held = holdings?.scans ?? new Map();
  // A table, given or found beside the scans, says who they are of; without one what is known of them stays.
  const keepsRows = holdings !== undefined && located.columns === undefined;
  const present = keepsRows ? withHeldRows(located.scans, holdings) : located.scans;
  const scans = [...absentScans(holdings, located), ...present];
  const log = newLog();
  const journal = scans.length - held.size < JOURNAL_FROM ? undefined : openJournal(`${out}.reading`, identityOf(plan));
  // The journal is locked: who began to write the data set before was killed.
  if (journal !== undefined) removeLeftoversOf(out);
  const reading = {
    ...options,
    ...{ rules: plan.rules, skipBad, held },
    ...(plan.read === undefined ? {} : { read: plan.read }),
    ...(journal === undefined ? {} : { journal }),
  };
  let whole = false;
  try {
    const { atlas } = plan.rules;
    await work.write(
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
function record(plan: ReadingPlan, located: Located, { participants, tr, shard }: WorkOptions, log: ReadingLog) {
  return {
    ...plan.record,
    ...(participants === undefined ? {} : { participants: fileRecord(participants) }),
    ...(located.columns === undefined ? {} : { columns: located.columns }),
    ...(tr === undefined ? {} : { tr }),
    ...(shard === undefined ? {} : { shard }),
    rowsWithoutFile: located.left,
    ...(log.bad.length + faultsOf(located).length === 0 ? {} : { leftOut: leftOut(log, located) }),
  };
}

/** Scans that are not whole, which were not read, and those that could not be read. */
function leftOut({ bad }: ReadingLog, located: Located): LeftOut[] {
  const faults = faultsOf(located).map(({ name, reason }) => ({ name, reason }));
  return [...faults, ...bad.map(({ name, error }) => ({ name, reason: error.message }))];
}

function report({ rules }: ReadingPlan, located: Located, out: string, log: ReadingLog): IngestReport {
  const { sources, bad, notes, read } = log;
  const dataset = openDataset(out);
  try {
    const inspection = inspect(dataset);
    const warnings = ingestWarnings({ located, overlap: rules.overlap, sources, bad, notes });
    return {
      ...inspection,
      warnings: [...warnings, ...diagonalWarnings(sources), ...inspection.warnings],
      ingest: { read, taken_over: sources.length - read, left_out: leftOut(log, located) },
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
