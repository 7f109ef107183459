/** @file The data set in memory: scans with their phenotypes, and series or connectivity read from disk on demand. */
import type { StatedFcKind } from '../connectivity/kinds.ts';
import type { TimeSeries } from '../series/time-series.ts';

/** One row of `scans.tsv`. */
export interface Scan {
  readonly scanId: string;
  readonly participantId: string;
  /** Empty when the source names none. */
  readonly session: string;
  readonly run: string;
  readonly site: string;
  /** 0 where only the connectivity is there and nobody says what it was computed from. */
  readonly timepoints: number;
  /** First row of this scan in `timeseries.npy`, or its place in `connectivity.npy`. */
  readonly offset: number;
  /** Seconds; undefined when unknown. */
  readonly tr: number | undefined;
  /** Every other column, as given; an empty string is a missing value. */
  readonly phenotype: Readonly<Record<string, string>>;
}

/** An opened data set (`NAME.dataset/`). Series stay on disk until asked for. */
export interface Dataset {
  readonly directory: string;
  /** Atlas id (`schaefer100`, `cc200`, `aal116`, or the name of the file it came from). */
  readonly atlas: string;
  /** In the order of the columns of `timeseries.npy` or `connectivity.npy`. */
  readonly roiNames: readonly string[];
  readonly scans: readonly Scan[];
  /** Phenotype columns in order. */
  readonly phenotypeColumns: readonly string[];
  /** SHA-256 over the rows of `scans.tsv` and the series or connectivity, hex. */
  readonly hash: string;
  /** Of a corpus of data sets: how many of its scans, in order, are of each, and how often these are drawn. */
  readonly parts?: readonly { readonly scans: number; readonly weight: number }[];
  /** The series of scan `index` (order of `scans`). @throws InputError when the data set holds connectivity alone */
  readonly readSeries: (index: number) => TimeSeries;
  /**
   * Of a data set of connectivity, without series: the matrix of scan `index`, `[rois, rois]`, symmetric, diagonal 1
   * (0 and a row of zeros: an ROI without signal). `scanConnectivity` reads either sort.
   */
  readonly readConnectivity?: ((index: number) => Float32Array) | undefined;
  /** What the matrices of {@link readConnectivity} are, as stated when they were ingested. */
  readonly fcKind?: StatedFcKind | undefined;
  readonly close: () => void;
}
