/** @file `dataset.json`: what a data set is made of and how its scans were read. */
import { z } from 'zod';
import { STATED_FC_KINDS } from '../connectivity/kinds.ts';
import { InputError } from '../errors/input-error.ts';

/** Raised when what is on disk changes in a way that an older reader would misunderstand. */
export const FORMAT_VERSION = 1;

export const SOURCE = z.object({
  /** Relative to the folder that was ingested. */
  path: z.string(),
  sha256: z.string(),
  /** The scan this file holds, and the way its rows and columns were understood. */
  scan: z.string().optional(),
  layout: z.string().optional(),
  /** Size and last change (ms since 1970) when it was read: an ingest that adds scans reads no file again. */
  bytes: z.number().optional(),
  modified: z.number().optional(),
  /** A hash of what was read beside it: confounds, mask, coverage, and the repetition time that it was filtered by. */
  beside: z.string().optional(),
  /** ROIs in the file, before a projection, and how many of these have no signal. */
  rois: z.number().optional(),
  missing: z.number().optional(),
  /** Of connectivity: what the diagonal held before it became 1 (`one`, `zero`, …), and whether values were Fisher's z. */
  diagonals: z.array(z.string()).optional(),
  fisherZ: z.boolean().optional(),
  /** Repetition time that the file or its sidecar says, seconds. */
  tr: z.number().optional(),
  /** What was measured while it was read (`mean_fd`, …): columns of `scans.tsv`. */
  measures: z.record(z.string(), z.string()).optional(),
});

/** The sources as they are written: with the same order of keys whether they were just read or taken over. */
export function sourceRecords(sources: readonly Source[]): Source[] {
  return sources.map((source) => SOURCE.parse(source));
}

const COUNTS = z.object({
  scans: z.number().int().positive(),
  participants: z.number().int().positive(),
  rois: z.number().int().positive(),
  timepoints: z.number().int().positive(),
});

const COMMON = z.object({
  format: z.literal('brainmass-dataset'),
  version: z.literal(FORMAT_VERSION),
  atlas: z.string().min(1),
  rois: z.array(z.string()).min(1),
  reading: z.record(z.string(), z.unknown()),
  sources: z.array(SOURCE),
});

const SERIES = COMMON.extend({
  /** Left out of data sets that hold series, as it always was. */
  content: z.undefined().optional(),
  counts: COUNTS,
  /** SHA-256 of the numbers in `timeseries.npy` (without its header), hex. */
  timeseriesSha256: z.string(),
});

const CONNECTIVITY = COMMON.extend({
  content: z.literal('connectivity'),
  /** What the matrices are, as stated by who ingested them. */
  fcKind: z.enum(STATED_FC_KINDS),
  /** Time points as stated by the table of participants; 0 where it says nothing. */
  counts: COUNTS.extend({ timepoints: z.number().int().nonnegative() }),
  /** SHA-256 of the numbers in `connectivity.npy` (without its header), hex. */
  connectivitySha256: z.string(),
});

/** A file that a data set was made from. */
export type Source = z.infer<typeof SOURCE>;

/** `dataset.json` of a data set of series. */
export type DatasetDescription = z.infer<typeof SERIES>;

/** `dataset.json` of a data set of connectivity matrices without series. */
export type ConnectivityDescription = z.infer<typeof CONNECTIVITY>;

/**
 * Reads `dataset.json`.
 *
 * @param where the file's path, for messages
 * @throws InputError when it is not JSON, of another version, or not whole
 */
export function parseDescription(text: string, where: string): DatasetDescription | ConnectivityDescription {
  const document = parseJson(text, where);
  if (typeof document === 'object' && document !== null && 'version' in document && document.version !== FORMAT_VERSION)
    throw new InputError({
      where,
      problem: 'the data set was written by another version of brainmass',
      expected: `format version ${FORMAT_VERSION}`,
      found: String(document.version),
      fix: 'ingest the scans again',
    });
  const held = typeof document === 'object' && document !== null && 'content' in document;
  const parsed = (held ? CONNECTIVITY : SERIES).safeParse(document);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError({
    where,
    problem: `this does not describe a data set (${[...issue.path, issue.message].join(': ')})`,
    fix: 'ingest the scans again',
  });
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError({ where, problem: 'the file is not JSON', fix: 'ingest the scans again' }, { cause });
  }
}
