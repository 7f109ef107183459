/**
 * @file The two published orders of the same 100 ROIs of the Schaefer 2018 parcellation.
 *
 * Its files come sorted by 7 and by 17 networks, with other labels for the same parcels; an order file of the one with an
 * image of the other is a mistake that nothing else shows. Source: the centroid tables of both orders that CBIG publishes
 * with the parcellation (FSL MNI152, 2 mm; MIT licence). Their 100 centroids are the same set, each once.
 */

/** Label in the 7-network order (from 1) of each parcel, in 17-network order. */
const LABELS_IN_17_NETWORK_ORDER = `
  2 4 5 8 3 6 9 14 15 10 11 12 13 16 7 18 17 19 21 23 24 25 26 29 30 27 28 31 32 33 34 35 22 45 36 20 37 48 50 44 38 39
  41 46 47 42 43 49 1 40 52 54 57 55 56 58 63 64 65 66 59 60 61 62 53 67 70 68 71 73 75 76 77 78 81 85 88 79 80 69 84 72
  91 82 86 83 87 89 90 98 100 96 97 94 95 99 51 92 93 74`;

/** Entry i is the index (from 0) in 7-network order of the parcel that is number i in 17-network order. */
export function schaefer100In17NetworkOrder(): Int32Array {
  return Int32Array.from(LABELS_IN_17_NETWORK_ORDER.trim().split(/\s+/), (label) => Number(label) - 1);
}
