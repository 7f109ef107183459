/** @file A scan from an image: a 4D NIfTI, or CIFTI series of parcels or grayordinates. Node only. */
import { InputError } from '../errors/input-error.ts';
import type { Content } from '../preprocessors/found.ts';
import { checkSeries } from '../series/check-series.ts';
import { missingRois } from '../series/missing-rois.ts';
import { parcellateDense } from '../volume/parcellate-dense.ts';
import { parcellateVolume } from '../volume/parcellate-volume.ts';
import { MINIMUM_COVERAGE, type Parcellated } from '../volume/parcellated.ts';
import { readParcelSeries } from '../volume/read-cifti.ts';
import { readLabelImage } from '../volume/read-label-image.ts';
import { refuseOtherOrder } from './roi-order.ts';
import type { ReadingRules, ScanFile, ScanRead } from './scan-to-read.ts';
import { silenceUncovered } from './silence-uncovered.ts';

/** A TR that a sidecar rounds is still the same. */
const SAME_TR = 0.01;

/** @throws InputError when it cannot be read, is not of the parcellation, or the parcellation does not fit it */
export async function readImageScan(file: ScanFile, rules: ReadingRules): Promise<ScanRead> {
  const { where } = file;
  const { values, timepoints, rois, roiNames, coverage, missing, notFinite, tr, sha256 } = await parcellated(
    file,
    rules,
  );
  const expected = rules.overlap?.sources ?? rules.atlas.rois.length;
  if (rois !== expected && !(rules.overlap !== undefined && rois > expected))
    throw new InputError({
      where,
      problem: 'the image has another number of ROIs than the atlas',
      expected: `${expected}`,
      found: `${rois}`,
      fix: 'check --atlas and --labels',
    });
  const series = { values, timepoints, rois };
  // An ROI with too little coverage is zeros, which looks constant.
  if (missing.length === rois) throw noCoverage(coverage, rules, where);
  checkSeries(series, where);
  const notes: string[] = [];
  if (tr !== undefined && file.tr !== undefined && Math.abs(tr / file.tr - 1) > SAME_TR)
    notes.push(
      `${where}: the header says a repetition time of ${tr} s, the sidecar or table ${file.tr} s, which counts`,
    );
  if (notFinite > 0)
    notes.push(`${where}: ${notFinite} voxels or vertices of ROIs hold NaN or infinite numbers and were left out`);
  const lowest = coverage.reduce((a, b) => Math.min(a, b), 1);
  const minimum = rules.minimumCoverage;
  const covered =
    file.coverage === undefined ? undefined : silenceUncovered(series, roiNames, file.coverage, { minimum, where });
  return {
    series,
    facts: {
      sha256,
      rois,
      missing: covered === undefined ? missing.length : missingRois(series).length,
      ...(tr === undefined ? {} : { tr }),
      measures: covered?.measures ?? { lowest_coverage: lowest.toFixed(3) },
      notes: [...notes, ...(covered?.notes ?? [])],
    },
  };
}

function noCoverage(coverage: Float64Array, { minimumCoverage }: ReadingRules, where: string): InputError {
  return new InputError({
    where,
    problem: 'no ROI has signal in enough of its voxels',
    expected: `${minimumCoverage ?? MINIMUM_COVERAGE} of them`,
    found: `at most ${coverage.reduce((a, b) => Math.max(a, b), 0).toFixed(2)}`,
    fix: 'leave this scan out, or pass a lower --min-coverage',
  });
}

async function parcellated({ path, where, content, mask }: ScanFile, rules: ReadingRules): Promise<Parcellated> {
  const { parcellation, atlas, overlap } = rules;
  const minimum = rules.minimumCoverage === undefined ? {} : { minimumCoverage: rules.minimumCoverage };
  if (content === 'parcel-series') {
    const read = await readParcelSeries(path);
    if (overlap === undefined) refuseOtherOrder(read.roiNames, atlas, { what: 'parcel', where });
    return read;
  }
  if (parcellation?.kind === 'image' && content === 'volume')
    return parcellateVolume(path, {
      atlas: parcellation.image,
      labels: parcellation.labels,
      ...(mask === undefined ? {} : { mask: await readLabelImage(mask) }),
      ...minimum,
    });
  if (parcellation?.kind === 'cifti' && content === 'dense-series')
    return parcellateDense(path, { parcels: parcellation.path, ...minimum });
  throw noPlaces(where, content);
}

/** Of an image nobody knows where its ROIs are; connectivity is no series at all. */
export function noPlaces(where: string, content: Content): InputError {
  if (content === 'connectivity')
    return new InputError({
      where,
      problem: 'the file holds connectivity, not series',
      fix: 'pass --connectivity to make a data set of matrices',
    });
  const volume = content === 'volume';
  return new InputError({
    where,
    problem: volume ? 'the scan is an image of voxels' : 'the scan is a dense CIFTI series',
    expected: `a ${volume ? 'label image' : 'CIFTI file with labels or parcels'} that says where the ROIs are`,
    fix: `pass --labels PARCELLATION.${volume ? 'nii.gz' : 'dlabel.nii'}, and --atlas with the names of its ROIs`,
  });
}
