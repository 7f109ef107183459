/** @file A parcellation or a mask from a NIfTI file. Node only. */
import { InputError } from '../errors/input-error.ts';
import { gridOf, type LabelImage } from './grid.ts';
import { readNiftiHeader, streamNumbers } from './nifti-file.ts';

/** The whole template at 0.5 mm has 58 million. Compressed, an image of one value takes a thousandth of its memory. */
const MOST_VOXELS = 2 ** 26;

/**
 * Reads an image of whole numbers, one volume; floats are accepted when they are whole, NaN counts as 0.
 *
 * @throws InputError as readNiftiHeader and streamNumbers, and when there are several volumes, too many voxels, a value that is no whole number
 *   from 0 to 2^31 - 1, or no label at all
 */
export async function readLabelImage(path: string): Promise<LabelImage> {
  const header = await readNiftiHeader(path);
  const grid = gridOf(header, path);
  const volumes = header.dims[3] ?? 1;
  if (volumes > 1)
    throw new InputError({
      where: path,
      problem: 'the label image has several volumes',
      expected: 'one, with a whole number for each ROI',
      found: `${volumes}`,
      fix: 'a probabilistic atlas has to be made into labels first',
    });
  const voxels = grid.dims[0] * grid.dims[1] * grid.dims[2];
  if (voxels > MOST_VOXELS)
    throw new InputError({
      where: path,
      problem: 'the label image is too large to be believed',
      expected: `at most ${MOST_VOXELS} voxels`,
      found: grid.dims.join(' x '),
      fix: 'resample it to the voxel size of the images',
    });
  const labels = new Int32Array(voxels);
  const { slope, intercept } = header;
  let any = 0;
  await streamNumbers(path, header, labels.length, (values, _, start) => {
    for (let i = 0; i < values.length; i++) {
      const label = slope * values[i] + intercept;
      labels[start + i] = label;
      if (labels[start + i] !== label || label < 0) {
        if (!Number.isNaN(label)) throw notALabel(label, path);
      }
      any |= labels[start + i];
    }
  });
  if (any === 0) throw new InputError({ where: path, problem: 'the label image holds no label, only zeros' });
  return { ...grid, labels };
}

function notALabel(value: number, where: string): InputError {
  return new InputError({
    where,
    problem: 'the image is no label image',
    expected: 'whole numbers from 0 to 2147483647',
    found: `${value}`,
    fix: 'pass the parcellation, not a statistical or probabilistic map',
  });
}

/** The labels that occur, ascending, without 0. */
export function labelsOf({ labels }: LabelImage): number[] {
  const seen = new Set<number>();
  let last = 0;
  for (let v = 0; v < labels.length; v++) {
    if (labels[v] === last) continue;
    last = labels[v];
    seen.add(last);
  }
  seen.delete(0);
  return [...seen].sort((a, b) => a - b);
}
