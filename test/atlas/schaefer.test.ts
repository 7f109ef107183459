import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtInAtlas } from '../../src/atlas/built-in.ts';
import { isSchaefer, schaeferIn17NetworkOrder, schaeferRois } from '../../src/atlas/schaefer.ts';
import { labelCentroids } from '../../src/volume/label-centroids.ts';
import { labelsOf, readLabelImage } from '../../src/volume/read-label-image.ts';

const DATA = join(import.meta.dirname, '../../../shared/data/atlases');
const NETWORKS = ['Vis', 'SomMot', 'DorsAttn', 'SalVentAttn', 'Limbic', 'Cont', 'Default'];
const [, ...published] = readFileSync(join(import.meta.dirname, 'fixtures/schaefer-17-networks.txt'), 'utf8')
  .trim()
  .split(/\n\n/)
  .map((block) => block.split(/\s+/));
const SIZES = [100, 200, 300, 400] as const;
const placesOf = (parcels: (typeof SIZES)[number]) => schaeferRois(parcels).map(({ centroid }) => String(centroid));

describe.each(SIZES)('Schaefer-%i', (parcels) => {
  const rois = schaeferRois(parcels);

  test('has that many ROIs, no name and no place twice, left before right, networks together', () => {
    expect(rois).toHaveLength(parcels);
    expect(new Set(rois.map(({ name }) => name)).size).toBe(parcels);
    expect(new Set(placesOf(parcels)).size).toBe(parcels);
    for (const side of [0, 1]) {
      const half = rois.slice((side * parcels) / 2, ((side + 1) * parcels) / 2);
      const networks = half.map(({ network }) => network);
      expect(networks.filter((network, i) => network !== networks[i - 1])).toEqual(NETWORKS);
      for (const { name, hemisphere, centroid, network } of half) {
        expect(hemisphere).toBe(side === 0 ? 'left' : 'right');
        expect(name.startsWith(`7Networks_${side === 0 ? 'LH' : 'RH'}_${network}`)).toBe(true);
        const [x, y, z] = centroid ?? [];
        // The cortex in MNI152: 73 mm to either side, 107 behind to 73 before, 50 below to 82 above.
        expect(side === 0 ? -x! : x).toBeGreaterThan(0);
        expect(Math.abs(x!)).toBeLessThan(73);
        expect(Math.abs(y! + 17)).toBeLessThan(90);
        expect(Math.abs(z! - 16)).toBeLessThan(66);
      }
    }
  });

  test('has the same parcels in 17-network order, as published', () => {
    const order = Array.from(schaeferIn17NetworkOrder(parcels));
    const places = placesOf(parcels);
    expect([...order].sort((a, b) => a - b)).toEqual([...order.keys()]);
    expect(order).not.toEqual([...order.keys()]);
    expect(order.map((label) => places[label])).toEqual(published[SIZES.indexOf(parcels)]);
  });
});

test('there are no others', () => {
  expect([100, 250, 400, 1000, Number.NaN].map(isSchaefer)).toEqual([true, false, true, false, false]);
});

describe.skipIf(!existsSync(DATA))('against label images (skipped without ../shared/data)', () => {
  const farthest = async (id: string, file: string) => {
    const image = await readLabelImage(join(DATA, file));
    const labels = labelsOf(image);
    const { rois } = builtInAtlas(id);
    expect(labels).toEqual(rois.map((_, i) => i + 1));
    return labelCentroids(image, labels).map((centre, i) =>
      Math.max(...centre.map((mm, axis) => Math.abs(mm - (rois[i].centroid?.[axis] ?? Number.NaN)))),
    );
  };

  test('AAL-116: means of the voxels, rounded to mm', async () => {
    for (const distance of await farthest('aal116', 'AAL116_2mm.nii.gz'))
      expect(distance).toBeLessThanOrEqual(0.5 + 1e-6);
  });

  test('Schaefer-100: means of the voxels to a voxel, but where these lie outside a bent parcel', async () => {
    const distances = await farthest('schaefer100', 'Schaefer2018_100Parcels_7Networks_order_FSLMNI152_2mm.nii.gz');
    expect(distances.filter((distance) => distance > 2).length).toBeLessThanOrEqual(10);
    expect(Math.max(...distances)).toBeLessThan(7);
  });

  test('Schaefer-400: the same in the image of another template, and the names of its list', async () => {
    const distances = await farthest('schaefer400', 'Schaefer2018_400Parcels_7Networks_2mm.nii.gz');
    expect(Math.max(...distances)).toBeLessThan(3);
    const lines = readFileSync(join(DATA, 'Schaefer2018_400Parcels_7Networks_order_info.txt'), 'utf8');
    const names = lines.split(/\r?\n/).filter((line) => line.startsWith('7Networks_'));
    expect(schaeferRois(400).map(({ name }) => name)).toEqual(names);
  });
});
