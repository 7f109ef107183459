/** @file Connectivity against the golden numbers of an independent statement of the method, where they are at hand. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectivity } from '../../src/connectivity/kinds.ts';
import { parseNpy } from '../../src/files/npy.ts';
import { parseNpz } from '../../src/files/npz.ts';

const GOLDEN = '../shared/golden/seed7';
const atHand = existsSync(join(GOLDEN, 'expected.npz'));

test.skipIf(!atHand)(`equal to ${GOLDEN} (skipped where the golden numbers are not at hand)`, () => {
  const npz = (name: string) => parseNpz(readFileSync(join(GOLDEN, name)), name);
  const expected = npz('expected.npz');
  const scans = expected.get('fc_pearson')!.shape[0];
  expect(scans).toBeGreaterThan(0);
  for (let scan = 0; scan < scans; scan++) {
    const series = readGoldenSeries(scan);
    const { rois } = series;
    const close = (name: string, found: ArrayLike<number>) => {
      const { data } = expected.get(name)!;
      let largest = 0;
      for (let k = 0; k < rois * rois; k++)
        largest = Math.max(largest, Math.abs(Number(data[scan * rois * rois + k]) - found[k]));
      expect(largest, `${name} of scan ${scan}`).toBeLessThan(1e-6);
    };
    close('fc_pearson', connectivity('pearson', series));
    close('fc_ledoit_wolf', connectivity('ledoit-wolf', series));
  }
});

/** Golden series are ROI x time. */
function readGoldenSeries(scan: number) {
  const file = join(GOLDEN, 'timeseries', `scan${String(scan).padStart(2, '0')}.npy`);
  const { shape, data } = parseNpy(readFileSync(file), file);
  const [rois, timepoints] = shape;
  const values = new Float32Array(timepoints * rois);
  for (let i = 0; i < rois; i++)
    for (let t = 0; t < timepoints; t++) values[t * rois + i] = Number(data[i * timepoints + t]);
  return { values, timepoints, rois };
}
