import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { type IngestOptions, ingest } from '../../src/ingest/ingest.ts';
import { addFiles, madeBy, study } from '../preprocessors/study.ts';

const VOLUMES = 40;
const NODES = ['LH_Vis_1', 'LH_Vis_2', 'RH_Vis_1', 'RH_Vis_2', 'LH-Hippocampus'];
const SPACE = 'task-rest_space-MNI152NLin2009cAsym_seg-4S156Parcels';
const name = (person: number, ending: string) => `sub-0${person}/func/sub-0${person}_${SPACE}_${ending}`;
const value = (person: number, roi: number, t: number) => Math.sin((t + 1) * (roi + 1) * (0.3 + 0.1 * person));

/** Series as XCP-D writes them: `n/a` for the parcels that it saw too little of. */
function series(person: number, unseen: readonly string[] = []): string {
  const rows = Array.from({ length: VOLUMES }, (_, t) =>
    NODES.map((node, roi) => (unseen.includes(node) ? 'n/a' : value(person, roi, t))),
  );
  return [NODES, ...rows].map((row) => row.join('\t')).join('\n');
}

const table = (parts: readonly (number | string)[], nodes: readonly string[] = NODES) =>
  `Node\tcoverage\n${nodes.map((node, i) => `${node}\t${parts[i]}\n`).join('')}`;

/** Two people; of the first two parcels are covered by less than half, one of which XCP-D has left out itself. */
function outputs(): string {
  return study({
    'dataset_description.json': madeBy('XCP-D'),
    [name(1, 'stat-mean_timeseries.tsv')]: series(1, ['RH_Vis_2']),
    [name(1, 'stat-coverage_bold.tsv')]: table([0.9, 0.4, 1, 0.25, 0.75]),
    [name(2, 'stat-mean_timeseries.tsv')]: series(2),
    [name(2, 'stat-coverage_bold.tsv')]: table([1, 1, 0.5, 0.8, 1]),
  });
}

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function run(folder: string, options: Partial<IngestOptions> = {}) {
  const out = `${folder}.dataset`;
  made.push(out);
  const report = await ingest([folder], { out, overwrite: true, ...options });
  const dataset = openDataset(out);
  const read = dataset.scans.map((_, i) => Array.from(dataset.readSeries(i).values));
  dataset.close();
  return { ...report, dataset, read };
}

/** Indices of the ROIs that are zero all the time. */
function silent(values: readonly number[], rois: number): number[] {
  return Array.from({ length: rois }, (_, roi) => roi).filter((roi) =>
    values.every((x, at) => at % rois !== roi || x === 0),
  );
}

test('parcels that are covered by less than half become zeros, with a sentence that names scan and parcels', async () => {
  const { read, warnings, dataset } = await run(outputs());
  expect(read.map((values) => silent(values, 5))).toEqual([[1, 3], []]);
  for (const t of [0, 17, 39]) {
    expect(read[0][t * 5 + 2]).toBeCloseTo(value(1, 2, t), 6);
    expect(read[1][t * 5 + 1]).toBeCloseTo(value(2, 1, t), 6);
  }
  expect(dataset.scans.map(({ phenotype }) => phenotype.lowest_coverage)).toEqual(['0.250', '0.500']);
  const about = warnings.filter((warning) => warning.includes('signal in less than'));
  expect(about).toEqual([
    expect.stringMatching(
      /sub-01_\S+timeseries\.tsv: 2 ROIs have signal in less than 0\.5 of the voxels, and no series: LH_Vis_2 0\.40, RH_Vis_2 0\.25$/,
    ),
  ]);
});

test('--min-coverage sets the part; what XCP-D left out stays missing', async () => {
  const folder = outputs();
  const strict = await run(folder, { minimumCoverage: 0.85 });
  expect(strict.read.map((values) => silent(values, 5))).toEqual([
    [1, 3, 4],
    [2, 3],
  ]);
  const lax = await run(folder, { minimumCoverage: 0.1 });
  expect(lax.read.map((values) => silent(values, 5))).toEqual([[3], []]);
  expect(lax.warnings.join()).not.toContain('signal in less than');
});

test('of an atlas that is a part of the parcellation, and of a run of the columns, the same parcels count', async () => {
  const folder = outputs();
  writeFileSync(join(folder, 'cortex.txt'), '7Networks_RH_Vis_1\n7Networks_RH_Vis_2\n7Networks_LH_Vis_2\n');
  const cortex = await run(folder, { atlas: join(folder, 'cortex.txt') });
  expect(cortex.read.map((values) => silent(values, 3))).toEqual([[1, 2], []]);
  const range = await run(folder, { roiRange: { from: 2, to: 4 }, layout: 'time-roi' });
  expect(range.read.map((values) => silent(values, 3))).toEqual([[0, 2], []]);
});

test.each([
  ['other names', table([1, 1, 1, 1, 1], ['a', 'b', 'c', 'd', 'e']), 'does not name the ROI "LH_Vis_1"'],
  ['a name twice', table([1, 1, 1], ['LH_Vis_1', 'lh-vis-1', 'c']), 'names twice the ROI "lh-vis-1"'],
  [
    'per cent',
    table([90, 40, 100, 25, 75]),
    'row 2: the coverage of "LH_Vis_1" is no part of a whole, expected 0 to 1',
  ],
  ['words', table([1, 'high', 1, 1, 1]), 'row 3: the coverage of "LH_Vis_2" is no part of a whole'],
  ['another table', 'Node\tmean\na\t1\n', 'no table of coverage, expected a column "coverage", found Node, mean.'],
  ['nothing', '', 'the table is empty'],
  ['no parcel covered', table([0.1, 0.2, 0.3, 'n/a', 0]), 'no ROI with signal is left'],
])('a table of coverage with %s is refused in a sentence', async (_, content, message) => {
  const folder = outputs();
  addFiles(folder, { [name(2, 'stat-coverage_bold.tsv')]: content });
  await expect(run(folder)).rejects.toThrow(message);
});

test('a table without names goes by its order, when it is as long', async () => {
  const folder = outputs();
  addFiles(folder, { [name(2, 'stat-coverage_bold.tsv')]: 'coverage\n1\n1\n0.2\nn/a\n1\n' });
  expect((await run(folder)).read.map((values) => silent(values, 5))).toEqual([
    [1, 3],
    [2, 3],
  ]);
  addFiles(folder, { [name(2, 'stat-coverage_bold.tsv')]: 'coverage\n1\n1\n1\n' });
  await expect(run(folder)).rejects.toThrow('not of these series, expected 5 rows, as the series have ROIs, found 3');
});

test('series of parcels in CIFTI go by the same table', async () => {
  const { ptseries } = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/parcel-series.json'), 'utf8'));
  const at = (ending: string) => `sub-01/func/sub-01_task-rest_space-fsLR_seg-4S156Parcels_${ending}`;
  const folder = study({
    'dataset_description.json': madeBy('XCP-D'),
    [at('den-91k_stat-mean_timeseries.ptseries.nii')]: '',
    [at('stat-coverage_bold.tsv')]: table([1, 0.3, 0.6], ['LH_Vis_1', 'LH_Vis_2', 'RH_Vis_1']),
  });
  writeFileSync(
    join(folder, at('den-91k_stat-mean_timeseries.ptseries.nii')),
    gunzipSync(Buffer.from(ptseries, 'base64')),
  );
  const { read, warnings, dataset } = await run(folder);
  expect(silent(read[0], 3)).toEqual([1]);
  expect(read[0][2]).toBeCloseTo(Math.sin(1.2), 6);
  expect([dataset.scans[0].phenotype.lowest_coverage, dataset.scans[0].tr]).toEqual(['0.300', expect.closeTo(0.8, 6)]);
  expect(warnings.join()).toContain('1 ROI has signal in less than 0.5 of the voxels, and no series: LH_Vis_2 0.30');
});

test('mean motion comes from the table beside the series, where a table of participants does not say', async () => {
  const folder = outputs();
  const motion = (person: number, cells: readonly string[]) =>
    addFiles(folder, {
      [`sub-0${person}/func/sub-0${person}_task-rest_motion.tsv`]: `trans_x\tframewise_displacement\n${cells.map((fd) => `0\t${fd}\n`).join('')}`,
    });
  motion(1, ['n/a', '0.1', '0.3']);
  const { dataset } = await run(folder);
  expect(dataset.scans.map(({ phenotype }) => phenotype.mean_fd)).toEqual(['0.2000', '']);
  motion(2, ['0', 'much']);
  await expect(run(folder)).rejects.toThrow('motion.tsv row 3: the framewise displacement is no length, expected mm');
});

test('tables of older releases: a column "0", and parcels that are only counted', async () => {
  const folder = outputs();
  const counted = NODES.map((_, i) => `Parcel_${i + 1}`);
  addFiles(folder, {
    [name(1, 'stat-coverage_bold.tsv')]: table([0.9, 0.4, 1, 0.25, 0.75]).replace('coverage', '0'),
    [name(2, 'stat-coverage_bold.tsv')]: table([1, 0.1, 0.5, 0.8, 1], counted),
  });
  const { read } = await run(folder);
  expect(read.map((values) => silent(values, NODES.length))).toEqual([[1, 3], [1]]);
  // Counted in another order, they are not of these series.
  addFiles(folder, { [name(2, 'stat-coverage_bold.tsv')]: table([1, 0.1, 0.5, 0.8, 1], counted.toReversed()) });
  await expect(run(folder)).rejects.toThrow('the table of coverage does not name the ROI "LH_Vis_1"');
});
