import { expect, test } from 'vitest';
import { discover } from '../../src/preprocessors/discover.ts';
import { addFiles, found, madeBy, scan, skips, study } from './study.ts';

test('1.8: mean series by atlas and regressors, the TR from the raw data set beside it', () => {
  const at = (sub: string) => `derivatives/cpac/sub-${sub}/ses-1/func/sub-${sub}_ses-1_task-rest_run-1`;
  const folder = study({
    'task-rest_bold.json': { RepetitionTime: 2 },
    'derivatives/cpac/dataset_description.json': madeBy('C-PAC'),
    ...Object.fromEntries(
      ['0050952', '0051036'].flatMap((sub) =>
        [
          'atlas-CC200_space-MNI152NLin6ASym_reg-36Parameter_desc-Mean_timeseries.1D',
          'atlas-CC200_space-MNI152NLin6ASym_reg-aCompCor_desc-Mean_timeseries.1D',
          'atlas-CC200_space-MNI152NLin6ASym_reg-36Parameter_desc-PearsonNilearn_correlations.tsv',
          'atlas-CC200_space-MNI152NLin6ASym_reg-36Parameter_desc-PartialNilearn_correlations.tsv',
          'atlas-CC200_space-MNI152NLin6ASym_reg-36Parameter_desc-SpatReg_timeseries.1D',
          'space-MNI152NLin6ASym_reg-36Parameter_desc-preproc_bold.nii.gz',
          'space-MNI152NLin6ASym_reg-36Parameter_desc-brain_bold.nii.gz',
          'desc-FDPower_motion.1D',
        ].map((ending) => [`${at(sub)}_${ending}`, '']),
      ),
    ),
  });
  expect(() => discover(folder)).toThrow(
    'the scans are of 2 strategies, found 36Parameter: 2, aCompCor: 2; choose one with --strategy.',
  );
  const discovery = found(folder, { strategy: '36Parameter' });
  expect(discovery.scans).toEqual(
    ['0050952', '0051036'].map((sub) =>
      scan('c-pac', 'series', `${at(sub)}_atlas-CC200_space-MNI152NLin6ASym_reg-36Parameter_desc-Mean_timeseries.1D`, {
        participant: `sub-${sub}`,
        session: 'ses-1',
        run: 'run-1',
        task: 'rest',
        space: 'MNI152NLin6ASym',
        atlas: 'CC200',
        strategy: '36Parameter',
        tr: 2,
      }),
    ),
  );
  const reasons = skips(discovery);
  const reason = (ending: string) => reasons[`${at('0050952')}_${ending}`];
  expect(reason('atlas-CC200_space-MNI152NLin6ASym_reg-36Parameter_desc-PartialNilearn_correlations.tsv')).toBe(
    "PartialNilearn: not Pearson's correlation",
  );
  expect(reason('atlas-CC200_space-MNI152NLin6ASym_reg-36Parameter_desc-SpatReg_timeseries.1D')).toMatch(
    'spatial regression',
  );
  expect(reason('space-MNI152NLin6ASym_reg-36Parameter_desc-brain_bold.nii.gz')).toMatch('a step before');
  expect(reason('desc-FDPower_motion.1D')).toBeUndefined();
  const matrices = found(folder, { content: 'connectivity' }).scans;
  expect(matrices.map(({ strategy }) => strategy)).toEqual(Array(2).fill('36Parameter/PearsonNilearn'));
  expect(found(folder, { content: 'volume' }).scans.map(({ name }) => name)).toEqual(
    ['0050952', '0051036'].map((sub) => `${at(sub)}_space-MNI152NLin6ASym_reg-36Parameter_desc-preproc_bold.nii.gz`),
  );
});

test('1.8 with forks numbered and no description: recognised by names', () => {
  const at = 'output/pipeline_analysis/sub-01_ses-1/func/sub-01_ses-1_task-rest_run-1';
  const folder = study([
    `${at}_atlas-aalmaskpad_desc-Mean-1_timeseries.1D`,
    `${at}_atlas-aalmaskpad_desc-Mean-2_timeseries.1D`,
    `${at}_space-template_desc-preproc-1_bold.nii.gz`,
  ]);
  expect(() => discover(folder)).toThrow('found analysis/1: 1, analysis/2: 1; choose one with --strategy');
  expect(found(folder, { strategy: '2' }).scans).toEqual([
    scan('c-pac', 'series', `${at}_atlas-aalmaskpad_desc-Mean-2_timeseries.1D`, {
      participant: 'sub-01',
      session: 'ses-1',
      run: 'run-1',
      task: 'rest',
      atlas: 'aalmaskpad',
      strategy: 'analysis/2',
    }),
  ]);
});

test('the tree of the releases before 1.8', () => {
  const fork = '_compcor_ncomponents_5_selector_pc10.linear1.wm0.global0.motion1.quadratic1.gm0.compcor1.csf1';
  const at = (subject: string) =>
    `pipeline_abide/${subject}/roi_timeseries/_scan_rest_1_rest/${fork}/_bandpass_freqs_0.01.0.1`;
  const folder = study(
    ['0051466_session_1', '0051467_session_1', '50051_baseline'].flatMap((subject) => [
      `${at(subject)}/_mask_CC200/roi_CC200.1D`,
      `${at(subject)}/_mask_CC200/roi_CC200.csv`,
      `${at(subject)}/_mask_CC200/roi_CC200.npz`,
      `pipeline_abide/${subject}/roi_timeseries/_scan_rest_1_rest/${fork}/_mask_CC200/roi_CC200.1D`,
      `pipeline_abide/${subject}/functional_mni/_scan_rest_1_rest/bandpassed_demeaned_filtered_warp.nii.gz`,
    ]),
  );
  const strategies = `abide/${fork.slice(1)}: 3, abide/${fork.slice(1)}/bandpass_freqs_0.01.0.1: 3`;
  expect(() => discover(folder)).toThrow(strategies);
  const { scans, skipped } = found(folder, { strategy: 'bandpass_freqs_0.01.0.1' });
  expect(scans).toEqual(
    [
      ['50051_baseline', '50051', 'baseline'],
      ['0051466_session_1', '0051466', 'session_1'],
      ['0051467_session_1', '0051467', 'session_1'],
    ].map(([subject, participant, session]) =>
      scan('c-pac', 'series', `${at(subject)}/_mask_CC200/roi_CC200.1D`, {
        participant,
        session,
        run: 'rest_1_rest',
        atlas: 'CC200',
        strategy: `abide/${fork.slice(1)}/bandpass_freqs_0.01.0.1`,
      }),
    ),
  );
  expect(skipped.filter(({ reason }) => reason === 'the same series as the .1D beside it')).toHaveLength(6);
  addFiles(folder, ['pipeline_other/1_s/roi_timeseries/_roi_AAL/_scan_rest/roi_AAL.csv']);
  expect(found(folder, { atlas: 'AAL' }).scans.map(({ participant, run }) => [participant, run])).toEqual([
    ['1', 'rest'],
  ]);
});

test('the series of 1.4 to 1.7 are called roi_stats, by the atlas of their folder; working folders are passed over', () => {
  const at = (subject: string) =>
    `output/pipeline_default/${subject}_ses-1/roi_timeseries/_scan_rest/_selector_CSF-2mm-M`;
  const mask = '_mask_aal_mask_pad_mask_file_..resources..aal_mask_pad.nii.gz';
  const folder = study(
    ['0051466', '0051467'].flatMap((subject) => [
      `${at(subject)}/${mask}/roi_stats.csv`,
      `${at(subject)}/${mask}/roi_stats.npz`,
      `${at(subject)}/_mask_CC400_mask_file_..cpac_templates..CC400.nii.gz/roi_stats.csv`,
      `working/x/${subject}_ses-1/roi_timeseries/_scan_rest/_selector_CSF-2mm-M/${mask}/roi_stats.csv`,
    ]),
  );
  expect(() => discover(folder)).toThrow('2 parcellations, found CC400: 2, aal_mask_pad: 2; choose one');
  const { scans, skipped } = found(folder, { atlas: 'aal_mask_pad' });
  expect(scans).toEqual(
    ['0051466', '0051467'].map((participant) =>
      scan('c-pac', 'series', `${at(participant)}/${mask}/roi_stats.csv`, {
        participant,
        session: 'ses-1',
        run: 'rest',
        atlas: 'aal_mask_pad',
        strategy: 'default/selector_CSF-2mm-M',
      }),
    ),
  );
  expect(skipped.filter(({ reason }) => reason === 'the same series as the .csv beside it')).toHaveLength(2);
});
