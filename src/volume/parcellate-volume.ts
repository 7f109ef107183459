/** @file From a 4D BOLD image to one series an ROI. Node only: the image is streamed. */
import { InputError } from '../errors/input-error.ts';
import { gridOf, type LabelImage } from './grid.ts';
import { readNiftiHeader, streamNumbers } from './nifti-file.ts';
import type { NiftiHeader } from './nifti-header.ts';
import { MINIMUM_COVERAGE, MOST_TIMEPOINTS, type Parcellated } from './parcellated.ts';
import { type PlacedRois, placeRois } from './place-rois.ts';
import { labelsOf } from './read-label-image.ts';
import { addPiece, emptySums, type VoxelSums } from './voxel-sums.ts';

export interface ParcellateOptions {
  readonly atlas: LabelImage;
  /** The label of each ROI, in the order of the ROIs. */
  readonly labels: readonly number[];
  /** The label image may hold further labels, which are left out. Else they are a sign of another parcellation. */
  readonly moreLabels?: boolean;
  /** 0 to 1; {@link MINIMUM_COVERAGE} when absent. */
  readonly minimumCoverage?: number;
  /** Voxels of the brain are those that are not 0. On any grid. */
  readonly mask?: LabelImage;
}

/**
 * The mean series of each ROI: at every time point the mean over those of its voxels that have signal. A voxel that is
 * constant (outside the brain: 0 throughout), or NaN or infinite at any time point, has none and does not count.
 * Coverage of an ROI is its voxels with signal over all its voxels on the grid of the image, also those beyond the field
 * of view or the mask; an ROI below `minimumCoverage` is missing: zeros, and named in `missing`.
 *
 * Memory: the sums (time points x ROIs), about 30 bytes for each voxel of an ROI, and the label image.
 *
 * @throws InputError when the file is no whole 4D NIfTI image, the label image has other labels than `labels`, the two do
 *   not overlap, or no voxel has signal
 */
export async function parcellateVolume(path: string, options: ParcellateOptions): Promise<Parcellated> {
  const { atlas, labels, mask } = options;
  checkLabels(atlas, labels, options.moreLabels === true, path);
  const header = await readNiftiHeader(path);
  const grid = gridOf(header, path);
  const volumes = volumesOf(header, path);
  const placed = placeRois(grid, atlas, labels, path, mask);
  const pass = async (broken?: Uint8Array) => {
    const sums = emptySums(placed, volumes, broken);
    let next = 0;
    const { sha256 } = await streamNumbers(
      path,
      header,
      grid.dims[0] * grid.dims[1] * grid.dims[2],
      (values, t, start) => {
        next = addPiece(sums, placed, start === 0 ? 0 : next, values, t, start);
      },
    );
    return { sums, sha256 };
  };
  let { sums, sha256 } = await pass();
  // What a voxel added before it broke cannot be taken back: once more, without the broken ones.
  if (sums.brokenLate > 0) ({ sums, sha256 } = await pass(sums.broken));
  return { ...meansOf(sums, placed, header, options.minimumCoverage ?? MINIMUM_COVERAGE, path), tr: header.tr, sha256 };
}

function checkLabels(atlas: LabelImage, labels: readonly number[], more: boolean, where: string): void {
  const found = new Set(labelsOf(atlas));
  const absent = labels.find((label) => !found.has(label));
  if (absent === undefined && new Set(labels).size === labels.length && (more || found.size === labels.length)) return;
  throw new InputError({
    where,
    problem:
      absent === undefined
        ? 'the label image is of another parcellation'
        : `the label image has no voxel with the label ${absent}`,
    expected: `${labels.length} different labels, one an ROI`,
    found: `${found.size} in the label image`,
    fix: 'check that the label image and the atlas belong together',
  });
}

function volumesOf({ dims }: NiftiHeader, where: string): number {
  const volumes = dims[3] ?? 1;
  if (volumes > 1 && volumes <= MOST_TIMEPOINTS) return volumes;
  throw new InputError({
    where,
    problem: volumes === 1 ? 'the image is a single volume, not a series' : 'the image has too many volumes',
    expected: `2 to ${MOST_TIMEPOINTS} volumes`,
    found: `${volumes}`,
  });
}

function meansOf(
  { sums, first, varies, broken }: VoxelSums,
  { rois: roiOf, sizes }: PlacedRois,
  { slope, intercept }: NiftiHeader,
  minimumCoverage: number,
  where: string,
): Omit<Parcellated, 'tr' | 'sha256'> {
  const rois = sizes.length;
  const timepoints = sums.length / rois;
  const counts = new Float64Array(rois);
  const constants = new Float64Array(rois);
  let notFinite = 0;
  for (let v = 0; v < roiOf.length; v++) {
    if (broken[v] !== 0) notFinite++;
    else if (varies[v] !== 0) counts[roiOf[v]]++;
    else constants[roiOf[v]] += first[v];
  }
  if (counts.every((count) => count === 0))
    throw new InputError({
      where,
      problem:
        notFinite === 0
          ? 'no voxel of an ROI has signal: all are constant'
          : 'no voxel of an ROI has finite numbers at all time points',
      fix: 'leave the scan out',
    });
  const coverage = sizes.map((size, roi) => (size === 0 ? 0 : counts[roi] / size));
  const isMissing = (roi: number) => counts[roi] === 0 || coverage[roi] < minimumCoverage;
  const missing = Array.from({ length: rois }, (_, roi) => roi).filter(isMissing);
  const values = new Float32Array(timepoints * rois);
  for (let roi = 0; roi < rois; roi++)
    if (!isMissing(roi))
      for (let t = 0; t < timepoints; t++)
        values[t * rois + roi] = (slope * (sums[t * rois + roi] - constants[roi])) / counts[roi] + intercept;
  if (!values.every(Number.isFinite))
    throw new InputError({ where, problem: 'the numbers of the image are beyond float32', fix: 'check its scaling' });
  return { values, timepoints, rois, coverage, missing, notFinite };
}
