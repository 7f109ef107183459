/** @file All scans of an ingest in order: taken over where they were read before, read where they were not. Node only. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Source } from '../dataset/description.ts';
import type { NewScan } from '../dataset/write-dataset.ts';
import { InputError } from '../errors/input-error.ts';
import type { TimeSeries } from '../series/time-series.ts';
import { type BadScan, badScansError, isHopeless } from './bad-scans.ts';
import { type EarlierScans, type FileState, fileStamp, fileState } from './earlier-scans.ts';
import type { LocatedScan } from './identify-scans.ts';
import type { ReadingJournal } from './reading-journal.ts';
import { type ScanFileOptions, scanFile } from './scan-file.ts';
import { outcomeOf, type ReadScan, readInOrder, type ScanReaders, scanReaders } from './scan-readers.ts';
import type { ReadingRules } from './scan-to-read.ts';

/** A thread starts in the time that it takes to read about so much. */
const BYTES_FOR_A_THREAD = 32e6;

export interface ReadAllOptions extends ScanFileOptions {
  readonly rules: ReadingRules;
  /** Leave out scans that cannot be read. */
  readonly skipBad: boolean;
  /** By default all cores, when there is work for them. */
  readonly threads?: number;
  /** Reads in this thread alone. */
  readonly read?: ReadScan;
  /** Scans of the data set that is added to. */
  readonly held: EarlierScans;
  readonly journal?: ReadingJournal;
}

/** What is known of the scans once they are read; grows meanwhile. */
export interface ReadingLog {
  readonly sources: Source[];
  readonly bad: BadScan[];
  /** What a person should know of single scans. */
  readonly notes: string[];
  /** Columns for `scans.tsv` that were measured. */
  readonly measures: Set<string>;
  /** How many files were read, not taken over. */
  read: number;
}

export function newLog(): ReadingLog {
  return { sources: [], bad: [], notes: [], measures: new Set(), read: 0 };
}

/** A scan of the data set to be, and the record of its file. */
interface SourcedScan {
  readonly source: Source;
  readonly series: TimeSeries;
  readonly fresh: boolean;
  readonly notes?: readonly string[];
}

/**
 * Yields the scans in order.
 *
 * @throws InputError at the end, naming every scan that cannot be read, unless they are to be left out
 */
export async function* readAll(
  scans: readonly LocatedScan[],
  options: ReadAllOptions,
  log: ReadingLog,
): AsyncGenerator<NewScan> {
  const { rules, journal } = options;
  const readers = scanReaders(rules, options.threads ?? threadsFor(scans, options), options.read);
  const state = fileState();
  let seen = 0;
  try {
    for await (const [located, outcome] of readInOrder(
      scans,
      (scan) => sourced(scan, readers, options, state),
      readers.threads,
    )) {
      seen++;
      const refused = 'refused' in outcome ? outcome.refused : otherRois(located, outcome.value.source, log);
      if (refused !== undefined) {
        log.bad.push({ name: located.name, error: refused });
        if (isHopeless(log.bad.length, log.sources.length)) break;
        continue;
      }
      if (!('value' in outcome)) continue;
      const { source, series, fresh, notes = [] } = outcome.value;
      if (fresh) {
        journal?.append(source, series);
        log.read++;
      }
      log.sources.push(source);
      log.notes.push(...notes);
      for (const measure of Object.keys(source.measures ?? {})) log.measures.add(measure);
      yield { scan: scanOf(located, source, options.tr), series, where: located.where };
    }
  } finally {
    await readers.close();
  }
  if (log.bad.length > 0 && (!options.skipBad || log.sources.length === 0))
    throw badScansError(log.bad, seen, journal?.directory);
}

/** Reads a scan or takes it over; what the data set holds stays when its file is gone. */
function sourced(located: LocatedScan, readers: ScanReaders, options: ReadAllOptions, state: FileState) {
  const { journal, held, rules } = options;
  const { path, name, scan } = located;
  return outcomeOf(async (): Promise<SourcedScan> => {
    const file = path === '' ? undefined : scanFile(located, options);
    const denoised = rules.denoising !== undefined;
    const earlier = [journal?.scans.get(name), held.get(name)].find(
      (known) => known !== undefined && (file === undefined || state.isUnchanged(known.source, file, denoised)),
    );
    if (earlier !== undefined)
      return { source: { ...earlier.source, scan: scan.scanId }, series: earlier.readSeries(), fresh: false };
    if (file === undefined) throw new Error(`${name} is neither held nor anywhere`);
    const beside = state.beside(file, denoised);
    const stamp = fileStamp(path);
    const { series, facts } = await readers.read(file);
    const { notes = [], ...known } = facts;
    const source = { path: name, ...known, ...stamp, ...(beside === undefined ? {} : { beside }), scan: scan.scanId };
    return { source, series, fresh: true, notes };
  });
}

/** A file with another number of ROIs than the files before is of another atlas, also where a projection hides it. */
function otherRois({ where }: LocatedScan, { rois }: Source, { sources }: ReadingLog): InputError | undefined {
  const expected = sources.find((source) => source.rois !== undefined)?.rois;
  if (rois === undefined || expected === undefined || rois === expected) return undefined;
  return new InputError({
    where,
    problem: 'the scan has another number of ROIs than the scans before',
    expected: `${expected}`,
    found: `${rois}`,
    fix: 'ingest scans of different atlases into different data sets',
  });
}

/** What the person says of the TR counts first, then their table, then the file. */
function scanOf({ scan }: LocatedScan, source: Source, tr: number | undefined): NewScan['scan'] {
  return { ...scan, tr: tr ?? scan.tr ?? source.tr, phenotype: { ...source.measures, ...scan.phenotype } };
}

function threadsFor(scans: readonly LocatedScan[], { held }: ReadAllOptions): number {
  const cores = availableParallelism();
  let bytes = 0;
  for (const { path, name } of scans) {
    if (!held.has(name) && existsSync(path)) bytes += fileStamp(path).bytes;
    if (bytes >= cores * BYTES_FOR_A_THREAD) break;
  }
  return Math.max(1, Math.min(cores, Math.floor(bytes / BYTES_FOR_A_THREAD)));
}
