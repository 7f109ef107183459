/** @file Where the ROIs of a data set lie, and what connectivity that foretells. */
import type { Atlas, Roi } from '../atlas/atlas.ts';
import { builtInAtlas, isBuiltIn } from '../atlas/built-in.ts';
import { isSchaefer, schaeferIn17NetworkOrder, schaeferRois } from '../atlas/schaefer.ts';
import type { Dataset } from '../dataset/dataset.ts';

/**
 * Connectivity falls with distance, and is high again at the mirror image across the midline: both exponentials, of this
 * reach in mm. On ABIDE I, AAL and Schaefer-400 data 20 to 40 mm foretell equally well.
 */
const REACH = 20;

/** Fewer ROIs than this with a known place say nothing. */
const FEWEST_PLACED = 20;

export interface Geometry {
  /** ROIs of the data set whose place is known, ascending. */
  readonly placed: Int32Array;
  /** Of every ROI of the data set; those not placed have none. */
  readonly rois: readonly Roi[];
}

/**
 * The places of a data set's ROIs, found by name in an atlas: the one given, else the built-in one of that id.
 *
 * @returns undefined when the atlas is not known or places too few of them
 */
export function geometryOf({ atlas: id, roiNames }: Pick<Dataset, 'atlas' | 'roiNames'>, atlas?: Atlas) {
  const known = atlas?.rois ?? knownRois(id, roiNames);
  if (known === undefined) return undefined;
  const byName = new Map(known.map((roi) => [roi.name, roi]));
  // An atlas file may number its ROIs where the data set names them, or the reverse: then the order must do.
  const inOrder = atlas !== undefined && known.length === roiNames.length && !roiNames.some((name) => byName.has(name));
  const rois = roiNames.map((name, i): Roi => (inOrder ? known[i] : byName.get(name)) ?? { name });
  const placed = Int32Array.from(rois.flatMap(({ centroid }, i) => (centroid === undefined ? [] : [i])));
  return placed.length < FEWEST_PLACED ? undefined : ({ placed, rois } satisfies Geometry);
}

function knownRois(id: string, roiNames: readonly string[]): readonly Roi[] | undefined {
  if (isBuiltIn(id)) return builtInAtlas(id).rois;
  const parcels = roiNames.filter((name) => /^(7|17)Networks_/.test(name));
  if (!isSchaefer(parcels.length)) return undefined;
  const seven = schaeferRois(parcels.length);
  const names = new Set(seven.map(({ name }) => name));
  if (parcels.every((name) => names.has(name))) return seven;
  // Names of the 17-network order, or of an older release, are told by their place: as published, visual areas first.
  if (!/^\d+Networks_LH_Vis/.test(parcels[0])) return undefined;
  if (parcels.every((name) => name.startsWith('7'))) return seven.map((roi, i) => ({ ...roi, name: parcels[i] }));
  if (!parcels.every((name) => name.startsWith('17'))) return undefined;
  return Array.from(schaeferIn17NetworkOrder(parcels.length), (label, i) => {
    const { network: _, ...place } = seven[label];
    return { ...place, name: parcels[i] };
  });
}

/** Distance of the centroids of two placed ROIs, mm; with `mirrored`, to the mirror image of the second. */
export function distanceBetween(a: Roi, b: Roi, mirrored = false): number {
  const [p, q] = [a.centroid, b.centroid];
  if (p === undefined || q === undefined) return Number.NaN;
  return Math.hypot(p[0] - (mirrored ? -q[0] : q[0]), p[1] - q[1], p[2] - q[2]);
}

/** -1 left, 1 right, 0 on the midline or not known. */
export function sideOf({ name, hemisphere, centroid }: Roi): -1 | 0 | 1 {
  if (hemisphere !== undefined) return hemisphere === 'left' ? -1 : 1;
  if (centroid !== undefined) return centroid[0] < -2 ? -1 : centroid[0] > 2 ? 1 : 0;
  if (/(^|[_\-. ])(l|lh|left)([_\-. ]|$)/i.test(name)) return -1;
  return /(^|[_\-. ])(r|rh|right)([_\-. ]|$)/i.test(name) ? 1 : 0;
}

/** What connectivity the places foretell, up to scale: `[placed, placed]`, symmetric, diagonal 0. */
export function foretoldConnectivity({ placed, rois }: Geometry): Float32Array {
  const size = placed.length;
  const out = new Float32Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) {
      const [a, b] = [rois[placed[i]], rois[placed[j]]];
      const near = Math.exp(-distanceBetween(a, b) / REACH);
      const across = sideOf(a) * sideOf(b) < 0 ? Math.exp(-distanceBetween(a, b, true) / REACH) : 0;
      out[i * size + j] = near + across;
      out[j * size + i] = near + across;
    }
  return out;
}

/** The rows and columns of some ROIs: `[chosen, chosen]`. */
export function submatrix(matrix: ArrayLike<number>, rois: number, chosen: Int32Array): Float32Array {
  const size = chosen.length;
  const out = new Float32Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) out[i * size + j] = matrix[chosen[i] * rois + chosen[j]];
  return out;
}
