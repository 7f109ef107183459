/** @file From the statements of a NIfTI header to the affine from voxel indices to RAS millimetres (nifti1.h, methods 1 to 3). */
import type { Affine } from './affine.ts';

/**
 * Method 3: the affine as it stands.
 *
 * @param rows srow_x, srow_y, srow_z: 12 numbers
 * @param millimetres in one unit of the header
 */
export function sformAffine(rows: readonly number[], millimetres: number): Affine {
  return Float64Array.from([...rows.map((value) => value * millimetres), 0, 0, 0, 1]);
}

/**
 * Method 2: a rotation (unit quaternion a + bi + cj + dk with a >= 0), the voxel sizes, an offset; pixdim[0] = -1 turns
 * the third axis round.
 *
 * @param parameters b, c, d, and the offset x, y, z
 * @param pixdim all eight
 */
export function qformAffine(parameters: readonly number[], pixdim: readonly number[], millimetres: number): Affine {
  let [b, c, d] = parameters;
  const [, , , x, y, z] = parameters;
  let a = Math.sqrt(Math.max(0, 1 - (b * b + c * c + d * d)));
  // Near half a turn float32 leaves b² + c² + d² just above 1: taken as 1.
  const length = Math.hypot(a, b, c, d);
  [a, b, c, d] = [a / length, b / length, c / length, d / length];
  const [dx, dy, depth] = pixdim.slice(1, 4).map(Math.abs);
  const dz = pixdim[0] < 0 ? -depth : depth;
  // biome-ignore format: rows of a matrix
  const rows = [
    (a * a + b * b - c * c - d * d) * dx, 2 * (b * c - a * d) * dy, 2 * (b * d + a * c) * dz, x,
    2 * (b * c + a * d) * dx, (a * a + c * c - b * b - d * d) * dy, 2 * (c * d - a * b) * dz, y,
    2 * (b * d - a * c) * dx, 2 * (c * d + a * b) * dy, (a * a + d * d - b * b - c * c) * dz, z,
  ];
  return sformAffine(rows, millimetres);
}

/** Method 1: voxel sizes only. It says neither where the origin is nor which way the axes point. */
export function scalingAffine(pixdim: readonly number[], millimetres: number): Affine {
  const [x, y, z] = pixdim.slice(1, 4).map(Math.abs);
  return sformAffine([x, 0, 0, 0, 0, y, 0, 0, 0, 0, z, 0], millimetres);
}
