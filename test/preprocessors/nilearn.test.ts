import { expect, test } from 'vitest';
import { discover } from '../../src/preprocessors/discover.ts';
import { found, madeBy, scan, skips, study } from './study.ts';

test('matrices named by participant, with the TR of a sidecar', () => {
  const folder = study({
    'sub-10_task-rest_timeseries.npy': '',
    'sub-2_task-rest_timeseries.npy': '',
    'sub-2_task-rest_timeseries.json': { SamplingFrequency: 0.5 },
    'sub-2_task-rest_desc-confounds_timeseries.tsv': '',
    'participants.tsv': 'participant_id\nsub-2\n',
    'sub-2_scans.tsv': '',
    'notes.csv': '',
  });
  const discovery = found(folder);
  expect(discovery.tool).toBe('nilearn');
  expect(discovery.scans).toEqual([
    scan('nilearn', 'series', 'sub-2_task-rest_timeseries.npy', { participant: 'sub-2', task: 'rest', tr: 2 }),
    scan('nilearn', 'series', 'sub-10_task-rest_timeseries.npy', { participant: 'sub-10', task: 'rest' }),
  ]);
  expect(discovery.participantsTable).toBe('participants.tsv');
  expect(skips(discovery)).toEqual({ 'notes.csv': 'not named as a scan of a participant (sub-…)' });
});

test('connectomes of their own; a raw BIDS data set and other files are no scans', () => {
  expect(found(study(['sub-01/sub-01_connectome.csv', 'sub-02/sub-02_connectome.csv'])).scans).toMatchObject([
    { content: 'connectivity', participant: 'sub-01' },
    { content: 'connectivity', participant: 'sub-02' },
  ]);
  // Names without a suffix are what the person says they are.
  const plain = study(['sub-01.npy', 'sub-02_ses-1.npy']);
  expect(found(plain).scans.map(({ content }) => content)).toEqual(['series', 'series']);
  const matrices = found(plain, { content: 'connectivity' }).scans;
  expect(matrices.map(({ content }) => content)).toEqual(['connectivity', 'connectivity']);
  const raw = study(['sub-01/func/sub-01_task-rest_bold.nii.gz', 'sub-01/func/sub-01_task-rest_events.tsv', 'a.npy']);
  expect(discover(raw)).toBeUndefined();
  expect(discover(study([]))).toBeUndefined();
  expect(() => discover(`${raw}/absent`)).toThrow(`${raw}/absent: no such file or folder.`);
});

/** As the documentation of giga_connectome 0.6 shows them. */
function run(source: string, folder: string): Record<string, unknown> {
  const at = `${folder}/${source}`;
  const atlases = ['Schaefer2018100Parcels7Networks', 'Schaefer2018200Parcels7Networks'].flatMap((atlas) => [
    `${at}_seg-${atlas}_desc-denoiseSimple_timeseries.tsv`,
    `${at}_seg-${atlas}_desc-denoiseSimple_report.html`,
    `${at}_seg-${atlas}_meas-PearsonCorrelation_desc-denoiseSimple_relmat.tsv`,
  ]);
  return {
    ...Object.fromEntries(atlases.map((name) => [name, ''])),
    [`${at}_desc-denoiseSimple_timeseries.json`]: { SamplingFrequency: 0.4 },
  };
}

test('giga_connectome: series by atlas and denoising, the TR from its sampling frequency', () => {
  const folder = study({
    'dataset_description.json': madeBy('giga_connectome'),
    'meas-PearsonCorrelation_relmat.json': {},
    ...run('sub-1_ses-timepoint1_task-rest_run-01', 'sub-1/ses-timepoint1/func'),
    ...run('sub-1_ses-timepoint2_task-rest_run-01', 'sub-1/ses-timepoint2/func'),
    'sub-1/func/sub-1_seg-Schaefer2018100Parcels7Networks_dseg.nii.gz': '',
  });
  const discovery = found(folder, { atlas: 'Schaefer2018100Parcels7Networks' });
  expect(discovery.tool).toBe('giga-connectome');
  expect(discovery.scans).toEqual(
    ['ses-timepoint1', 'ses-timepoint2'].map((session) =>
      scan(
        'giga-connectome',
        'series',
        `sub-1/${session}/func/sub-1_${session}_task-rest_run-01_seg-Schaefer2018100Parcels7Networks_desc-denoiseSimple_timeseries.tsv`,
        {
          participant: 'sub-1',
          session,
          run: 'run-01',
          task: 'rest',
          atlas: 'Schaefer2018100Parcels7Networks',
          strategy: 'Simple',
          tr: 2.5,
        },
      ),
    ),
  );
  const connectivity = { content: 'connectivity', atlas: 'Schaefer2018200Parcels7Networks' } as const;
  expect(found(folder, connectivity).scans.map(({ session }) => session)).toEqual(['ses-timepoint1', 'ses-timepoint2']);
  const other = 'parcellation Schaefer2018200Parcels7Networks, not Schaefer2018100Parcels7Networks';
  const reasons = ['kind of file connectivity, not series', other, other];
  expect(Object.values(skips(discovery))).toEqual([...reasons, ...reasons]);
});

test('giga_connectome 0.5: parcels and denoising in one word', () => {
  const at =
    'sub-1/ses-1/func/sub-1_ses-1_task-rest_run-01_space-MNI152NLin2009cAsym_res-2_atlas-Schaefer20187Networks';
  const names = ['100Parcels7NetworksSimple', '200Parcels7NetworksSimple', '100Parcels7NetworksScrubbing5Gsr'];
  const folder = study({
    ...Object.fromEntries(
      names.flatMap((name) => [
        [`${at}_desc-${name}_timeseries.tsv`, ''],
        [`${at}_meas-PearsonCorrelation_desc-${name}_relmat.tsv`, ''],
      ]),
    ),
    [`${at}_timeseries.json`]: { SamplingFrequency: 0.5 },
  });
  expect(() => discover(folder)).toThrow('2 strategies, found Simple: 2, Scrubbing5Gsr: 1; choose one with --strategy');
  const { tool, scans } = found(folder, { strategy: 'simple', atlas: '200Parcels7Networks' });
  expect(tool).toBe('giga-connectome');
  expect(scans).toMatchObject([
    {
      name: `${at}_desc-200Parcels7NetworksSimple_timeseries.tsv`,
      atlas: 'Schaefer20187Networks/200Parcels7Networks',
      strategy: 'Simple',
      tr: 2,
    },
  ]);
  expect(found(folder, { strategy: 'Scrubbing5Gsr', content: 'connectivity' }).scans).toHaveLength(1);
});

test('giga_connectome before 0.5: several scans in one HDF5 file, when it can be opened', () => {
  const folder = study(['atlas-Schaefer20187Networks_desc-simple.h5']);
  expect(() => discover(folder)).toThrow(
    'no scan of giga-connectome can go in, found 1 file: an HDF5 file of several scans',
  );
  const at = (session: string) => `sub-1/${session}/sub-1_${session}_task-rest_run-01_atlas-Schaefer20187Networks`;
  const arrays = ['ses-1', 'ses-2'].flatMap((session) =>
    ['100Parcels7Networks', '200Parcels7Networks'].flatMap((parcels) => [
      `${at(session)}_desc-${parcels}_timeseries`,
      `${at(session)}_desc-${parcels}_connectome`,
    ]),
  );
  const arraysOf = (path: string) => (path.endsWith('desc-simple.h5') ? [...arrays, 'of_something_else'] : []);
  expect(() => discover(folder, {}, arraysOf)).toThrow('choose one with --parcellation');
  const scans = discover(folder, { atlas: '200Parcels7Networks' }, arraysOf)?.scans;
  expect(
    scans?.map(({ participant, session, run, strategy, array }) => [participant, session, run, strategy, array]),
  ).toEqual(
    ['ses-1', 'ses-2'].map((session) => [
      'sub-1',
      session,
      'run-01',
      'simple',
      `${at(session)}_desc-200Parcels7Networks_timeseries`,
    ]),
  );
});
