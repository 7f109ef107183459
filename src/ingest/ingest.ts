/** @file Takes scans in their own files, with a table of participants or without, into one data set. Node only. */
import { createHash } from 'node:crypto';
import type { Atlas } from '../atlas/atlas.ts';
import { findAtlas } from '../atlas/find-atlas.ts';
import type { Source } from '../dataset/description.ts';
import { type Inspection, inspect } from '../dataset/inspect.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import { type NewScan, writeDataset } from '../dataset/write-dataset.ts';
import { InputError } from '../errors/input-error.ts';
import { readBytes, readText } from '../files/atomic.ts';
import { parseTable } from '../files/table.ts';
import type { Progress } from '../progress.ts';
import type { Layout } from '../series/layout.ts';
import { parseOverlap } from '../series/project.ts';
import type { LocatedScan } from './identify-scans.ts';
import { fewOf, locateScans } from './locate-scans.ts';
import { type ColumnChoice, readParticipants } from './participants.ts';
import { inferAtlas, type ReadingRules, readScan, targetAtlas } from './read-scan.ts';

export interface IngestOptions {
  /** The data set to write. */
  readonly out: string;
  readonly overwrite?: boolean;
  /** Table (csv or tsv) of participants, files and phenotypes. */
  readonly participants?: string;
  readonly columns?: ColumnChoice;
  /** Leave out rows of the table whose file is missing. */
  readonly allowMissing?: boolean;
  readonly layout?: Layout;
  /** Built-in id, file, or number of ROIs; with `project` the atlas that is projected to. */
  readonly atlas?: string;
  /** Overlap table from the atlas of the files to the atlas of the data set. */
  readonly project?: string;
  /** Repetition time of all scans, seconds; instead of the table's. */
  readonly tr?: number;
  /** Which array of an `.npz`. */
  readonly array?: string;
  readonly progress?: Progress;
}

/**
 * Ingests scans. Either the whole data set is written or nothing.
 *
 * @param sources folders and files
 * @returns what the data set holds
 * @throws InputError when a file, table or option is wrong
 */
export async function ingest(sources: readonly string[], options: IngestOptions): Promise<Inspection> {
  const participants =
    options.participants === undefined
      ? undefined
      : readParticipants(
          parseTable(readText(options.participants), options.participants),
          options.columns ?? {},
          options.participants,
        );
  const { scans, left, unused } = locateScans(sources, participants, {
    allowMissing: options.allowMissing ?? false,
    ...(options.participants === undefined ? {} : { table: options.participants }),
  });
  const rules = await readingRules(scans, options);
  const record: ReadingRecord = { sources: [], sourceRois: undefined, sourceMissing: [] };
  const reading: Record<string, unknown> = {
    layout: rules.layout,
    denoising: 'none: series as in the files',
    missingRois: 'kept as zeros; every correlation with them is 0',
    ...(options.participants === undefined
      ? {}
      : { participants: fileRecord(options.participants), columns: participants?.columns }),
    ...(options.project === undefined ? {} : { projection: fileRecord(options.project) }),
    ...(options.tr === undefined ? {} : { tr: options.tr }),
    rowsWithoutFile: left,
  };
  await writeDataset(
    options.out,
    {
      atlas: rules.atlas.id,
      roiNames: rules.atlas.rois.map(({ name }) => name),
      phenotypeColumns: participants?.phenotypeColumns ?? [],
      sources: record.sources,
      reading,
    },
    readAll(scans, rules, options.tr, record),
    {
      overwrite: options.overwrite ?? false,
      total: scans.length,
      ...(options.progress === undefined ? {} : { progress: options.progress }),
    },
  );
  const dataset = openDataset(options.out);
  try {
    const inspection = inspect(dataset);
    const warnings = ingestWarnings(left, unused, rules, record);
    return { ...inspection, warnings: [...warnings, ...inspection.warnings] };
  } finally {
    dataset.close();
  }
}

function fileRecord(path: string): Source {
  return { path, sha256: createHash('sha256').update(readBytes(path)).digest('hex') };
}

async function readingRules(scans: readonly LocatedScan[], options: IngestOptions): Promise<ReadingRules> {
  const layout = options.layout ?? 'auto';
  const array = options.array === undefined ? {} : { array: options.array };
  const given = options.atlas === undefined ? undefined : findAtlas(options.atlas);
  if (options.project !== undefined) {
    const overlap = parseOverlap(parseTable(readText(options.project), options.project), options.project);
    return { layout, overlap, atlas: targetAtlas(overlap, given), ...array };
  }
  const paths = scans.map(({ path }) => path);
  const atlas: Atlas = given ?? (await inferAtlas(paths, layout, options.array));
  return { layout, atlas, ...array };
}

/** What is learnt while the files are read. */
interface ReadingRecord {
  readonly sources: Source[];
  /** ROIs in every file, before the projection. */
  sourceRois: number | undefined;
  /** Per scan that has any: how many ROIs of its file have no signal. */
  readonly sourceMissing: number[];
}

async function* readAll(
  scans: readonly LocatedScan[],
  rules: ReadingRules,
  tr: number | undefined,
  record: ReadingRecord,
): AsyncGenerator<NewScan> {
  for (const { path, name, where, scan } of scans) {
    const { series, sha256, layout, sourceRois, sourceMissing } = await readScan(path, where, rules);
    record.sourceRois ??= sourceRois;
    if (sourceRois !== record.sourceRois)
      throw new InputError({
        where,
        problem: 'the scan has another number of ROIs than the scans before',
        expected: `${record.sourceRois}`,
        found: `${sourceRois}`,
        fix: 'ingest scans of different atlases into different data sets',
      });
    if (sourceMissing > 0) record.sourceMissing.push(sourceMissing);
    record.sources.push({ path: name, sha256, scan: scan.scanId, layout });
    yield { scan: { ...scan, tr: tr ?? scan.tr }, series, where };
  }
}

function ingestWarnings(
  left: readonly string[],
  unused: readonly string[],
  { overlap }: ReadingRules,
  { sourceRois = 0, sourceMissing }: ReadingRecord,
): string[] {
  const warnings: string[] = [];
  if (left.length > 0) warnings.push(`${left.length} rows of the table have no file and were left out: ${fewOf(left)}`);
  if (unused.length > 0)
    warnings.push(`${unused.length} files belong to no row of the table and were left out: ${fewOf(unused)}`);
  if (overlap !== undefined && sourceRois > overlap.sources)
    warnings.push(
      `the files have ${sourceRois} ROIs, of which the projection uses the first ${overlap.sources}: ` +
        `the last ${sourceRois - overlap.sources} were left out`,
    );
  if (overlap !== undefined && sourceMissing.length > 0)
    warnings.push(
      `${sourceMissing.length} scans lack signal in ${sourceMissing.reduce((a, b) => a + b)} ROIs before the projection: ` +
        'those were left out of the averages',
    );
  return warnings;
}
