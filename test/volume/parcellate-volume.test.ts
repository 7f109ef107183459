import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { LabelImage } from '../../src/volume/grid.ts';
import { parcellateVolume } from '../../src/volume/parcellate-volume.ts';
import { labelsOf, readLabelImage } from '../../src/volume/read-label-image.ts';
import { gzipped, type ImageParts, imageFolder, niftiBytes, readFixture } from './image-files.ts';

const { write, unpack } = imageFolder();

interface Case {
  readonly name: string;
  readonly image: string;
  readonly atlas: string;
  readonly labels: readonly number[];
  readonly values: readonly number[];
  readonly coverage: readonly number[];
  readonly notFinite: number;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));
}

describe('equal to a naive NumPy statement, grid', () => {
  const cases = readFixture('parcellation.json') as readonly Case[];
  test.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const atlas = await readLabelImage(unpack('atlas.nii.gz', one.atlas));
    const path = unpack('bold.nii.gz', one.image);
    const result = await parcellateVolume(path, { atlas, labels: one.labels, minimumCoverage: 0 });
    expect(result).toMatchObject({ timepoints: 6, rois: 8, tr: 2, notFinite: one.notFinite });
    expect(result.sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
    expect(result.missing).toEqual(one.coverage.flatMap((part, roi) => (part === 0 ? [roi] : [])));
    expect(largestDifference(result.coverage, one.coverage)).toBeLessThan(1e-12);
    // float32 of numbers near 1000.
    expect(largestDifference(result.values, one.values)).toBeLessThan(1e-4);
  });
});

/** A brain of 12 x 10 x 8 voxels of 4 mm with eight ROIs, an octant each; series are known. */
const DIMS = [12, 10, 8] as const;
const AFFINE = [4, 0, 0, -22, 0, 4, 0, -18, 0, 0, 4, -14];
const octants = (dims: readonly number[], at: (i: number, j: number, k: number) => number) => {
  const out = new Int16Array(dims[0] * dims[1] * dims[2]);
  for (let k = 0, n = 0; k < dims[2]; k++)
    for (let j = 0; j < dims[1]; j++) for (let i = 0; i < dims[0]; i++) out[n++] = at(i, j, k);
  return out;
};
const octantOf = (x: number, y: number, z: number) => 1 + (x > 0 ? 1 : 0) + (y > 0 ? 2 : 0) + (z > 0 ? 4 : 0);
const LABELS = [1, 2, 3, 4, 5, 6, 7, 8];
const TIMEPOINTS = 5;
const seriesOf = (label: number, t: number) => 100 * label + ((t * label * 7) % 11);

async function atlasWith(scale: number): Promise<LabelImage> {
  const dims = DIMS.map((length) => length * scale);
  const size = 4 / scale;
  const offset = DIMS.map((length) => (-length * 4) / 2 + size / 2);
  const affine = [size, 0, 0, offset[0], 0, size, 0, offset[1], 0, 0, size, offset[2]];
  const values = octants(dims, (i, j, k) => octantOf(i * size + offset[0], j * size + offset[1], k * size + offset[2]));
  return readLabelImage(write('octants.nii.gz', gzipped(niftiBytes({ dims, affine, values }))));
}

/** A BOLD image in which every voxel of an octant has the octant's series, with noise that cancels over the octant. */
function bold(change: (values: Float32Array) => void = () => {}, more: Partial<ImageParts> = {}): string {
  const { dims = DIMS, affine = AFFINE } = more;
  const [nx, ny, nz] = dims;
  const values = new Float32Array(nx * ny * nz * TIMEPOINTS);
  for (let n = 0; n < values.length; n++) {
    const [i, j, k, t] = [
      n % nx,
      Math.floor(n / nx) % ny,
      Math.floor(n / (nx * ny)) % nz,
      Math.floor(n / (nx * ny * nz)),
    ];
    const at = (row: number) =>
      affine[4 * row] * i + affine[4 * row + 1] * j + affine[4 * row + 2] * k + affine[4 * row + 3];
    values[n] = seriesOf(octantOf(at(0), at(1), at(2)), t) + ((i + j + k) % 2 === 0 ? t * t : -t * t);
  }
  change(values);
  return write(
    'bold.nii',
    niftiBytes({
      dims: [...dims, TIMEPOINTS],
      affine,
      values,
      tr: 2,
      ...more,
      ...(more.dims ? { dims: [...more.dims, TIMEPOINTS] } : {}),
    }),
  );
}

const expected = (labels: readonly number[]) =>
  Array.from({ length: TIMEPOINTS }, (_, t) => labels.map((label) => seriesOf(label, t))).flat();

describe('known series come back', () => {
  test.each([
    ['the same grid', 1],
    ['an atlas of twice the resolution: halves are rounded one way', 2],
    ['an atlas of three times the resolution', 3],
  ])('%s', async (_, scale) => {
    const result = await parcellateVolume(bold(), { atlas: await atlasWith(scale), labels: LABELS });
    expect(Array.from(result.values)).toEqual(expected(LABELS));
    expect(Array.from(result.coverage)).toEqual(Array(8).fill(1));
    expect(result).toMatchObject({ missing: [], notFinite: 0, tr: 2 });
  });

  test.each([
    ['x from right to left', [12, 10, 8], [-4, 0, 0, 22, 0, 4, 0, -18, 0, 0, 4, -14]],
    ['axes z, x, y', [8, 12, 10], [0, 4, 0, -22, 0, 0, 4, -18, 4, 0, 0, -14]],
    ['twice the resolution', [24, 20, 16], [2, 0, 0, -23, 0, 2, 0, -19, 0, 0, 2, -15]],
  ])('%s', async (_, dims, affine) => {
    const atlas = await atlasWith(1);
    const result = await parcellateVolume(bold(undefined, { dims, affine }), { atlas, labels: LABELS });
    expect(Array.from(result.values)).toEqual(expected(LABELS));
    expect(Array.from(result.coverage)).toEqual(Array(8).fill(1));
  });

  test('ROIs come in the order of the labels, scaled as the header says', async () => {
    const labels = [5, 3, 8, 1, 2, 7, 4, 6];
    const atlas = await atlasWith(1);
    const result = await parcellateVolume(bold(undefined, { slope: 0.5, intercept: -3 }), { atlas, labels });
    expect(Array.from(result.values)).toEqual(expected(labels).map((value) => value / 2 - 3));
  });

  test('some of the labels only, when asked for', async () => {
    const atlas = await atlasWith(1);
    await expect(parcellateVolume(bold(), { atlas, labels: [3, 4] })).rejects.toThrow(
      'the label image is of another parcellation, expected 2 different labels, one an ROI, found 8 in the label image',
    );
    const { values } = await parcellateVolume(bold(), { atlas, labels: [3, 4], moreLabels: true });
    expect(Array.from(values)).toEqual(expected([3, 4]));
  });
});

const VOXELS = DIMS[0] * DIMS[1] * DIMS[2];
/** Flat indices of the voxels of an octant. */
const voxelsOf = (label: number) =>
  Array.from(octants(DIMS, (i, j, k) => octantOf(4 * i - 22, 4 * j - 18, 4 * k - 14)).entries())
    .filter(([, value]) => value === label)
    .map(([voxel]) => voxel);

describe('voxels without signal', () => {
  const parcellate = async (change: (values: Float32Array) => void, minimumCoverage?: number) =>
    parcellateVolume(bold(change), {
      atlas: await atlasWith(1),
      labels: LABELS,
      ...(minimumCoverage === undefined ? {} : { minimumCoverage }),
    });
  /** Over pairs of voxels next to each other in x, so that the noise still cancels. */
  const overwrite =
    (label: number, voxels: number, value: (old: number, t: number) => number) => (values: Float32Array) => {
      for (const voxel of voxelsOf(label).slice(0, voxels))
        for (let t = 0; t < TIMEPOINTS; t++) values[t * VOXELS + voxel] = value(values[t * VOXELS + voxel], t);
    };

  test.each([
    ['zeros', () => 0, 0],
    ['another constant', () => 12345.5, 0],
    ['NaN throughout', () => Number.NaN, 24],
    ['NaN from the third volume on', (old: number, t: number) => (t >= 2 ? Number.NaN : old), 24],
    ['infinite once', (old: number, t: number) => (t === 4 ? -Infinity : old), 24],
  ])('%s: do not count', async (_, value, notFinite) => {
    const result = await parcellate(overwrite(3, 24, value));
    expect(largestDifference(result.values, expected(LABELS))).toBeLessThan(1e-3);
    expect(result.coverage[2]).toBe(1 - 24 / 120);
    expect(result).toMatchObject({ missing: [], notFinite });
  });

  test('an ROI that is covered too little is missing: zeros, and named', async () => {
    const result = await parcellate(overwrite(3, 62, () => 0));
    expect(result.missing).toEqual([2]);
    expect(result.coverage[2]).toBe(58 / 120);
    const series = Array.from({ length: TIMEPOINTS }, (_, t) => result.values[t * 8 + 2]);
    expect(series).toEqual([0, 0, 0, 0, 0]);
    expect(
      (
        await parcellate(
          overwrite(3, 62, () => 0),
          0.4,
        )
      ).missing,
    ).toEqual([]);
    expect(
      (
        await parcellate(
          overwrite(3, 120, () => 0),
          0,
        )
      ).missing,
    ).toEqual([2]);
  });

  test('ROIs beyond the field of view are missing; those half within are covered by half', async () => {
    // The upper half of x is cut off, and of y all but 8 of 10.
    const small = bold(undefined, { dims: [6, 8, 8] });
    const result = await parcellateVolume(small, { atlas: await atlasWith(1), labels: LABELS });
    expect(result.missing).toEqual([1, 3, 5, 7]);
    expect(Array.from(result.coverage)).toEqual([1, 0, 0.6, 0, 1, 0, 0.6, 0]);
  });

  test('a mask on another grid takes voxels away', async () => {
    const values = octants([6, 5, 4], (_i, _j, k) => (k >= 2 ? 1 : 0));
    const affine = [8, 0, 0, -20, 0, 8, 0, -16, 0, 0, 8, -12];
    const mask = await readLabelImage(write('mask.nii', niftiBytes({ dims: [6, 5, 4], affine, values })));
    const result = await parcellateVolume(bold(), { atlas: await atlasWith(1), labels: LABELS, mask });
    expect(result.missing).toEqual([0, 1, 2, 3]);
    expect(Array.from(result.coverage)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });

  test('refuses a scan without any signal', async () => {
    await expect(parcellate((values) => values.fill(3))).rejects.toThrow(
      'no voxel of an ROI has signal: all are constant',
    );
    await expect(parcellate((values) => values.fill(Number.NaN, VOXELS, 2 * VOXELS))).rejects.toThrow(
      'no voxel of an ROI has finite numbers at all time points',
    );
    await expect(parcellate((values) => values.fill(3e38, VOXELS))).resolves.toBeDefined();
  });
});

describe('refuses', () => {
  const parcellate = async (more: Partial<ImageParts>, labels = LABELS) =>
    parcellateVolume(bold(undefined, more), { atlas: await atlasWith(1), labels });

  test('an image in another space, a singular affine, an image that does not say where it is', async () => {
    await expect(parcellate({ affine: AFFINE.map((value, i) => (i === 3 ? 5000 : value)) })).rejects.toThrow(
      'no voxel of the image lies in an ROI of the label image: they are in different spaces',
    );
    await expect(parcellate({ affine: AFFINE.map((value, i) => (i < 4 ? 0 : value)) })).rejects.toThrow(
      'the affine of the image is singular',
    );
    await expect(parcellate({ affine: AFFINE.map((value, i) => (i === 0 ? Number.NaN : value)) })).rejects.toThrow(
      'the affine of the image is singular',
    );
    await expect(parcellate({ affine: AFFINE.map((value) => value * 1e-6) })).rejects.toThrow(
      'the voxel sizes of the image and of the label image cannot both be right',
    );
    const values = new Float32Array(VOXELS * 2).map((_, i) => i);
    const unplaced = write('unplaced.nii', niftiBytes({ dims: [...DIMS, 2], values }));
    await expect(parcellateVolume(unplaced, { atlas: await atlasWith(1), labels: LABELS })).rejects.toThrow(
      'the image does not say where its voxels lie',
    );
    // Both silent, and equally large: made for each other.
    const labels = octants(DIMS, (i, j, k) => octantOf(4 * i - 22, 4 * j - 18, 4 * k - 14));
    const silent = await readLabelImage(write('silent.nii', niftiBytes({ dims: DIMS, values: labels })));
    expect((await parcellateVolume(unplaced, { atlas: silent, labels: LABELS })).missing).toEqual([]);
  });

  test('labels that are not there, twice, or a single volume', async () => {
    await expect(parcellate({}, [1, 2, 3, 4, 5, 6, 7, 9])).rejects.toThrow(
      'the label image has no voxel with the label 9',
    );
    await expect(parcellate({}, [1, 2, 3, 4, 5, 6, 7, 8, 8])).rejects.toThrow('different labels');
    const values = new Float32Array(VOXELS);
    const single = write('single.nii', niftiBytes({ dims: DIMS, affine: AFFINE, values }));
    const atlas = await atlasWith(1);
    await expect(parcellateVolume(single, { atlas, labels: labelsOf(atlas) })).rejects.toThrow(
      'the image is a single volume, not a series',
    );
  });
});
