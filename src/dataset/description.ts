/** @file `dataset.json`: what a data set is made of and how its scans were read. */
import { z } from 'zod';
import { InputError } from '../errors/input-error.ts';

/** Raised when what is on disk changes in a way that an older reader would misunderstand. */
export const FORMAT_VERSION = 1;

const SOURCE = z.object({
  /** Relative to the folder that was ingested. */
  path: z.string(),
  sha256: z.string(),
  /** The scan this file holds, and the way its rows and columns were understood. */
  scan: z.string().optional(),
  layout: z.string().optional(),
});

const DESCRIPTION = z.object({
  format: z.literal('brainmass-dataset'),
  version: z.literal(FORMAT_VERSION),
  atlas: z.string().min(1),
  rois: z.array(z.string()).min(1),
  counts: z.object({
    scans: z.number().int().positive(),
    participants: z.number().int().positive(),
    rois: z.number().int().positive(),
    timepoints: z.number().int().positive(),
  }),
  /** SHA-256 of the numbers in `timeseries.npy` (without its header), hex. */
  timeseriesSha256: z.string(),
  reading: z.record(z.string(), z.unknown()),
  sources: z.array(SOURCE),
});

/** A file that a data set was made from. */
export type Source = z.infer<typeof SOURCE>;

/** The document in `dataset.json`. */
export type DatasetDescription = z.infer<typeof DESCRIPTION>;

/**
 * Reads `dataset.json`.
 *
 * @param where the file's path, for messages
 * @throws InputError when it is not JSON, of another version, or not whole
 */
export function parseDescription(text: string, where: string): DatasetDescription {
  const document = parseJson(text, where);
  if (typeof document === 'object' && document !== null && 'version' in document && document.version !== FORMAT_VERSION)
    throw new InputError({
      where,
      problem: 'the data set was written by another version of brainmass',
      expected: `format version ${FORMAT_VERSION}`,
      found: String(document.version),
      fix: 'ingest the scans again',
    });
  const parsed = DESCRIPTION.safeParse(document);
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
