/**
 * @file The sum over the voxels of each ROI at every volume, in one pass, and which voxels have signal.
 *
 * Whether a voxel has signal is known only at the end. So all are summed, and what the constant ones added is taken out
 * then: their one value, everywhere.
 */
import type { PlacedRois } from './place-rois.ts';
import type { VoxelArray } from './voxel-type.ts';

export interface VoxelSums {
  /** `[volumes, rois]`, of stored numbers. */
  readonly sums: Float64Array;
  /** Of each voxel of an ROI: its number in the first volume. */
  readonly first: Float64Array;
  /** Of each voxel: 1 once a number was another one than the first. */
  readonly varies: Uint8Array;
  /** Of each voxel: 1 once a number was NaN or infinite; it is not summed any more. */
  readonly broken: Uint8Array;
  /** Voxels that were summed before they broke. */
  brokenLate: number;
}

/** @param broken voxels that are known to hold numbers that are not finite */
export function emptySums({ voxels, sizes }: PlacedRois, volumes: number, broken?: Uint8Array): VoxelSums {
  return {
    sums: new Float64Array(volumes * sizes.length),
    first: new Float64Array(voxels.length),
    varies: new Uint8Array(voxels.length),
    broken: broken ?? new Uint8Array(voxels.length),
    brokenLate: 0,
  };
}

/**
 * Adds a piece of a volume.
 *
 * @param voxel the first voxel of ROIs (index into `placed`) that is not yet added
 * @param start flat index in the volume of `values[0]`
 * @returns the same for the next piece
 */
export function addPiece(
  into: VoxelSums,
  { voxels, rois, sizes }: PlacedRois,
  voxel: number,
  values: VoxelArray,
  volume: number,
  start: number,
): number {
  const { sums, first, varies, broken } = into;
  const end = start + values.length;
  const row = volume * sizes.length;
  let v = voxel;
  // Neighbours mostly belong to one ROI: their sum stays in a register.
  let roi = -1;
  let sum = 0;
  for (; v < voxels.length && voxels[v] < end; v++) {
    if (broken[v] !== 0) continue;
    const value = values[voxels[v] - start];
    if (value - value !== 0) {
      broken[v] = 1;
      if (volume > 0) into.brokenLate++;
      continue;
    }
    if (rois[v] !== roi) {
      if (roi >= 0) sums[row + roi] += sum;
      roi = rois[v];
      sum = 0;
    }
    sum += value;
    if (volume === 0) first[v] = value;
    else if (value !== first[v]) varies[v] = 1;
  }
  if (roi >= 0) sums[row + roi] += sum;
  return v;
}
