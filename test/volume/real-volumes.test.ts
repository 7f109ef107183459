import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readHeader, readImage } from 'nifti-reader-js';
import { describe, expect, test } from 'vitest';
import { builtInAtlas } from '../../src/atlas/built-in.ts';
import { readText } from '../../src/files/atomic.ts';
import { parseTable } from '../../src/files/table.ts';
import { applyAffine, invertAffine } from '../../src/volume/affine.ts';
import type { LabelImage } from '../../src/volume/grid.ts';
import { readNiftiHeader } from '../../src/volume/nifti-file.ts';
import { parcellateVolume } from '../../src/volume/parcellate-volume.ts';
import { placeRois } from '../../src/volume/place-rois.ts';
import { labelsOf, readLabelImage } from '../../src/volume/read-label-image.ts';

const DATA = join(import.meta.dirname, '../../../shared/data');
const ATLASES = join(DATA, 'atlases');
const HAXBY = join(DATA, 'nifti-bold/haxby2001_sub001_25mm');
const SCHAEFER = join(ATLASES, 'Schaefer2018_100Parcels_7Networks_order_FSLMNI152_2mm.nii.gz');

/** Centre (RAS mm) and number of voxels of each label. */
function centres({ dims, affine, labels }: LabelImage): Map<number, { voxels: number; centre: number[] }> {
  const sums = new Map<number, { voxels: number; centre: number[] }>();
  for (const [voxel, label] of labels.entries()) {
    if (label === 0) continue;
    const [i, j, k] = [voxel % dims[0], Math.floor(voxel / dims[0]) % dims[1], Math.floor(voxel / (dims[0] * dims[1]))];
    const sum = sums.get(label) ?? { voxels: 0, centre: [0, 0, 0] };
    sums.set(label, sum);
    sum.voxels++;
    for (const [axis, at] of applyAffine(affine, i, j, k).entries()) sum.centre[axis] += at;
  }
  for (const sum of sums.values()) sum.centre = sum.centre.map((value) => value / sum.voxels);
  return sums;
}

/** The label at a point in RAS mm. */
function labelAt({ dims, affine, labels }: LabelImage, [x, y, z]: readonly [number, number, number]): number {
  const [i, j, k] = applyAffine(invertAffine(affine)!, x, y, z).map(Math.round);
  return labels[i + dims[0] * (j + dims[1] * k)];
}

/** The label whose centre is nearest to a point. */
function nearestOf(centred: ReturnType<typeof centres>, at: readonly number[]): number {
  const distance = ({ centre }: { centre: number[] }) => Math.hypot(...centre.map((value, axis) => value - at[axis]));
  return [...centred].reduce((best, one) => (distance(one[1]) < distance(best[1]) ? one : best))[0];
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** Stored numbers as another library reads them. */
function stored(path: string): Int16Array {
  const file = readFileSync(path);
  const bytes = Uint8Array.from(path.endsWith('.gz') ? gunzipSync(file) : file).buffer;
  return new Int16Array(readImage(readHeader(bytes), bytes));
}

describe.skipIf(!existsSync(DATA))('real images (skipped without ../shared/data)', () => {
  test.each([
    ['Schaefer2018_100Parcels_7Networks_order_FSLMNI152_2mm.nii.gz', 'schaefer100', 100],
    ['abide_CC200.nii.gz', 'cc200', 200],
    ['AAL116_2mm.nii.gz', 'aal116', 116],
    ['Schaefer2018_400Parcels_7Networks_2mm.nii.gz', 'schaefer400', 400],
  ])('%s has the labels of the atlas, each on its side of the brain', async (file, id, count) => {
    const image = await readLabelImage(join(ATLASES, file));
    expect(labelsOf(image)).toEqual(upTo(count));
    const found = centres(image);
    for (const [roi, { hemisphere, centroid }] of builtInAtlas(id).rois.entries()) {
      const { centre } = found.get(roi + 1)!;
      if (hemisphere !== undefined) expect(Math.sign(centre[0])).toBe(hemisphere === 'left' ? -1 : 1);
      if (centroid === undefined) continue;
      expect(nearestOf(found, centroid)).toBe(roi + 1);
      // Published with the volume as voxels of the ROI; centres of mass, as of AAL, may lie outside a bent one.
      if (id.startsWith('schaefer')) expect(labelAt(image, centroid)).toBe(roi + 1);
    }
  });

  test('CC200: sizes and centres of its table', async () => {
    const image = await readLabelImage(join(ATLASES, 'abide_CC200.nii.gz'));
    const found = centres(image);
    const lines = readText(join(ATLASES, 'CC200_ROI_labels.csv')).trim().split(/\r?\n/).slice(1);
    expect(lines).toHaveLength(200);
    for (const line of lines) {
      const [, label, voxels, ...centre] = /^(\d+),(\d+), \((.*?);(.*?);(.*?)\)/.exec(line)?.map(Number) ?? [];
      const roi = found.get(label)!;
      expect(roi.voxels).toBe(voxels);
      for (const axis of [0, 1, 2]) expect(Math.abs(roi.centre[axis] - centre[axis])).toBeLessThan(0.06);
    }
  });

  test.each([
    ['abide_CC200.nii.gz', 'overlap_cc200_to_schaefer100.csv', 200],
    ['Schaefer2018_400Parcels_7Networks_2mm.nii.gz', 'overlap_schaefer400_to_schaefer100.csv', 400],
  ])('%s on the grid of Schaefer-100: the overlap table', async (file, table, count) => {
    const schaefer = await readLabelImage(SCHAEFER);
    const { voxels, rois } = placeRois(schaefer, await readLabelImage(join(ATLASES, file)), upTo(count), SCHAEFER);
    const shared = new Map<string, number>();
    for (const [i, voxel] of voxels.entries()) {
      const key = `${schaefer.labels[voxel]} ${rois[i] + 1}`;
      shared.set(key, (shared.get(key) ?? 0) + 1);
    }
    const rows = parseTable(readText(join(ATLASES, table)), table).rows.map((row) => Object.values(row).map(Number));
    const inside = rows.filter(([target, source]) => target > 0 && source > 0);
    expect(inside.length).toBeGreaterThan(400);
    for (const [target, source, n] of inside) expect(shared.get(`${target} ${source}`)).toBe(n);
  });

  test.each(['gray', 'vt', 'white'])('Haxby: four runs by the mask %s, as another library reads them', async (name) => {
    const atlas = await readLabelImage(join(HAXBY, `masks_25mm/${name}.nii.gz`));
    const mask = await readLabelImage(join(HAXBY, 'masks_25mm/brain.nii.gz'));
    for (const run of [1, 2, 3, 4]) {
      const path = join(HAXBY, `task001_run00${run}/bold_25mm.nii.gz`);
      const result = await parcellateVolume(path, { atlas, labels: [1], mask });
      expect(result).toMatchObject({ timepoints: 121, rois: 1, tr: 2.5, notFinite: 0 });
      const numbers = stored(path);
      const size = atlas.labels.length;
      const series = (voxel: number) => Array.from({ length: 121 }, (_, t) => numbers[t * size + voxel]);
      const members = [...atlas.labels.keys()]
        .filter((voxel) => atlas.labels[voxel] === 1 && mask.labels[voxel] !== 0)
        .map(series)
        .filter((one) => one.some((value) => value !== one[0]));
      expect(members.length).toBeGreaterThan(0);
      expect(result.coverage[0]).toBeCloseTo(members.length / atlas.labels.filter((label) => label === 1).length, 12);
      for (let t = 0; t < 121; t++) {
        const mean = members.reduce((sum, one) => sum + one[t], 0) / members.length;
        expect(result.values[t]).toBeCloseTo(mean, 3);
      }
    }
  });

  test('headers of the others: a TR of 2000 "seconds" is not believed', async () => {
    const read = (name: string) => readNiftiHeader(join(DATA, 'nifti-bold/misc', name));
    expect(await read('functional.nii')).toMatchObject({ dims: [17, 21, 3, 20], tr: 2, affineFrom: 'sform' });
    expect(await read('example4d.nii.gz')).toMatchObject({ dims: [128, 96, 24, 2], tr: undefined });
    expect(await read('pcasl.nii.gz')).toMatchObject({ dims: [52, 68, 20, 10], tr: 2.54 });
  });

  test('an image in native space that lies elsewhere than the atlas is parcellated only where both are', async () => {
    const atlas = await readLabelImage(SCHAEFER);
    const image = join(DATA, 'nifti-bold/misc/functional.nii');
    const { coverage, missing } = await parcellateVolume(image, { atlas, labels: upTo(100) });
    // Three slices at the height of the commissures.
    expect(missing.length).toBeGreaterThan(50);
    expect(coverage.every((part) => part >= 0 && part <= 1)).toBe(true);
  });
});
