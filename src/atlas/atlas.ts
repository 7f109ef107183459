/** @file An atlas: the ROIs of a parcellation in their order. */

/** A region of interest. What an atlas does not say is left out. */
export interface Roi {
  readonly name: string;
  /** E.g. `Default`. */
  readonly network?: string;
  readonly hemisphere?: 'left' | 'right';
  /** Centre in MNI space: x (right), y (anterior), z (superior), mm. */
  readonly centroid?: readonly [x: number, y: number, z: number];
}

export interface Atlas {
  /** `schaefer100`, or the name of the file that the atlas came from. */
  readonly id: string;
  readonly rois: readonly Roi[];
}

/** An atlas of which only the number of ROIs is known: `rois94` with ROIs `1` … `94`. */
export function unnamedAtlas(count: number): Atlas {
  return { id: `rois${count}`, rois: numberedRois(count) };
}

/** Named `1` … */
export function numberedRois(count: number): Roi[] {
  return Array.from({ length: count }, (_, i) => ({ name: String(i + 1) }));
}
