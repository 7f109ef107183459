/** @file The ROIs of a simulated brain: names, networks, places, and each one's counterpart across the midline. */
import { builtInAtlas } from '../atlas/built-in.ts';
import { InputError } from '../errors/input-error.ts';

/** The seven networks of Yeo et al. (J. Neurophysiol. 106, 2011), by their names in the Schaefer atlas. */
export const NETWORKS = ['Vis', 'SomMot', 'DorsAttn', 'SalVentAttn', 'Limbic', 'Cont', 'Default'] as const;
export type Network = (typeof NETWORKS)[number];

/** One ROI. */
export interface Parcel {
  readonly name: string;
  readonly network: Network;
  readonly hemisphere: 'left' | 'right';
  /** MNI coordinates, mm: left to right, back to front, bottom to top. */
  readonly centroid: readonly [number, number, number];
}

export interface Parcellation {
  readonly atlas: string;
  readonly parcels: readonly Parcel[];
}

const SCHAEFER_ROIS = 100;
const FEWEST_ROIS = 2 * NETWORKS.length;
const MOST_ROIS = 1000;

/**
 * The parcellation with `rois` ROIs: the Schaefer atlas for 100; else the seven networks as equal blocks on each side.
 *
 * @throws InputError for fewer than 14 or more than 1,000 ROIs
 */
export function parcellation(rois: number): Parcellation {
  if (!Number.isInteger(rois) || rois < FEWEST_ROIS || rois > MOST_ROIS)
    throw new InputError({
      problem: 'a brain of this many ROIs cannot be simulated',
      expected: `a whole number from ${FEWEST_ROIS} (two for each network) to ${MOST_ROIS}`,
      found: `${rois}`,
    });
  return rois === SCHAEFER_ROIS ? schaeferParcels() : blockParcels(rois);
}

function schaeferParcels(): Parcellation {
  const atlas = builtInAtlas('schaefer100');
  const parcels = atlas.rois.map(({ name, network, hemisphere, centroid }): Parcel => {
    const known = NETWORKS.find((each) => each === network);
    if (known === undefined || centroid === undefined || hemisphere === undefined)
      throw new Error(`${name} has no network, hemisphere or centroid`);
    return { name, network: known, hemisphere, centroid };
  });
  return { atlas: atlas.id, parcels };
}

/** Left side first, as in the Schaefer atlas; an odd number leaves the last ROI of the left side without counterpart. */
function blockParcels(rois: number): Parcellation {
  const left = Math.ceil(rois / 2);
  const parcels = Array.from({ length: rois }, (_, roi): Parcel => {
    const hemisphere = roi < left ? 'left' : 'right';
    const place = roi < left ? roi : roi - left;
    const block = Math.floor((place * NETWORKS.length) / left);
    // Round the side of an egg: neighbours in a block are neighbours in space.
    const angle = (2 * Math.PI * place) / left;
    const side = hemisphere === 'left' ? -1 : 1;
    return {
      name: `${hemisphere === 'left' ? 'LH' : 'RH'}_${NETWORKS[block]}_${place + 1}`,
      network: NETWORKS[block],
      hemisphere,
      centroid: [side * (30 + 20 * Math.sin(3 * angle)), -20 + 70 * Math.cos(angle), 20 + 40 * Math.sin(angle)],
    };
  });
  return { atlas: `simulated-${rois}`, parcels };
}

/** Distance between the centroids of two ROIs, mm. */
export function distance(a: Parcel, b: Parcel): number {
  return Math.hypot(...a.centroid.map((x, axis) => x - b.centroid[axis]));
}

/**
 * Homotopic pairs: ROIs of one network on both sides, each the nearest to the other's mirror image.
 *
 * @returns pairs of indices, left side first; not every ROI has a counterpart (39 pairs in the Schaefer atlas of 100)
 */
export function homotopicPairs(parcels: readonly Parcel[]): readonly (readonly [number, number])[] {
  const counterpart = parcels.map((parcel) => {
    const [x, y, z] = parcel.centroid;
    const mirrored: Parcel = { ...parcel, centroid: [-x, y, z] };
    let nearest = -1;
    parcels.forEach((other, index) => {
      if (other.hemisphere === parcel.hemisphere || other.network !== parcel.network) return;
      if (nearest < 0 || distance(mirrored, other) < distance(mirrored, parcels[nearest])) nearest = index;
    });
    return nearest;
  });
  return counterpart.flatMap((other, index) =>
    parcels[index].hemisphere === 'left' && counterpart[other] === index ? [[index, other] as const] : [],
  );
}
