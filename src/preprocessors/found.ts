/** @file What a preprocessor left in a folder: the scans that go in, and the files that do not, each with its reason. */

/**
 * Software whose outputs are recognised. `pcp` is the Preprocessed Connectomes Project (ABIDE, ADHD-200), `dpabi` also
 * DPARSF and DPABISurf, `fmriprep` also NiBabies.
 */
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
  /** As in the name: `sub-01`, `0050004`, `Subject001`. */
  readonly participant: string;
  /** As in the name: `ses-1`, `2`. */
  readonly session: string;
  /** As in the name: `run-1`; with the entities that alone tell two scans apart: `dir-LR_run-1`. */
  readonly run: string;
  readonly site: string;
  readonly task?: string;
  /** With the cohort of a template by age: `MNIInfant:cohort-2`. */
  readonly space?: string;
  /** Voxels or vertices, where the name says: `2`, `91k`. */
  readonly resolution?: string;
  readonly atlas?: string;
  /** How the tool denoised, in its own word: `cpac/filt_global`, `36Parameter`, `FunImgARCWF`, `Scrubbing5`. */
  readonly strategy?: string;
  /** Repetition time, seconds, from a sidecar. */
  readonly tr?: number;
  /** The regressors of a scan that is not denoised yet: a table, and the sidecar that explains its columns. */
  readonly confounds?: { readonly table: string; readonly sidecar?: string };
  /** Brain mask of a volume. */
  readonly mask?: string;
  /** Share of the voxels of each ROI that has signal. */
  readonly coverage?: string;
  /** Motion of a scan that is denoised already (XCP-D): a table with the column `framewise_displacement`, mm. */
  readonly motion?: string;
  /** Which array of a file with several (MATLAB, HDF5). */
  readonly array?: string;
  /** A connectivity file holds Fisher z, not correlations. */
  readonly fisherZ?: boolean;
}

/** A file that a reader might expect to go in, and why it does not. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
  /** The file was wanted, but something about it is wrong (no confounds, a broken sidecar or link). */
  readonly faulty?: boolean;
}

export interface Discovery {
  readonly tool: Tool;
  /** In natural order of their names. */
  readonly scans: readonly FoundScan[];
  /** In natural order of their names. */
  readonly skipped: readonly Skipped[];
  /** `participants.tsv`, or the phenotypic table that comes with the outputs. */
  readonly participantsTable?: string;
  /** One table a participant (`sub-01_sessions.tsv`), in natural order. */
  readonly sessionsTables?: readonly string[];
  /** What was chosen where nothing was asked for, in sentences. */
  readonly notes: readonly string[];
}

/** Which of several is wanted. What is not said must be the same for all scans, or have a default of the field. */
export interface Selection {
  readonly tool?: Tool;
  readonly content?: Content;
  readonly task?: string;
  /** `MNI152NLin6Asym`, or with its resolution `MNI152NLin6Asym:res-2`. */
  readonly space?: string;
  readonly atlas?: string;
  readonly strategy?: string;
  readonly session?: string;
  /** Repetition time of all scans, seconds: sidecars are not asked. */
  readonly tr?: number;
  /** Take also volumes of fMRIPrep that have no table of confounds. */
  readonly withoutConfounds?: boolean;
}
