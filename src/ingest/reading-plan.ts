/** @file By which rules the scans of an ingest are read, and how the data set records them. Node only. */
import { createHash } from 'node:crypto';
import { type Atlas, unnamedAtlas } from '../atlas/atlas.ts';
import { findAtlas } from '../atlas/find-atlas.ts';
import type { Source } from '../dataset/description.ts';
import { type MotionOrder, parseMotionOrder } from '../denoise/confounds-table.ts';
import { type DenoiseRequest, parseDenoiseSettings } from '../denoise/settings.ts';
import { readBytes, readText } from '../files/atomic.ts';
import { parseTable } from '../files/table.ts';
import type { Layout } from '../series/layout.ts';
import { parseOverlap } from '../series/project.ts';
import { inferAtlas, targetAtlas } from './infer-atlas.ts';
import { readParcellation } from './parcellation.ts';
import type { RoiRange } from './roi-range.ts';
import type { ReadScan } from './scan-readers.ts';
import type { ReadingRules, ScanFile } from './scan-to-read.ts';

/** What a person says about how files are to be read. */
export interface ReadingOptions {
  readonly layout?: Layout;
  /** Built-in id, file, or number of ROIs; with `project` the atlas that is projected to. */
  readonly atlas?: string;
  /** Overlap table from the atlas of the files to the atlas of the data set. */
  readonly project?: string;
  /** Which ROIs of the files, when they hold more. */
  readonly roiRange?: RoiRange;
  /** Of images: a label image, or a CIFTI file with labels or parcels. */
  readonly labels?: string;
  /** 0 to 1: an ROI of an image of which less has signal is missing. */
  readonly minimumCoverage?: number;
  readonly denoising?: DenoiseRequest;
  /** Of confounds without column names: fsl, spm, afni, hcp. */
  readonly motionOrder?: string;
}

export interface ReadingPlan {
  readonly rules: ReadingRules;
  /** For `dataset.json`: scans may only be added to a data set that was read the same way. */
  readonly record: Readonly<Record<string, unknown>>;
  /** Of files that hold several scans: reads them in this thread alone. */
  readonly read?: ReadScan;
}

/**
 * The rules for these files.
 *
 * @param known the atlas of the data set that scans are added to
 * @throws InputError when an option is wrong, or the files leave open which axis is the ROIs
 */
export async function planReading(
  files: Iterable<ScanFile>,
  options: ReadingOptions,
  known: Atlas | undefined,
): Promise<ReadingPlan> {
  const { layout = 'auto', project, labels, minimumCoverage, roiRange } = options;
  const given = options.atlas === undefined ? known : findAtlas(options.atlas);
  const denoising = parseDenoiseSettings(options.denoising ?? {});
  const motionOrder: MotionOrder | undefined = parseMotionOrder(options.motionOrder);
  const overlap = project === undefined ? undefined : parseOverlap(parseTable(readText(project), project), project);
  // The ROIs of the files are those of the overlap's sources, of which only the number is known.
  const places =
    labels === undefined ? undefined : await readParcellation(labels, overlap === undefined ? given : undefined);
  const atlas =
    overlap === undefined
      ? (places?.atlas ?? given ?? countedAtlas(roiRange) ?? (await inferAtlas(files, layout)))
      : targetAtlas(overlap, given);
  return {
    rules: {
      layout,
      atlas,
      ...(overlap === undefined ? {} : { overlap }),
      ...(roiRange === undefined ? {} : { roiRange }),
      ...(places === undefined ? {} : { parcellation: places.parcellation }),
      ...(minimumCoverage === undefined ? {} : { minimumCoverage }),
      ...(denoising === undefined ? {} : { denoising }),
      ...(motionOrder === undefined ? {} : { motionOrder }),
    },
    record: {
      layout,
      ...(roiRange === undefined ? {} : { roiRange }),
      denoising: denoising ?? 'none: series as in the files',
      ...(motionOrder === undefined ? {} : { motionOrder }),
      missingRois: 'kept as zeros; every correlation with them is 0',
      ...(project === undefined ? {} : { projection: fileRecord(project) }),
      ...(labels === undefined ? {} : { parcellation: fileRecord(labels) }),
      ...(minimumCoverage === undefined ? {} : { minimumCoverage }),
    },
  };
}

function countedAtlas(range: RoiRange | undefined): Atlas | undefined {
  return range === undefined ? undefined : unnamedAtlas(range.to - range.from + 1);
}

/** A file that all scans are read by. */
export function fileRecord(path: string): Source {
  return { path, sha256: createHash('sha256').update(readBytes(path)).digest('hex') };
}
