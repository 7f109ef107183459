/** @file CIFTI-2 files: the axes of the matrix, and the files whose matrix is one of parcels. Node only. */
import { InputError } from '../errors/input-error.ts';
import { type CiftiAxis, ciftiAxis } from './cifti-axes.ts';
import { parseCiftiXml } from './cifti-xml.ts';
import { readExtensions, readNiftiHeader, streamNumbers } from './nifti-file.ts';
import type { NiftiHeader } from './nifti-header.ts';
import { MOST_TIMEPOINTS, type Parcellated } from './parcellated.ts';

export interface Cifti {
  readonly header: NiftiHeader;
  /** Along a row, which is the fastest in the file: the time points of a series, the maps of labels. */
  readonly columns: CiftiAxis;
  /** Grayordinates or parcels. */
  readonly rows: CiftiAxis;
}

/**
 * Reads what a CIFTI-2 file holds, but for its numbers.
 *
 * @throws InputError when it is no CIFTI-2 file of two axes, or its header is damaged
 */
export async function readCifti(path: string): Promise<Cifti> {
  const header = await readNiftiHeader(path);
  const maps = parseCiftiXml(await readExtensions(path, header), header.littleEndian, path);
  const axisOf = (dimension: string) => {
    const map = maps.find(({ AppliesToMatrixDimension }) => AppliesToMatrixDimension.split(',').includes(dimension));
    if (map === undefined)
      throw new InputError({ where: path, problem: `the CIFTI header does not say what axis ${dimension} is` });
    return ciftiAxis(map, path);
  };
  const [columns, rows] = [axisOf('0'), axisOf('1')];
  const expected = [1, 1, 1, 1, columns.length, rows.length];
  if (!expected.every((length, axis) => length === header.dims[axis]) || header.dims.slice(6).some((n) => n !== 1))
    throw new InputError({
      where: path,
      problem: 'the matrix is not of the size that the CIFTI header says',
      expected: expected.join(' x '),
      found: header.dims.join(' x '),
      fix: 'copy it again',
    });
  return { header, columns, rows };
}

/** Refuses a file of another kind. */
export function wrongKind({ columns, rows }: Cifti, expected: string, where: string): InputError {
  return new InputError({
    where,
    problem: 'a CIFTI file of another kind',
    expected,
    found: `${rows.kind} x ${columns.kind}`,
  });
}

/** Time points of a series. @throws InputError when there are fewer than two, or too many to be believed */
export function checkTimepoints(timepoints: number, where: string): void {
  if (timepoints >= 2 && timepoints <= MOST_TIMEPOINTS) return;
  throw new InputError({
    where,
    problem: 'not a series',
    expected: `2 to ${MOST_TIMEPOINTS} time points`,
    found: `${timepoints}`,
  });
}

/**
 * The series of parcels (`.ptseries.nii`). A parcel that is NaN throughout (what XCP-D writes for one that was covered too
 * little) or constant is missing, with coverage 0; how well the others were covered the file does not say: 1.
 *
 * @throws InputError as {@link readCifti}, when it is another kind of CIFTI file, and for a parcel that is NaN or infinite
 *   at some time points only
 */
export async function readParcelSeries(path: string): Promise<Parcellated> {
  const cifti = await readCifti(path);
  const { header, columns, rows } = cifti;
  if (columns.kind !== 'series' || rows.kind !== 'parcels') throw wrongKind(cifti, 'series of parcels', path);
  const [timepoints, rois] = [columns.length, rows.length];
  checkTimepoints(timepoints, path);
  const values = new Float32Array(timepoints * rois);
  const { sha256 } = await streamNumbers(path, header, timepoints, (numbers, roi, at) => {
    for (let i = 0; i < numbers.length; i++)
      values[(at + i) * rois + roi] = header.slope * numbers[i] + header.intercept;
  });
  const coverage = Float64Array.from({ length: rois }, (_, roi) => (hasSignal(values, roi, rois, path) ? 1 : 0));
  const missing = Array.from({ length: rois }, (_, roi) => roi).filter((roi) => coverage[roi] === 0);
  for (const roi of missing) for (let t = 0; t < timepoints; t++) values[t * rois + roi] = 0;
  const roiNames = rows.parcels.map(({ name }) => name);
  return { values, timepoints, rois, roiNames, coverage, missing, notFinite: 0, tr: columns.tr, sha256 };
}

function hasSignal(values: Float32Array, roi: number, rois: number, where: string): boolean {
  const timepoints = values.length / rois;
  let varies = false;
  let finite = 0;
  for (let at = roi; at < values.length; at += rois) {
    if (Number.isFinite(values[at])) finite++;
    if (values[at] !== values[roi]) varies = true;
  }
  if (finite === timepoints) return varies;
  if (finite === 0) return false;
  throw new InputError({
    where,
    problem: `parcel ${roi + 1} is NaN or infinite at ${timepoints - finite} of ${timepoints} time points`,
    expected: 'finite numbers, or NaN throughout for a parcel without signal',
    fix: 'leave the scan out',
  });
}

/** Connectivity of parcels. */
export interface ParcelConnectivity {
  readonly roiNames: readonly string[];
  readonly rois: number;
  /** `[rois, rois]`, row-major, as in the file: NaN where it has no value. */
  readonly values: Float32Array;
  /** Of the file, hex. */
  readonly sha256: string;
}

/**
 * The connectivity of parcels (`.pconn.nii`).
 *
 * @throws InputError as {@link readCifti}, and when the two axes are not the same parcels
 */
export async function readParcelConnectivity(path: string): Promise<ParcelConnectivity> {
  const cifti = await readCifti(path);
  const { header, columns, rows } = cifti;
  if (columns.kind !== 'parcels' || rows.kind !== 'parcels') throw wrongKind(cifti, 'parcels x parcels', path);
  const roiNames = rows.parcels.map(({ name }) => name);
  if (columns.length !== rows.length || columns.parcels.some(({ name }, i) => name !== roiNames[i]))
    throw new InputError({ where: path, problem: 'the rows of the matrix are other parcels than its columns' });
  const rois = rows.length;
  const values = new Float32Array(rois * rois);
  const { sha256 } = await streamNumbers(path, header, rois, (numbers, row, at) => {
    for (let i = 0; i < numbers.length; i++) values[row * rois + at + i] = header.slope * numbers[i] + header.intercept;
  });
  return { roiNames, rois, values, sha256 };
}
