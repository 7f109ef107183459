/**
 * @file Where the ROIs of a parcellation lie on the grid of an image: nearest neighbour through both affines.
 *
 * A voxel of the image belongs to the ROI of the parcellation's voxel whose centre is nearest to its own. So flips,
 * permuted axes, other resolutions and rotations need no care of their own, and an identical grid is taken as it is.
 */
import { InputError } from '../errors/input-error.ts';
import { type Affine, applyAffine, composeAffines, invertAffine } from './affine.ts';
import type { Grid, LabelImage } from './grid.ts';

/** The voxels of an image that belong to ROIs. */
export interface PlacedRois {
  /** Flat indices in a volume of the image (first axis fastest), ascending. */
  readonly voxels: Int32Array;
  /** The ROI (index from 0) of each of these. */
  readonly rois: Int32Array;
  /** Voxels of each ROI, also those that lie outside the image or its mask: what coverage is a part of. */
  readonly sizes: Float64Array;
}

/**
 * Halves are rounded up; a half that float32 affines left just below itself is a half. (On grids of 1 and 2 mm every
 * voxel may lie half-way: without this, noise in the last digit would decide, voxel by voxel.)
 */
const ROUND_UP = 0.5 + 1e-4;

/** A brain has 12 million voxels of 0.5 mm; a label image that covers more than this has no believable voxel size. */
const MOST_VISITED = 2 ** 25;

/**
 * Places the ROIs on the grid of an image.
 *
 * @param labels label of each ROI, in the order of the ROIs
 * @param mask a voxel of the image outside it belongs to no ROI
 * @param where the image, for errors
 * @throws InputError when an affine is singular, one of the two says where it is and the other does not, or no ROI lies
 *   in the field of view
 */
export function placeRois(
  image: Grid,
  atlas: LabelImage,
  labels: readonly number[],
  where: string,
  mask?: LabelImage,
): PlacedRois {
  const rois = roisOf(atlas, labels);
  const toAtlas = wayBetween(image, atlas, where, 'label image');
  const inMask = mask === undefined ? undefined : maskAt(mask, wayBetween(image, mask, where, 'mask'));
  const box = boxOf(rois, atlas, toAtlas, where);
  const sizes = new Float64Array(labels.length);
  const most = voxelsWithin(box, image);
  const placed = { voxels: new Int32Array(most), rois: new Int32Array(most) };
  let inside = 0;
  let count = 0;
  visit(box, toAtlas, atlas, rois, (roi, i, j, k) => {
    sizes[roi]++;
    if (!isInside(image, i, j, k)) return;
    inside++;
    if (inMask?.(i, j, k) === false) return;
    placed.voxels[count] = i + image.dims[0] * (j + image.dims[1] * k);
    placed.rois[count++] = roi;
  });
  if (count === 0) throw noOverlap(where, inside > 0);
  return { voxels: placed.voxels.slice(0, count), rois: placed.rois.slice(0, count), sizes };
}

/** The ROI of each voxel of the parcellation, -1 for none. */
function roisOf({ labels: image }: LabelImage, labels: readonly number[]): Int32Array {
  const roiOf = new Map(labels.map((label, roi) => [label, roi]));
  const rois = new Int32Array(image.length);
  // Neighbours are mostly of one ROI.
  let [last, roi] = [0, roiOf.get(0) ?? -1];
  for (let v = 0; v < image.length; v++) {
    if (image[v] !== last) [last, roi] = [image[v], roiOf.get(image[v]) ?? -1];
    rois[v] = roi;
  }
  return rois;
}

function noOverlap(where: string, masked: boolean): InputError {
  return new InputError({
    where,
    problem: masked
      ? 'no voxel of an ROI lies within the mask'
      : 'no voxel of the image lies in an ROI of the label image: they are in different spaces',
    fix: 'take the image in the space of the label image (for atlases of the MNI template: the one normalised to it)',
  });
}

function isInside({ dims }: Grid, i: number, j: number, k: number): boolean {
  return i >= 0 && i < dims[0] && j >= 0 && j < dims[1] && k >= 0 && k < dims[2];
}

/** How many voxels of the image lie in the box. */
function voxelsWithin(box: Box, { dims }: Grid): number {
  return box.reduce((product, [first, last], axis) => {
    return product * Math.max(0, Math.min(last, dims[axis] - 1) - Math.max(first, 0) + 1);
  }, 1);
}

/** From voxel indices of the image to those of the other grid. */
function wayBetween(image: Grid, other: Grid, where: string, name: string): Affine {
  const inverse = invertAffine(other.affine);
  const problem = (text: string, fix: string) => new InputError({ where, problem: text, fix });
  if (
    image.placed !== other.placed ||
    (!image.placed && image.dims.some((length, axis) => length !== other.dims[axis]))
  )
    throw problem(
      `the ${image.placed ? name : 'image'} does not say where its voxels lie (sform and qform are 0)`,
      'set the orientation with the tool that wrote it',
    );
  if (!image.placed) return Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);
  if (inverse === undefined)
    throw problem(`the affine of the ${name} is singular`, 'its header is damaged: copy or convert it again');
  if (invertAffine(image.affine) === undefined)
    throw problem('the affine of the image is singular', 'its header is damaged: copy or convert it again');
  return composeAffines(inverse, image.affine);
}

function maskAt({ dims, labels }: LabelImage, way: Affine): (i: number, j: number, k: number) => boolean {
  return (i, j, k) => {
    const [x, y, z] = applyAffine(way, i, j, k).map((value) => Math.floor(value + ROUND_UP));
    if (x < 0 || x >= dims[0] || y < 0 || y >= dims[1] || z < 0 || z >= dims[2]) return false;
    return labels[x + dims[0] * (y + dims[1] * z)] !== 0;
  };
}

/** First and last index, on the image's grid extended beyond its field of view, of each axis. */
type Box = readonly [first: number, last: number][];

/** The box on the image's grid that holds all voxels of ROIs. */
function boxOf(rois: Int32Array, { dims }: Grid, toAtlas: Affine, where: string): Box {
  const low = [...dims];
  const high = [-1, -1, -1];
  for (let k = 0, at = 0; k < dims[2]; k++)
    for (let j = 0; j < dims[1]; j++) {
      let [first, last] = [dims[0], -1];
      for (let i = 0; i < dims[0]; i++, at++)
        if (rois[at] >= 0) {
          if (last < 0) first = i;
          last = i;
        }
      if (last < 0) continue;
      for (const [axis, index] of [first, j, k].entries()) low[axis] = Math.min(low[axis], index);
      for (const [axis, index] of [last, j, k].entries()) high[axis] = Math.max(high[axis], index);
    }
  const back = invertAffine(toAtlas);
  const corners = Array.from({ length: 8 }, (_, c) =>
    [0, 1, 2].map((axis) => ((c >> axis) & 1 ? high[axis] + 0.5 : low[axis] - 0.5)),
  ).map(([x, y, z]) => (back === undefined ? [Number.NaN] : applyAffine(back, x, y, z)));
  const box = [0, 1, 2].map((axis): [number, number] => {
    const at = corners.map((corner) => corner[axis]);
    return [Math.floor(Math.min(...at)), Math.ceil(Math.max(...at))];
  });
  const visited = box.reduce((product, [first, last]) => product * (last - first + 1), 1);
  if (visited <= MOST_VISITED && box.flat().every((edge) => Math.abs(edge) < 2 ** 31)) return box;
  throw new InputError({
    where,
    problem: 'the voxel sizes of the image and of the label image cannot both be right',
    fix: 'check the units and the affine in both headers',
  });
}

/** Goes through the voxels of the box that belong to ROIs, first axis fastest. */
function visit(
  [[i0, i1], [j0, j1], [k0, k1]]: Box,
  a: Affine,
  { dims }: Grid,
  rois: Int32Array,
  take: (roi: number, i: number, j: number, k: number) => void,
): void {
  for (let k = k0; k <= k1; k++)
    for (let j = j0; j <= j1; j++)
      for (let i = i0; i <= i1; i++) {
        const x = Math.floor(a[0] * i + a[1] * j + a[2] * k + a[3] + ROUND_UP);
        const y = Math.floor(a[4] * i + a[5] * j + a[6] * k + a[7] + ROUND_UP);
        const z = Math.floor(a[8] * i + a[9] * j + a[10] * k + a[11] + ROUND_UP);
        if (x < 0 || x >= dims[0] || y < 0 || y >= dims[1] || z < 0 || z >= dims[2]) continue;
        const roi = rois[x + dims[0] * (y + dims[1] * z)];
        if (roi >= 0) take(roi, i, j, k);
      }
}
