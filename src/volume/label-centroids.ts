/** @file Where the ROIs of a label image lie. */
import { applyAffine } from './affine.ts';
import type { LabelImage } from './grid.ts';

/** The mean place of the voxels of each label, millimetres; labels must occur. */
export function labelCentroids(
  { dims, affine, labels: image }: LabelImage,
  labels: readonly number[],
): [x: number, y: number, z: number][] {
  const roiOf = new Map(labels.map((label, roi) => [label, roi]));
  const sums = new Float64Array(labels.length * 4);
  for (let v = 0; v < image.length; v++) {
    const roi = image[v] === 0 ? undefined : roiOf.get(image[v]);
    if (roi === undefined) continue;
    sums[4 * roi] += v % dims[0];
    sums[4 * roi + 1] += Math.floor(v / dims[0]) % dims[1];
    sums[4 * roi + 2] += Math.floor(v / (dims[0] * dims[1]));
    sums[4 * roi + 3]++;
  }
  // The mean of places is the place of the mean index.
  return labels.map((_, roi) => {
    const [i, j, k, count] = sums.subarray(4 * roi, 4 * roi + 4);
    return applyAffine(affine, i / count, j / count, k / count);
  });
}
