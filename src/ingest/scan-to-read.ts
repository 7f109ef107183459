/** @file A scan to be read: its file, the rules to read it by, and what reading it teaches. */
import type { Atlas } from '../atlas/atlas.ts';
import type { MotionOrder } from '../denoise/confounds-table.ts';
import type { DenoiseSettings } from '../denoise/settings.ts';
import type { Content } from '../preprocessors/found.ts';
import type { Layout } from '../series/layout.ts';
import type { Overlap } from '../series/project.ts';
import type { TimeSeries } from '../series/time-series.ts';
import type { LabelImage } from '../volume/grid.ts';
import type { ConnectivityForm } from './read-connectivity.ts';
import type { RoiRange } from './roi-range.ts';

/** How the files of an ingest are to be understood; plain data, so that another thread can read by them. */
export interface ReadingRules {
  readonly layout: Layout;
  /** The files hold connectivity. */
  readonly connectivity?: true;
  readonly atlas: Atlas;
  /** From the atlas of the files to `atlas`. */
  readonly overlap?: Overlap;
  /** Of matrices: which of their ROIs. */
  readonly roiRange?: RoiRange;
  /** Where the ROIs are, for images. */
  readonly parcellation?: Parcellation;
  /** An ROI that has signal in a smaller part, of an image or by a table of coverage, is missing. */
  readonly minimumCoverage?: number;
  readonly denoising?: DenoiseSettings;
  /** Of confounds without column names. */
  readonly motionOrder?: MotionOrder;
}

export type Parcellation =
  /** Voxels, and the label of each ROI in order. */
  | { readonly kind: 'image'; readonly image: LabelImage; readonly labels: readonly number[] }
  /** Grayordinates: a CIFTI file with labels or parcels. */
  | { readonly kind: 'cifti'; readonly path: string };

/** A scan's file, and what lies beside it. */
export interface ScanFile {
  readonly path: string;
  /** For messages: the row of the table, or the file. */
  readonly where: string;
  readonly content: Content;
  /** Which array of a file with several. */
  readonly array?: string;
  /** Of a matrix, where the program that wrote it says: a row is a time point. */
  readonly layout?: 'time-roi';
  /** Of connectivity: which matrix of a stack, from 0, and whether the values are Fisher's z. */
  readonly matrix?: number;
  readonly fisherZ?: boolean;
  readonly confounds?: { readonly table: string; readonly sidecar?: string };
  /** Brain mask of a volume. */
  readonly mask?: string;
  /** Of parcellated series: a table of the part of each ROI that was seen. */
  readonly coverage?: string;
  /** Of a scan that is denoised already: a table of its framewise displacement. */
  readonly motion?: string;
  /** Repetition time, seconds, where it is known without the file. */
  readonly tr?: number;
}

/** What reading a file taught, apart from the numbers. */
export interface ReadingFacts {
  /** Of the file, hex. */
  readonly sha256: string;
  /** Of a matrix. */
  readonly layout?: 'time-roi' | 'roi-time' | ConnectivityForm;
  /** ROIs in the file, before a projection, and how many of these have no signal. */
  readonly rois: number;
  readonly missing: number;
  /** Of connectivity, as in {@link Source}. */
  readonly diagonals?: string[];
  readonly fisherZ?: boolean;
  /** Repetition time, seconds, when the file says. */
  readonly tr?: number;
  /** Columns for `scans.tsv`: `mean_fd`, … */
  readonly measures?: Readonly<Record<string, string>>;
  /** What a person should know, in sentences. */
  readonly notes?: readonly string[];
}

export interface ScanRead {
  /** Of connectivity the matrix, `[rois, rois]`, its rows in the place of time points. */
  readonly series: TimeSeries;
  readonly facts: ReadingFacts;
}
