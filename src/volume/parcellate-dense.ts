/** @file From a dense CIFTI series (`.dtseries.nii`) to one series an ROI. Node only: the file is streamed. */
import { InputError } from '../errors/input-error.ts';
import type { LabelMap } from './cifti-axes.ts';
import { streamNumbers } from './nifti-file.ts';
import { MINIMUM_COVERAGE, type Parcellated } from './parcellated.ts';
import {
  type PlacedGrayordinates,
  placeGrayordinates,
  placesOfLabels,
  placesOfParcels,
  type RoiPlaces,
} from './place-grayordinates.ts';
import { type Cifti, checkTimepoints, readCifti, wrongKind } from './read-cifti.ts';

export interface ParcellateDenseOptions {
  /** A `.dlabel.nii`, or a `.ptseries.nii` or `.pconn.nii`, whose parcels are taken in their order. */
  readonly parcels: string;
  /** Of a `.dlabel.nii`: keys of the ROIs in their order; when absent, all that occur, ascending, but for 0. */
  readonly labels?: readonly number[];
  /** The map may hold further labels than `labels`, which are left out. Else they are a sign of another parcellation. */
  readonly moreLabels?: boolean;
  /** Of a `.dlabel.nii` with several maps: the name of the one that is meant. */
  readonly map?: string;
  /** 0 to 1; {@link MINIMUM_COVERAGE} when absent. */
  readonly minimumCoverage?: number;
}

/**
 * The mean series of each ROI over those of its vertices and voxels that have signal: that are finite at all time points
 * and not constant. Coverage counts all vertices and voxels that the parcellation gives the ROI; below `minimumCoverage` the
 * ROI is missing (zeros).
 *
 * @throws InputError when a file is no CIFTI-2 file of its kind, the two are on different meshes, or nothing has signal
 */
export async function parcellateDense(path: string, options: ParcellateDenseOptions): Promise<Parcellated> {
  const cifti = await readCifti(path);
  const { header, columns, rows } = cifti;
  if (columns.kind !== 'series' || rows.kind !== 'grayordinates') throw wrongKind(cifti, 'a dense series', path);
  const timepoints = columns.length;
  checkTimepoints(timepoints, path);
  const { places, roiNames } = await readParcels(options);
  const placed = placeGrayordinates(rows, places, path);
  const { sums, counts, notFinite, sha256 } = await sumSeries(path, cifti, placed, timepoints);
  if (counts.every((count) => count === 0))
    throw new InputError({
      where: path,
      problem: 'no vertex or voxel of an ROI has signal',
      fix: 'leave the scan out',
    });
  const rois = counts.length;
  const coverage = counts.map((count, roi) => (placed.sizes[roi] === 0 ? 0 : count / placed.sizes[roi]));
  const minimumCoverage = options.minimumCoverage ?? MINIMUM_COVERAGE;
  const isMissing = (roi: number) => counts[roi] === 0 || coverage[roi] < minimumCoverage;
  const values = new Float32Array(timepoints * rois);
  for (let roi = 0; roi < rois; roi++)
    if (!isMissing(roi))
      for (let t = 0; t < timepoints; t++)
        values[t * rois + roi] = (header.slope * sums[roi * timepoints + t]) / counts[roi] + header.intercept;
  if (!values.every(Number.isFinite))
    throw new InputError({
      where: path,
      problem: 'the numbers of the series are beyond float32',
      fix: 'check its scaling',
    });
  const missing = Array.from({ length: rois }, (_, roi) => roi).filter(isMissing);
  return { values, timepoints, rois, roiNames, coverage, missing, notFinite, tr: columns.tr, sha256 };
}

/** Sums over ROIs, `[rois, timepoints]`, and how many grayordinates went in. A row of the file is one grayordinate. */
async function sumSeries(path: string, { header }: Cifti, { rois, sizes }: PlacedGrayordinates, timepoints: number) {
  const sums = new Float64Array(sizes.length * timepoints);
  const counts = new Float64Array(sizes.length);
  const series = new Float64Array(timepoints);
  let notFinite = 0;
  const { sha256 } = await streamNumbers(path, header, timepoints, (numbers, row, at) => {
    if (rois[row] < 0) return;
    series.set(numbers, at);
    if (at + numbers.length < timepoints) return;
    if (!series.every(Number.isFinite)) notFinite++;
    else if (series.some((value) => value !== series[0])) {
      counts[rois[row]]++;
      const start = rois[row] * timepoints;
      for (let t = 0; t < timepoints; t++) sums[start + t] += series[t];
    }
  });
  return { sums, counts, notFinite, sha256 };
}

/** Where the ROIs of a CIFTI file with labels or parcels are, and their names. @throws InputError when it is none */
export async function readParcels(options: ParcellateDenseOptions): Promise<{ places: RoiPlaces; roiNames: string[] }> {
  const path = options.parcels;
  const cifti = await readCifti(path);
  const { columns, rows } = cifti;
  if (rows.kind === 'parcels')
    return {
      places: placesOfParcels(rows.parcels, rows.space, path),
      roiNames: rows.parcels.map(({ name }) => name),
    };
  if (rows.kind !== 'grayordinates' || columns.kind !== 'labels') throw wrongKind(cifti, 'labels or parcels', path);
  const map = chooseMap(columns.maps, options.map, path);
  const keys = await readKeys(path, cifti, map);
  const labels = options.labels ?? [...new Set(keys)].filter((key) => key !== 0).sort((a, b) => a - b);
  const roiOf = new Map(labels.map((label, roi) => [label, roi]));
  const occurring = new Set(keys);
  occurring.delete(0);
  const absent = labels.find((label) => !occurring.has(label));
  const more = occurring.size > labels.length && options.moreLabels !== true;
  if (absent !== undefined || more || roiOf.size !== labels.length || labels.length === 0)
    throw new InputError({
      where: path,
      problem: absent === undefined ? 'the labels are of another parcellation' : `nothing has the label ${absent}`,
      expected: `${labels.length} different labels, one an ROI`,
      found: `${occurring.size} in the file`,
      fix: 'check that the label file and the atlas belong together',
    });
  const rois = Int32Array.from(keys, (key) => roiOf.get(key) ?? -1);
  return {
    places: placesOfLabels(rows, rois, labels.length, path),
    roiNames: labels.map((label) => columns.maps[map].labels.get(label) ?? String(label)),
  };
}

function chooseMap(maps: readonly LabelMap[], name: string | undefined, where: string): number {
  const index = name === undefined ? 0 : maps.findIndex((map) => map.name === name);
  if (index >= 0 && (name !== undefined || maps.length === 1)) return index;
  throw new InputError({
    where,
    problem: name === undefined ? 'the file holds several label maps' : `there is no label map "${name}"`,
    expected: maps.map((map) => `"${map.name}"`).join(', '),
    fix: 'name one',
  });
}

async function readKeys(path: string, { header, columns, rows }: Cifti, map: number): Promise<Int32Array> {
  const keys = new Int32Array(rows.length);
  await streamNumbers(path, header, columns.length, (numbers, row, at) => {
    const key = header.slope * numbers[map - at] + header.intercept;
    if (map < at || map >= at + numbers.length) return;
    keys[row] = key;
    if (keys[row] !== key)
      throw new InputError({ where: path, problem: 'a label is no whole number', found: `${key}` });
  });
  return keys;
}
