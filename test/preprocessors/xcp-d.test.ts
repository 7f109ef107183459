import { expect, test } from 'vitest';
import { discover } from '../../src/preprocessors/discover.ts';
import { addFiles, found, madeBy, scan, skips, study } from './study.ts';

const SPACE = 'space-MNI152NLin2009cAsym';

/** Files of one run, as XCP-D 0.10 writes them with `--atlases 4S156Parcels Gordon`. */
function run(source: string, folder: string): string[] {
  const atlases = ['4S156Parcels', 'Gordon'].flatMap((atlas) => [
    `${SPACE}_seg-${atlas}_stat-mean_timeseries.tsv`,
    `${SPACE}_seg-${atlas}_stat-coverage_bold.tsv`,
    `${SPACE}_seg-${atlas}_stat-pearsoncorrelation_relmat.tsv`,
    `${SPACE}_seg-${atlas}_stat-pearsoncorrelation_desc-100volumes_relmat.tsv`,
    `${SPACE}_seg-${atlas}_stat-alff_bold.tsv`,
  ]);
  const others = [
    'outliers.tsv',
    'motion.tsv',
    'desc-preproc_design.tsv',
    `${SPACE}_desc-linc_qc.tsv`,
    `${SPACE}_res-2_desc-denoised_bold.nii.gz`,
    `${SPACE}_res-2_desc-denoisedSmoothed_bold.nii.gz`,
    `${SPACE}_res-2_stat-reho_boldmap.nii.gz`,
  ];
  return [...atlases, ...others].map((ending) => `${folder}/${source}_${ending}`);
}

const TREE = {
  'dataset_description.json': madeBy('XCP-D', 'fMRIPrep'),
  'atlases/dataset_description.json': madeBy('AtlasPack'),
  'atlases/atlas-Gordon/atlas-Gordon_dseg.tsv': '',
  'sub-01.html': '',
  ...Object.fromEntries(
    [
      ...run('sub-01_ses-1_task-rest_run-01', 'sub-01/ses-1/func'),
      ...run('sub-01_ses-1_task-rest_run-02', 'sub-01/ses-1/func'),
      ...run('sub-02_ses-1_task-rest', 'sub-02/ses-1/func'),
    ].map((name) => [name, '']),
  ),
  // Runs joined by --combine-runs.
  [`sub-01/ses-1/func/sub-01_ses-1_task-rest_${SPACE}_seg-Gordon_stat-mean_timeseries.tsv`]: '',
  [`sub-01/ses-1/func/sub-01_ses-1_task-rest_run-01_${SPACE}_seg-Gordon_stat-mean_timeseries.json`]: { Sources: [] },
  'sub-02/ses-1/func/sub-02_ses-1_task-rest_bold.json': { RepetitionTime: 0.8 },
};

test('parcellated series with their coverage and motion; one of several parcellations has to be chosen', () => {
  const folder = study(TREE);
  expect(() => discover(folder)).toThrow(
    'the scans are of 2 parcellations, found 4S156Parcels: 3, Gordon: 3; choose one with --parcellation.',
  );
  const discovery = found(folder, { atlas: 'gordon' });
  const series = (source: string, at: string, more: object) =>
    scan('xcp-d', 'series', `${at}/${source}_${SPACE}_seg-Gordon_stat-mean_timeseries.tsv`, {
      task: 'rest',
      space: 'MNI152NLin2009cAsym',
      atlas: 'Gordon',
      coverage: `${at}/${source}_${SPACE}_seg-Gordon_stat-coverage_bold.tsv`,
      motion: `${at}/${source}_motion.tsv`,
      session: 'ses-1',
      ...more,
    });
  expect(discovery.tool).toBe('xcp-d');
  expect(discovery.scans).toEqual([
    series('sub-01_ses-1_task-rest_run-01', 'sub-01/ses-1/func', { participant: 'sub-01', run: 'run-01' }),
    series('sub-01_ses-1_task-rest_run-02', 'sub-01/ses-1/func', { participant: 'sub-01', run: 'run-02' }),
    series('sub-02_ses-1_task-rest', 'sub-02/ses-1/func', { participant: 'sub-02', tr: 0.8 }),
  ]);
  const at = `sub-01/ses-1/func/sub-01_ses-1_task-rest`;
  expect(skips(discovery)).toMatchObject({
    [`${at}_${SPACE}_seg-Gordon_stat-mean_timeseries.tsv`]: 'all runs joined; they go in one by one',
    [`${at}_run-01_${SPACE}_seg-4S156Parcels_stat-mean_timeseries.tsv`]: 'parcellation 4S156Parcels, not gordon',
    [`${at}_run-01_${SPACE}_seg-Gordon_stat-pearsoncorrelation_relmat.tsv`]: 'kind of file connectivity, not series',
    [`${at}_run-01_${SPACE}_seg-Gordon_stat-pearsoncorrelation_desc-100volumes_relmat.tsv`]:
      'correlations of the first volumes only',
    [`${at}_run-01_${SPACE}_seg-Gordon_stat-alff_bold.tsv`]: 'a derived map (ALFF or ReHo), no series',
    [`${at}_run-01_${SPACE}_res-2_stat-reho_boldmap.nii.gz`]: 'a derived map (ALFF or ReHo), no series',
  });
});

test('correlations and denoised volumes when they are asked for', () => {
  const folder = study(TREE);
  const matrices = found(folder, { content: 'connectivity', atlas: '4S156Parcels' });
  expect(matrices.scans.map(({ name, content }) => [name.replace(/.*_stat/, 'stat'), content])).toEqual(
    Array(3).fill(['stat-pearsoncorrelation_relmat.tsv', 'connectivity']),
  );
  const volumes = found(folder, { content: 'volume' });
  expect(volumes.scans.map(({ name, strategy }) => [name.replace(/.*_res/, 'res'), strategy])).toEqual(
    Array(3).fill(['res-2_desc-denoised_bold.nii.gz', 'denoised']),
  );
  expect(volumes.notes).toEqual([
    'of 2 strategies (denoised: 3, denoisedSmoothed: 3) denoised is taken; --strategy takes another',
  ]);
});

test('runs of both directions, joined under the name without run and dir, go in one by one', () => {
  const at = 'xcp_d-0.11_run-twice/sub-01/func/sub-01_task-rest';
  const series = (entities: string) => `${at}${entities}_space-fsLR_seg-Gordon_stat-mean_timeseries.tsv`;
  const folder = study(['_dir-AP_run-1', '_dir-AP_run-2', '_dir-PA', '_dir-AP', ''].map(series));
  const discovery = found(folder);
  expect(discovery.scans.map(({ run }) => run)).toEqual(['run-1', 'run-2', '']);
  const joined = 'all runs joined; they go in one by one';
  expect(skips(discovery)).toEqual({ [series('')]: joined, [series('_dir-AP')]: joined });
});

test('the names of 26.0: atlas- for seg-, parted names of atlases, and the hash of the settings', () => {
  const at = 'sub-01/func/sub-01_task-rest';
  const folder = study(
    ['1a2b', '3c4d'].flatMap((hash) => [
      `${at}_hash-${hash}_motion.tsv`,
      ...['atlas-Gordon', 'atlas-Schaefer_scale-100'].flatMap((atlas) => [
        `${at}_hash-${hash}_space-fsLR_${atlas}_den-91k_stat-mean_timeseries.tsv`,
        `${at}_hash-${hash}_space-fsLR_${atlas}_den-91k_stat-coverage_bold.tsv`,
      ]),
    ]),
  );
  expect(() => discover(folder)).toThrow('2 strategies, found 1a2b: 2, 3c4d: 2; choose one with --strategy');
  expect(() => discover(folder, { strategy: '3c4d' })).toThrow('2 parcellations, found Gordon: 1, Schaefer/100: 1');
  expect(found(folder, { strategy: '3c4d', atlas: '100' }).scans).toMatchObject([
    {
      coverage: `${at}_hash-3c4d_space-fsLR_atlas-Schaefer_scale-100_den-91k_stat-coverage_bold.tsv`,
      motion: `${at}_hash-3c4d_motion.tsv`,
    },
  ]);
});

test('the names of 0.3, and no description', () => {
  const at = 'sub-01/func/sub-01_task-rest_space-fsLR';
  const folder = study([
    `${at}_atlas-Glasser_timeseries.tsv`,
    `${at}_atlas-Glasser_coverage.tsv`,
    `${at}_atlas-Glasser_measure-pearsoncorrelation_conmat.tsv`,
    `${at}_den-91k_desc-denoised_bold.dtseries.nii`,
    'sub-01/func/sub-01_task-rest_desc-filtered_motion.tsv',
  ]);
  const { tool, scans } = found(folder);
  expect(tool).toBe('xcp-d');
  expect(scans).toEqual([
    scan('xcp-d', 'series', `${at}_atlas-Glasser_timeseries.tsv`, {
      participant: 'sub-01',
      task: 'rest',
      space: 'fsLR',
      atlas: 'Glasser',
      coverage: `${at}_atlas-Glasser_coverage.tsv`,
      motion: 'sub-01/func/sub-01_task-rest_desc-filtered_motion.tsv',
    }),
  ]);
  expect(found(folder, { content: 'connectivity' }).scans[0].name).toMatch(/_conmat\.tsv$/);
  expect(found(folder, { content: 'dense-series' }).scans[0].strategy).toBe('denoised');
});

test('CIFTI of parcels goes in where there is no table', () => {
  const at = 'sub-01/ses-PNC1/func/sub-01_ses-PNC1_task-rest_acq-singleband_space-fsLR_seg-HCP';
  const folder = study([
    `${at}_den-91k_stat-mean_timeseries.ptseries.nii`,
    `${at}_den-91k_stat-pearsoncorrelation_boldmap.pconn.nii`,
    `${at}_den-91k_stat-coverage_boldmap.pscalar.nii`,
  ]);
  expect(found(folder).scans.map(({ content, run }) => [content, run])).toEqual([['parcel-series', '']]);
  expect(found(folder, { content: 'connectivity' }).scans[0].name).toBe(
    `${at}_den-91k_stat-pearsoncorrelation_boldmap.pconn.nii`,
  );
  addFiles(folder, [`${at}_stat-mean_timeseries.tsv`]);
  expect(found(folder).scans.map(({ content }) => content)).toEqual(['series']);
  // Both forms of the correlations are one scan; in 26.1 both names have den-91k.
  for (const table of [
    `${at}_stat-pearsoncorrelation_relmat.tsv`,
    `${at}_den-91k_stat-pearsoncorrelation_relmat.tsv`,
  ]) {
    const both = study([table, `${at}_den-91k_stat-pearsoncorrelation_boldmap.pconn.nii`]);
    expect(found(both, { content: 'connectivity' }).scans.map(({ name }) => name)).toEqual([table]);
  }
});
