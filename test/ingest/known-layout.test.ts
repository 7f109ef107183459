import { rmSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { type IngestOptions, ingest } from '../../src/ingest/ingest.ts';
import { study } from '../preprocessors/study.ts';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const value = (t: number, roi: number) => Math.sin((t + 1) * (roi + 1) * 0.37);

function lines(rows: number, columns: number, cell: (row: number, column: number) => number): string {
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) => cell(r, c).toFixed(6)).join(','),
  ).join('\n');
}

async function run(files: Record<string, string>, options: Partial<IngestOptions>) {
  const folder = study(files);
  const out = `${folder}.dataset`;
  made.push(out);
  await ingest([folder], { out, ...options });
  const dataset = openDataset(out);
  const { values, timepoints, rois } = dataset.readSeries(0);
  dataset.close();
  return { first: [...values.subarray(0, 2)], timepoints, rois };
}

const ABIDE = 'Outputs/cpac/nofilt_noglobal/rois_cc200/UCLA_1_0051200_rois_cc200.1D';

test('series of a known program have time in rows, as many time points as they have', async () => {
  const square = await run({ [ABIDE]: lines(30, 30, value) }, { atlas: '30' });
  expect(square.first).toEqual([value(0, 0), value(0, 1)].map((x) => expect.closeTo(x, 5)));
  // As many time points as the atlas has ROIs: not the atlas of these files.
  await expect(run({ [ABIDE]: lines(30, 40, value) }, { atlas: '30' })).rejects.toThrow(
    'wrong ROI count in layout time-roi, expected 30 ROIs, found 40 (and 30 time points)',
  );
  // No atlas is named: the columns are the ROIs.
  expect(await run({ [ABIDE]: lines(30, 40, value) }, {})).toMatchObject({ timepoints: 30, rois: 40 });
});

test('what the person says of the layout goes before; the tables of old C-PAC have regions in rows', async () => {
  const turned = { [ABIDE]: lines(30, 40, value) };
  expect(await run(turned, { atlas: '30', layout: 'roi-time' })).toMatchObject({ timepoints: 40, rois: 30 });
  const header = ['node/volume', ...Array.from({ length: 40 }, (_, t) => t)].join(',');
  const rows = lines(30, 40, (roi, t) => value(t, roi)).split('\n');
  const table = [header, ...rows.map((row, i) => `${i + 1},${row}`)].join('\n');
  const old = 'pipeline_a/0051466_session_1/roi_timeseries/_scan_rest_1/_mask_CC200/roi_CC200.csv';
  expect(await run({ [old]: table }, { atlas: '30' })).toMatchObject({
    timepoints: 40,
    rois: 30,
    first: [value(0, 0), value(0, 1)].map((x) => expect.closeTo(x, 5)),
  });
});
