/** @file By which rules the scans of an ingest are read, and how the data set records them. Node only. */
import { createHash } from 'node:crypto';
import type { Atlas } from '../atlas/atlas.ts';
import { findAtlas } from '../atlas/find-atlas.ts';
import type { Source } from '../dataset/description.ts';
import { readBytes, readText } from '../files/atomic.ts';
import { parseTable } from '../files/table.ts';
import type { Layout } from '../series/layout.ts';
import { parseOverlap } from '../series/project.ts';
import type { LocatedScan } from './identify-scans.ts';
import { inferAtlas, targetAtlas } from './infer-atlas.ts';
import type { ReadingRules } from './read-scan.ts';

/** What a person says about how files are to be read. */
export interface ReadingOptions {
  readonly layout?: Layout;
  /** Built-in id, file, or number of ROIs; with `project` the atlas that is projected to. */
  readonly atlas?: string;
  /** Overlap table from the atlas of the files to the atlas of the data set. */
  readonly project?: string;
  /** Which array of files with several. */
  readonly array?: string;
}

export interface ReadingPlan {
  readonly rules: ReadingRules;
  /** For `dataset.json`: scans may only be added to a data set that was read the same way. */
  readonly record: Readonly<Record<string, unknown>>;
}

/**
 * The rules for these files.
 *
 * @param known the atlas of the data set that scans are added to
 * @throws InputError when an option is wrong, or the files leave open which axis is the ROIs
 */
export async function planReading(
  scans: readonly LocatedScan[],
  options: ReadingOptions,
  known: Atlas | undefined,
): Promise<ReadingPlan> {
  const layout = options.layout ?? 'auto';
  const given = options.atlas === undefined ? known : findAtlas(options.atlas);
  const record = {
    layout,
    denoising: 'none: series as in the files',
    missingRois: 'kept as zeros; every correlation with them is 0',
  };
  if (options.project !== undefined) {
    const overlap = parseOverlap(parseTable(readText(options.project), options.project), options.project);
    return {
      rules: { layout, overlap, atlas: targetAtlas(overlap, given) },
      record: { ...record, projection: fileRecord(options.project) },
    };
  }
  const paths = scans.map(({ path }) => path);
  return { rules: { layout, atlas: given ?? (await inferAtlas(paths, layout, options.array)) }, record };
}

/** A file that all scans are read by. */
export function fileRecord(path: string): Source {
  return { path, sha256: createHash('sha256').update(readBytes(path)).digest('hex') };
}
