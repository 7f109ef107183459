/**
 * @file The Schaefer 2018 parcellations: 100 to 400 ROIs in the order of the 7-network files, and their other order.
 *
 * Schaefer, Kong, Gordon et al., "Local-Global Parcellation of the Human Cerebral Cortex from Intrinsic Functional
 * Connectivity MRI", Cerebral Cortex 28:3095-3114, 2018. Names and centroids as the Computational Brain Imaging Group
 * publishes them with the parcellation (CBIG, MIT licence), release 0.14.3 (September 2019), FSL MNI152 2 mm. Networks:
 * Yeo et al., J Neurophysiol 106:1125-1165, 2011.
 *
 * The files come sorted by 7 and by 17 networks, with other labels for the same parcels; an order file of the one with an
 * image of the other is a mistake that nothing else shows. Release 0.14.3 gave some parcels other names (58 of 400, say)
 * in the same order: of up to 400 parcels only the names tell older files.
 */
import type { Roi } from './atlas.ts';
import { SCHAEFER_100 } from './schaefer100.ts';
import { SCHAEFER_200 } from './schaefer200.ts';
import { SCHAEFER_300 } from './schaefer300.ts';
import { SCHAEFER_400 } from './schaefer400.ts';

const TABLES = { 100: SCHAEFER_100, 200: SCHAEFER_200, 300: SCHAEFER_300, 400: SCHAEFER_400 } as const;

export type SchaeferParcels = keyof typeof TABLES;

export function isSchaefer(parcels: number): parcels is SchaeferParcels {
  return Object.hasOwn(TABLES, parcels);
}

/** `7Networks_LH_Vis_1` … `7Networks_RH_Default_pCunPCC_2`, with network (`Vis`, `SomMot`, …) and centroid. */
export function schaeferRois(parcels: SchaeferParcels): Roi[] {
  const { left, right, centroids } = TABLES[parcels];
  const places = centroids.split(';').map((triple) => triple.trim().split(/\s+/).map(Number));
  return [...hemisphereRois('LH', 'left', left), ...hemisphereRois('RH', 'right', right)].map((roi, i) => {
    const [x, y, z] = places[i];
    return { ...roi, centroid: [x, y, z] };
  });
}

/** Entry i is the index (from 0) in 7-network order of the parcel that is number i in 17-network order. */
export function schaeferIn17NetworkOrder(parcels: SchaeferParcels): Int32Array {
  return Int32Array.from(words(TABLES[parcels].labelsIn17NetworkOrder), (label) => Number(label) - 1);
}

function hemisphereRois(prefix: string, hemisphere: 'left' | 'right', areas: string): Roi[] {
  return words(areas).flatMap((entry) => {
    const [area, count] = entry.split(':');
    const network = area.split('_')[0];
    return Array.from({ length: Number(count) }, (_, i) => ({
      name: `7Networks_${prefix}_${area}_${i + 1}`,
      network,
      hemisphere,
    }));
  });
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
