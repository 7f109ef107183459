/** @file Where the ROIs are: the label image or CIFTI file of an ingest, held against the atlas that is named. Node only. */
import { type Atlas, unnamedAtlas } from '../atlas/atlas.ts';
import { InputError } from '../errors/input-error.ts';
import { labelCentroids } from '../volume/label-centroids.ts';
import { readParcels } from '../volume/parcellate-dense.ts';
import { labelsOf, readLabelImage } from '../volume/read-label-image.ts';
import { refuseOtherOrder } from './roi-order.ts';
import type { Parcellation } from './scan-to-read.ts';

/** Centroids of one parcellation by two ways of counting differ by a few mm; of ROIs mixed up, by centimetres. */
const FAR_MM = 20;
/** An ROI of two parts may have a centroid between them; so many far ones are another order. */
const FAR_PART = 0.1;

/**
 * Reads a parcellation. Its labels, ascending, are the ROIs of the atlas in order.
 *
 * @param atlas undefined when nobody says; ROIs are then numbered
 * @throws InputError when the file is none, or its ROIs are not those of the atlas: another number, or at other places
 */
export async function readParcellation(
  path: string,
  atlas: Atlas | undefined,
): Promise<{ readonly parcellation: Parcellation; readonly atlas: Atlas }> {
  if (/\.(dlabel|ptseries|pconn)\.nii$/i.test(path)) {
    const { roiNames } = await readParcels({ parcels: path });
    const cifti = atlas ?? { id: `rois${roiNames.length}`, rois: roiNames.map((name) => ({ name })) };
    checkCount(roiNames.length, cifti, path);
    refuseOtherOrder(roiNames, cifti, { what: 'parcel', where: path });
    return { parcellation: { kind: 'cifti', path }, atlas: cifti };
  }
  const image = await readLabelImage(path);
  const labels = labelsOf(image);
  const named = atlas ?? unnamedAtlas(labels.length);
  checkCount(labels.length, named, path);
  checkPlaces(labelCentroids(image, labels), named, path);
  return { parcellation: { kind: 'image', image, labels }, atlas: named };
}

function checkCount(count: number, { id, rois }: Atlas, where: string): void {
  if (count === rois.length) return;
  throw new InputError({
    where,
    problem: `the parcellation is not of the atlas ${id}`,
    expected: `${rois.length} labels`,
    found: `${count}`,
    fix: 'pass the labels and the atlas of one parcellation',
  });
}

/** The 7- and the 17-network order of one parcellation have equal counts and other ROIs. */
function checkPlaces(
  centroids: readonly (readonly [number, number, number])[],
  { id, rois }: Atlas,
  where: string,
): void {
  const distances = rois.map(({ centroid }, i) =>
    centroid === undefined ? 0 : Math.hypot(...centroid.map((x, axis) => x - centroids[i][axis])),
  );
  const far = distances.findIndex((distance) => distance > FAR_MM);
  const count = distances.filter((distance) => distance > FAR_MM).length;
  if (count <= FAR_PART * rois.length) return;
  const [expected, found] = [rois[far].centroid ?? [], centroids[far]].map((at) => at.map(Math.round).join(', '));
  throw new InputError({
    where,
    problem: `${count} of ${rois.length} labels are not where the atlas ${id} has its ROIs; the first is ROI ${far + 1} "${rois[far].name}"`,
    expected: `it near (${expected}) mm`,
    found: `(${found})`,
    fix: 'pass the label image of the same order (7 or 17 networks) and space as the atlas',
  });
}
