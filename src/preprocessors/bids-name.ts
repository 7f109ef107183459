/** @file The parts of a BIDS file name: entities, suffix, extension. */

/** `sub-01_task-rest_space-MNI152NLin6Asym_desc-preproc_bold.nii.gz` taken apart. */
export interface BidsName {
  /** `sub` -> `01`, `task` -> `rest`, …, in the order of the name. */
  readonly entities: ReadonlyMap<string, string>;
  /** Parts that are no entity, the suffix included: fMRIPrep 1.0 wrote `bold` before `space-`. */
  readonly words: readonly string[];
  /** The last part, unless it is an entity: `bold`. */
  readonly suffix: string;
  /** With its point, as long as it is one of several parts: `.nii.gz`, `.ptseries.nii`. */
  readonly extension: string;
}

// Values may hold points (`desc-scrubbing.5`), so only the extensions of several parts are told by name.
const EXTENSION = /(?:\.[dp](?:tseries|conn|scalar|label)\.nii|\.(?:func|shape|surf|label)\.gii|\.\w+\.gz|\.\w+)$/;

/**
 * Takes a file name apart by the rules of BIDS (key-value pairs between `_`, a suffix, an extension; BIDS 1.9, "File
 * name structure"). Any name has parts; one that is not of BIDS has no `sub`.
 *
 * @param base without folders
 */
export function bidsName(base: string): BidsName {
  const extension = EXTENSION.exec(base)?.[0] ?? '';
  const entities = new Map<string, string>();
  const words: string[] = [];
  const parts = base.slice(0, base.length - extension.length).split('_');
  for (const part of parts) {
    const dash = part.indexOf('-');
    if (dash > 0 && /^[A-Za-z]+$/.test(part.slice(0, dash))) entities.set(part.slice(0, dash), part.slice(dash + 1));
    else words.push(part);
  }
  const last = parts[parts.length - 1];
  return { entities, words, suffix: words.at(-1) === last ? last : '', extension };
}

/** Entities of the scan itself (BIDS 1.9, MRI), in their order; the others say what was done with it. */
const SOURCE_ENTITIES = ['sub', 'ses', 'task', 'acq', 'ce', 'trc', 'rec', 'dir', 'run', 'mod', 'echo', 'part'] as const;

/** Of {@link SOURCE_ENTITIES} those that tell scans of one session and task apart beside `run`. */
export const VARIANT_ENTITIES = ['acq', 'ce', 'trc', 'rec', 'dir', 'mod', 'echo', 'part'] as const;

/** The same for all files that stem from one scan: `sub-01_ses-1_task-rest_run-1`. */
export function sourceOf({ entities }: BidsName): string {
  return join(entities, SOURCE_ENTITIES);
}

/** `key-value` of the entities that are there, joined by `_`. */
export function join(entities: ReadonlyMap<string, string>, keys: readonly string[]): string {
  const parts: string[] = [];
  for (const key of keys) {
    const value = entities.get(key);
    if (value !== undefined) parts.push(`${key}-${value}`);
  }
  return parts.join('_');
}

/** True when every entity of the scan that `general` names has the same value in `name`, as a sidecar inherits. */
export function appliesTo(general: BidsName, name: BidsName): boolean {
  return SOURCE_ENTITIES.every((key) => {
    const value = general.entities.get(key);
    return value === undefined || value === name.entities.get(key);
  });
}
