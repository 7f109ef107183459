/** @file What a preprocessor left in a folder: the scans that go in, and the files that do not, each with its reason. */

/** Software whose outputs are recognised. `pcp` is the Preprocessed Connectomes Project (ABIDE, ADHD-200). */
export type Tool = 'fmriprep' | 'xcp-d' | 'c-pac' | 'pcp' | 'dpabi' | 'conn' | 'nilearn' | 'giga-connectome';

/**
 * What the file of a scan holds: a matrix of parcellated series, a 4D NIfTI, a CIFTI `.ptseries.nii`, a CIFTI
 * `.dtseries.nii`, or connectivity (a matrix, or a CIFTI `.pconn.nii`).
 */
export type Content = 'series' | 'volume' | 'parcel-series' | 'dense-series' | 'connectivity';

/** One scan of a preprocessor's outputs. What the names do not say is empty. */
export interface FoundScan {
  readonly path: string;
  /** Relative to the folder, with `/`. */
  readonly name: string;
  readonly tool: Tool;
  readonly content: Content;
  readonly participant: string;
  readonly session: string;
  readonly run: string;
  readonly site: string;
  readonly task?: string;
  readonly space?: string;
  readonly atlas?: string;
  /** How the tool denoised, in its own word (`filt_global`, `Scrubbing5`, `simple`). */
  readonly strategy?: string;
  /** Repetition time, seconds, from a sidecar. */
  readonly tr?: number;
  /** The regressors of a scan that is not denoised yet: a table, and the sidecar that explains its columns. */
  readonly confounds?: { readonly table: string; readonly sidecar?: string };
  /** Brain mask of a volume. */
  readonly mask?: string;
  /** Share of the voxels of each ROI that has signal. */
  readonly coverage?: string;
  /** Which array of a file with several (MATLAB, HDF5). */
  readonly array?: string;
  /** A connectivity file holds Fisher z, not correlations. */
  readonly fisherZ?: boolean;
}

/** A file that a reader might expect to go in, and why it does not. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

export interface Discovery {
  readonly tool: Tool;
  /** In natural order of their names. */
  readonly scans: readonly FoundScan[];
  readonly skipped: readonly Skipped[];
  /** `participants.tsv`, or the phenotypic table that comes with the outputs. */
  readonly participantsTable?: string;
  /** One table a participant (`sub-01_sessions.tsv`), in natural order. */
  readonly sessionsTables?: readonly string[];
  /** What was chosen where nothing was asked for, in sentences. */
  readonly notes?: readonly string[];
}

/** Which of several is wanted; what is not said must be the same for all scans, or have a default of the field. */
export interface Selection {
  readonly tool?: Tool;
  readonly task?: string;
  readonly space?: string;
  readonly atlas?: string;
  readonly strategy?: string;
  readonly session?: string;
  readonly content?: Content;
}
