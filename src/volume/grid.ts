/** @file Where the voxels of an image lie in space. */
import { InputError } from '../errors/input-error.ts';
import type { Affine } from './affine.ts';
import type { NiftiHeader } from './nifti-header.ts';

export interface Grid {
  /** Lengths of the axes; the first is the fastest in memory. */
  readonly dims: readonly [i: number, j: number, k: number];
  /** From voxel indices (i, j, k) to millimetres to the right, anterior and superior. */
  readonly affine: Affine;
  /** False when the file says no more than voxel sizes: such an image fits only another of the same dims. */
  readonly placed: boolean;
}

/** A label image: the ROI each voxel belongs to, 0 for none. Flat index: i + dims[0] (j + dims[1] k). */
export interface LabelImage extends Grid {
  readonly labels: Int32Array;
}

/** More voxels than any scanner gives (0.5 mm of a whole head are 80 million). */
const MOST_VOXELS = 2 ** 27;

/**
 * The grid of one volume of an image.
 *
 * @throws InputError when it has more than three axes of space and one of time, or too many voxels to be believed
 */
export function gridOf({ dims, affine, affineFrom, intent }: NiftiHeader, where: string): Grid {
  if (dims.slice(4).some((length) => length > 1))
    throw new InputError({
      where,
      problem:
        intent >= 3000 && intent < 3100 ? 'a CIFTI matrix, not an image of voxels' : 'the image has too many axes',
      expected: 'three axes of space and one of time',
      found: dims.join(' x '),
    });
  const [i, j = 1, k = 1] = dims;
  if (i * j * k > MOST_VOXELS)
    throw new InputError({
      where,
      problem: 'the volumes are too large to be believed',
      expected: `at most ${MOST_VOXELS} voxels`,
      found: `${i} x ${j} x ${k}`,
    });
  return { dims: [i, j, k], affine, placed: affineFrom !== 'none' };
}
