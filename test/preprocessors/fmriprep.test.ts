import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { discover } from '../../src/preprocessors/discover.ts';
import { addFiles, found, madeBy, scan, skips, study } from './study.ts';

const MNI = 'space-MNI152NLin2009cAsym';

/** Files of one run, as fMRIPrep 23 writes them with `--output-spaces MNI152NLin2009cAsym:res-2 T1w fsaverage5`. */
function run(source: string, folder: string): Record<string, unknown> {
  const at = `${folder}/${source}`;
  return {
    [`${at}_desc-confounds_timeseries.tsv`]: 'trans_x\n0\n',
    [`${at}_desc-confounds_timeseries.json`]: { trans_x: {} },
    [`${at}_${MNI}_res-2_desc-preproc_bold.nii.gz`]: '',
    [`${at}_${MNI}_res-2_desc-preproc_bold.json`]: { RepetitionTime: 2, SkullStripped: false },
    [`${at}_${MNI}_res-2_desc-brain_mask.nii.gz`]: '',
    [`${at}_${MNI}_res-2_boldref.nii.gz`]: '',
    [`${at}_space-T1w_desc-preproc_bold.nii.gz`]: '',
    [`${at}_space-T1w_desc-preproc_bold.json`]: { RepetitionTime: 2 },
    [`${at}_space-T1w_desc-brain_mask.nii.gz`]: '',
    [`${at}_hemi-L_space-fsaverage5_bold.func.gii`]: '',
    [`${at}_from-boldref_to-T1w_mode-image_desc-coreg_xfm.txt`]: '',
  };
}

const TREE = {
  'dataset_description.json': { Name: 'raw', BIDSVersion: '1.9.0', DatasetType: 'raw' },
  'participants.tsv': 'participant_id\tage\nsub-01\t20\nsub-02\t30\nsub-10\t40\n',
  'sub-01/sub-01_sessions.tsv': 'session_id\tage\nses-1\t20\nses-2\t21\n',
  'sub-01/ses-1/func/sub-01_ses-1_task-rest_run-1_bold.nii.gz': '',
  'derivatives/fmriprep/dataset_description.json': madeBy('fMRIPrep'),
  'derivatives/fmriprep/sub-01.html': '',
  'derivatives/fmriprep/sub-01/figures/sub-01_desc-preproc_bold.nii.gz': '',
  'derivatives/fmriprep/sourcedata/freesurfer/sub-01/mri/orig.mgz': '',
  'derivatives/fmriprep/sub-01/anat/sub-01_desc-preproc_T1w.nii.gz': '',
  ...run('sub-01_ses-1_task-rest_run-1', 'derivatives/fmriprep/sub-01/ses-1/func'),
  ...run('sub-01_ses-1_task-rest_run-2', 'derivatives/fmriprep/sub-01/ses-1/func'),
  ...run('sub-01_ses-2_task-rest', 'derivatives/fmriprep/sub-01/ses-2/func'),
  ...run('sub-01_ses-2_task-nback', 'derivatives/fmriprep/sub-01/ses-2/func'),
  ...run('sub-10_task-rest', 'derivatives/fmriprep/sub-10/func'),
  ...run('sub-02_task-rest', 'derivatives/fmriprep/sub-02/func'),
};

function preprocessed(source: string, folder: string, more: object, at = 'derivatives/fmriprep/'): object {
  const prefix = `${at}${folder}/${source}`;
  return scan('fmriprep', 'volume', `${prefix}_${MNI}_res-2_desc-preproc_bold.nii.gz`, {
    task: 'rest',
    space: 'MNI152NLin2009cAsym',
    resolution: '2',
    strategy: 'preproc',
    tr: 2,
    mask: `${prefix}_${MNI}_res-2_desc-brain_mask.nii.gz`,
    confounds: {
      table: `${prefix}_desc-confounds_timeseries.tsv`,
      sidecar: `${prefix}_desc-confounds_timeseries.json`,
    },
    ...more,
  });
}

test('every scan of a study with sessions and runs, from the root of its BIDS data set', () => {
  const discovery = found(study(TREE));
  expect(discovery.tool).toBe('fmriprep');
  expect(discovery.scans).toEqual([
    preprocessed('sub-01_ses-1_task-rest_run-1', 'sub-01/ses-1/func', {
      participant: 'sub-01',
      session: 'ses-1',
      run: 'run-1',
    }),
    preprocessed('sub-01_ses-1_task-rest_run-2', 'sub-01/ses-1/func', {
      participant: 'sub-01',
      session: 'ses-1',
      run: 'run-2',
    }),
    preprocessed('sub-01_ses-2_task-rest', 'sub-01/ses-2/func', { participant: 'sub-01', session: 'ses-2' }),
    preprocessed('sub-02_task-rest', 'sub-02/func', { participant: 'sub-02' }),
    preprocessed('sub-10_task-rest', 'sub-10/func', { participant: 'sub-10' }),
  ]);
  expect(discovery.participantsTable).toBe('participants.tsv');
  expect(discovery.sessionsTables).toEqual(['sub-01/sub-01_sessions.tsv']);
  expect(discovery.notes).toEqual([
    'of 2 tasks (rest: 10, nback: 2) rest is taken; --task takes another',
    'of 2 spaces (MNI152NLin2009cAsym:res-2: 5, T1w: 5) MNI152NLin2009cAsym:res-2 is taken; --space takes another',
  ]);
});

test('every file that is left out has its reason', () => {
  const all = skips(found(study(TREE)));
  const session = 'derivatives/fmriprep/sub-01/ses-2/func/sub-01_ses-2';
  expect(all).toMatchObject({
    'sub-01/ses-1/func/sub-01_ses-1_task-rest_run-1_bold.nii.gz': 'raw BOLD or a reference, not preprocessed',
    [`${session}_task-nback_${MNI}_res-2_desc-preproc_bold.nii.gz`]: 'task nback, not rest',
    [`${session}_task-nback_space-T1w_desc-preproc_bold.nii.gz`]: 'task nback, not rest',
    [`${session}_task-rest_space-T1w_desc-preproc_bold.nii.gz`]: 'space T1w, not MNI152NLin2009cAsym:res-2',
    [`${session}_task-rest_hemi-L_space-fsaverage5_bold.func.gii`]:
      'the surface of one hemisphere; take the volume, or CIFTI (--cifti-output)',
  });
  // 1 raw, 6 surfaces, 2 of the other task, 5 in the other space.
  expect(Object.keys(all)).toHaveLength(14);
});

test('the tool folder and derivatives/ give the same scans, and find the raw data set above them', () => {
  const folder = study(TREE);
  const names = (at: string) => discover(join(folder, at))?.scans.map(({ path }) => path);
  expect(names('derivatives/fmriprep')).toHaveLength(5);
  expect(names('derivatives/fmriprep')).toEqual(names('.'));
  expect(names('derivatives')).toEqual(names('.'));
  const inside = discover(join(folder, 'derivatives/fmriprep'));
  expect(inside?.participantsTable).toBe(join(folder, 'participants.tsv'));
  expect(inside?.sessionsTables).toEqual([join(folder, 'sub-01/sub-01_sessions.tsv')]);
});

test('what is asked for goes before what is usual', () => {
  const folder = study(TREE);
  expect(found(folder, { task: 'nback', space: 't1w' }).scans.map(({ name }) => name)).toEqual([
    'derivatives/fmriprep/sub-01/ses-2/func/sub-01_ses-2_task-nback_space-T1w_desc-preproc_bold.nii.gz',
  ]);
  const session = found(folder, { session: '1' });
  expect(session.scans.map(({ session, run }) => [session, run])).toEqual([
    ['ses-1', 'run-1'],
    ['ses-1', 'run-2'],
  ]);
  expect(found(folder, { space: 'MNI152NLin2009cAsym', task: 'rest' }).notes).toEqual([]);
  expect(() => discover(folder, { task: 'nbak' })).toThrow(
    'no scan is of task "nbak", found rest: 10, nback: 2; the nearest is "nback".',
  );
});

test('two tasks neither of which is rest, or two standard spaces, are asked about', () => {
  const folder = study({
    ...run('sub-01_task-nback', 'sub-01/func'),
    ...run('sub-01_task-faces', 'sub-01/func'),
    ...run('sub-02_task-faces', 'sub-02/func'),
  });
  expect(() => discover(folder)).toThrow('the scans are of 2 tasks, found faces: 4, nback: 2; choose one with --task.');
  addFiles(folder, ['sub-01/func/sub-01_task-faces_space-MNI152NLin6Asym_desc-preproc_bold.nii.gz']);
  expect(() => discover(folder, { task: 'faces' })).toThrow(
    'the scans are of 3 spaces, found MNI152NLin2009cAsym:res-2: 2, T1w: 2, MNI152NLin6Asym: 1; choose one with --space.',
  );
});

test('CIFTI beside volumes: volumes are usual, the space or the kind of file may be asked for', () => {
  const cifti = 'sub-01/func/sub-01_task-rest_space-fsLR_den-91k_bold.dtseries.nii';
  const folder = study({
    ...run('sub-01_task-rest', 'sub-01/func'),
    [cifti]: '',
    [cifti.replace('.dtseries.nii', '.json')]: { RepetitionTime: 0.8 },
  });
  expect(found(folder).scans.map(({ content }) => content)).toEqual(['volume']);
  expect(skips(found(folder))[cifti]).toBe('kind of file dense-series, not volume');
  for (const selection of [{ space: 'fsLR' }, { content: 'dense-series' }] as const)
    expect(found(folder, selection).scans).toEqual([
      scan('fmriprep', 'dense-series', cifti, {
        participant: 'sub-01',
        task: 'rest',
        space: 'fsLR',
        resolution: '91k',
        strategy: 'preproc',
        tr: 0.8,
        confounds: {
          table: 'sub-01/func/sub-01_task-rest_desc-confounds_timeseries.tsv',
          sidecar: 'sub-01/func/sub-01_task-rest_desc-confounds_timeseries.json',
        },
      }),
    ]);
});

test('names of 1.0 and of 20.1', () => {
  const folder = study([
    'a/sub-01/func/sub-01_task-rest_bold_confounds.tsv',
    'a/sub-01/func/sub-01_task-rest_bold_space-MNI152NLin2009cAsym_preproc.nii.gz',
    'a/sub-01/func/sub-01_task-rest_bold_space-MNI152NLin2009cAsym_brainmask.nii.gz',
    'a/sub-01/func/sub-01_task-rest_bold_space-MNI152NLin2009cAsym_variant-smoothAROMAnonaggr_preproc.nii.gz',
    'a/sub-01/anat/sub-01_T1w_preproc.nii.gz',
    'a/sub-02/func/sub-02_task-rest_desc-confounds_regressors.tsv',
    'a/sub-02/func/sub-02_task-rest_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz',
    'a/sub-02/func/sub-02_task-rest_space-MNI152NLin2009cAsym_desc-smoothAROMAnonaggr_bold.nii.gz',
  ]);
  const discovery = found(folder);
  expect(discovery.scans.map(({ name, confounds, mask }) => [name, confounds?.table, mask])).toEqual([
    [
      'a/sub-01/func/sub-01_task-rest_bold_space-MNI152NLin2009cAsym_preproc.nii.gz',
      'a/sub-01/func/sub-01_task-rest_bold_confounds.tsv',
      'a/sub-01/func/sub-01_task-rest_bold_space-MNI152NLin2009cAsym_brainmask.nii.gz',
    ],
    [
      'a/sub-02/func/sub-02_task-rest_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz',
      'a/sub-02/func/sub-02_task-rest_desc-confounds_regressors.tsv',
      undefined,
    ],
  ]);
  const aroma = found(folder, { strategy: 'smoothAROMAnonaggr' });
  expect(aroma.scans.map(({ participant }) => participant)).toEqual(['sub-01', 'sub-02']);
});

test('a scan without confounds, with a broken sidecar or an impossible TR is named, and the others go in', () => {
  const folder = study(TREE);
  const at = (participant: string) => `derivatives/fmriprep/${participant}/func/${participant}_task-rest`;
  rmSync(join(folder, `${at('sub-02')}_desc-confounds_timeseries.tsv`));
  addFiles(folder, { [`${at('sub-10')}_${MNI}_res-2_desc-preproc_bold.json`]: '{"RepetitionTime": 2' });
  addFiles(folder, run('sub-11_task-rest', 'derivatives/fmriprep/sub-11/func'));
  addFiles(folder, { [`${at('sub-11')}_${MNI}_res-2_desc-preproc_bold.json`]: { RepetitionTime: 2000 } });
  const discovery = found(folder);
  expect(discovery.scans.map(({ participant }) => participant)).toEqual(['sub-01', 'sub-01', 'sub-01']);
  expect(discovery.skipped.filter(({ faulty }) => faulty)).toEqual([
    {
      name: `${at('sub-02')}_${MNI}_res-2_desc-preproc_bold.nii.gz`,
      reason: 'no table of confounds lies beside it (desc-confounds_timeseries.tsv)',
      faulty: true,
    },
    {
      name: `${at('sub-10')}_${MNI}_res-2_desc-preproc_bold.nii.gz`,
      reason: `the sidecar ${at('sub-10')}_${MNI}_res-2_desc-preproc_bold.json is not JSON`,
      faulty: true,
    },
    {
      name: `${at('sub-11')}_${MNI}_res-2_desc-preproc_bold.nii.gz`,
      reason: `the sidecar ${at('sub-11')}_${MNI}_res-2_desc-preproc_bold.json says a repetition time of 2000, expected seconds`,
      faulty: true,
    },
  ]);
  const taken = found(folder, { withoutConfounds: true }).scans.map(({ participant }) => participant);
  expect(taken).toEqual(['sub-01', 'sub-01', 'sub-01', 'sub-02']);
  const told = found(folder, { tr: 1.5 }).scans.map(({ participant, tr }) => [participant, tr]);
  expect(told.slice(2)).toEqual([
    ['sub-01', 1.5],
    ['sub-10', 1.5],
    ['sub-11', 1.5],
  ]);
});

test('no scan at all says why', () => {
  const folder = study(['sub-01/func/sub-01_task-rest_space-T1w_desc-preproc_bold.nii.gz']);
  expect(() => discover(folder)).toThrow(
    `${folder}: no scan of fmriprep can go in, found 1 file: no table of confounds lies beside it (desc-confounds_timeseries.tsv).`,
  );
});

test('TR by inheritance: of the derivative, then of the raw data set, the nearest first', () => {
  const name = 'sub-01_ses-1_task-rest_run-1_space-MNI152NLin6Asym_desc-preproc_bold.nii.gz';
  const folder = study({
    [`derivatives/fmriprep/sub-01/ses-1/func/${name}`]: '',
    'derivatives/fmriprep/sub-01/ses-1/func/sub-01_ses-1_task-rest_run-1_desc-confounds_timeseries.tsv': '',
    'task-rest_bold.json': { RepetitionTime: 3 },
    'task-nback_bold.json': { RepetitionTime: 9 },
  });
  const tr = () => found(folder).scans[0].tr;
  expect(tr()).toBe(3);
  addFiles(folder, { 'sub-01/ses-1/func/sub-01_ses-1_task-rest_run-1_bold.json': { RepetitionTime: 2.5 } });
  addFiles(folder, { 'sub-01/ses-1/func/sub-01_ses-1_task-rest_run-2_bold.json': { RepetitionTime: 8 } });
  expect(tr()).toBe(2.5);
  addFiles(folder, { 'derivatives/fmriprep/task-rest_bold.json': { RepetitionTime: 2 } });
  expect(tr()).toBe(2);
  addFiles(folder, { 'derivatives/fmriprep/sub-01/ses-1/func/sub-01_ses-1_task-rest_bold.json': { EchoTime: 0.03 } });
  expect(tr()).toBe(2);
  addFiles(folder, {
    [`derivatives/fmriprep/sub-01/ses-1/func/${name.replace('.nii.gz', '.json')}`]: { RepetitionTime: 1 },
  });
  expect(tr()).toBe(1);
});

test('phase-encoding directions become part of the run; the same scan in two folders is refused', () => {
  const both = (folder: string) => ({
    ...run('sub-01_task-rest_dir-LR_run-1', `${folder}sub-01/func`),
    ...run('sub-01_task-rest_dir-RL_run-1', `${folder}sub-01/func`),
    ...run('sub-02_task-rest_dir-LR_run-1', `${folder}sub-02/func`),
  });
  const folder = study(both(''));
  expect(found(folder).scans.map(({ run }) => run)).toEqual(['dir-LR_run-1', 'dir-RL_run-1', 'dir-LR_run-1']);
  const name = `sub-02/func/sub-02_task-rest_dir-LR_run-1_${MNI}_res-2_desc-preproc_bold.nii.gz`;
  addFiles(folder, both('again/'));
  expect(() => discover(folder)).toThrow(/the scan sub-01 dir-LR_run-1 is there twice, found again\/.* and sub-01\//);
  expect(found(join(folder, 'again')).scans.at(-1)?.name).toBe(name);
});

test('images of fMRIPost-AROMA take the confounds of fMRIPrep beside it', () => {
  const aroma = 'fmripost_aroma/sub-01/func/sub-01_task-rest_space-MNI152NLin6Asym_desc-nonaggrDenoised_bold.nii.gz';
  const folder = study({
    ...run('sub-01_task-rest', 'fmriprep/sub-01/func'),
    'fmripost_aroma/dataset_description.json': madeBy('fMRIPost-AROMA'),
    [aroma]: '',
  });
  expect(found(folder).scans.map(({ strategy }) => strategy)).toEqual(['preproc']);
  expect(found(folder, { strategy: 'nonaggrDenoised' }).scans).toMatchObject([
    { name: aroma, confounds: { table: 'fmriprep/sub-01/func/sub-01_task-rest_desc-confounds_timeseries.tsv' } },
  ]);
});

test('of a space in its own resolution and in another, each can be asked for', () => {
  const [native, res2] = ['', '_res-2'].map(
    (res) => `sub-01/func/sub-01_task-rest_space-MNI152NLin6Asym${res}_desc-preproc_bold.nii.gz`,
  );
  const folder = study(['sub-01/func/sub-01_task-rest_desc-confounds_timeseries.tsv', native, res2]);
  const names = (space: string) => found(folder, { space }).scans.map(({ name }) => name);
  expect(names('MNI152NLin6Asym')).toEqual([native]);
  expect(names('MNI152NLin6Asym:res-2')).toEqual([res2]);
});

test('one scan in two files is asked about, wherever they lie', () => {
  const bold = 'sub-01/func/sub-01_task-rest_space-MNI152NLin6Asym_desc-preproc_bold.nii';
  const table = 'sub-01/func/sub-01_task-rest_desc-confounds_timeseries.tsv';
  expect(() => discover(study([table, bold, `${bold}.gz`]))).toThrow(/there twice, .*; move one of them away\.$/);
  expect(() => discover(study([`a/${table}`, `a/${bold}`, `b/${table}`, `b/${bold}`]))).toThrow(
    /there twice, .*; name the folder of one of them\.$/,
  );
});

test('each cohort of a template by age is a space of its own', () => {
  const at = (participant: string) => `${participant}/func/${participant}_task-rest`;
  const bold = (participant: string, cohort: number) =>
    `${at(participant)}_space-MNIInfant_cohort-${cohort}_res-2_desc-preproc_bold.nii.gz`;
  const tables = ['sub-01', 'sub-02'].map((participant) => `${at(participant)}_desc-confounds_timeseries.tsv`);
  const folder = study([...tables, bold('sub-01', 1), bold('sub-02', 2)]);
  expect(() => discover(folder)).toThrow(
    'the scans are of 2 spaces, found MNIInfant:cohort-1:res-2: 1, MNIInfant:cohort-2:res-2: 1; choose one with --space.',
  );
  expect(found(folder, { space: 'MNIInfant:cohort-2' }).scans.map(({ name }) => name)).toEqual([bold('sub-02', 2)]);
});

test('images in the own space of each participant come with a warning', () => {
  const folder = study(run('sub-01_task-rest', 'sub-01/func'));
  expect(found(folder, { space: 'T1w' }).notes).toEqual([
    "the images lie in each participant's own space (T1w), where the ROIs of a standard space are elsewhere",
  ]);
  expect(found(folder, { space: 'MNI152NLin2009cAsym' }).notes).toEqual([]);
});

test('an image in a space with an echo in its name is the combination, or the one echo that there is', () => {
  const at = 'sub-01/func/sub-01_task-rest';
  const cifti = `${at}_echo-1_space-fsLR_den-91k_bold.dtseries.nii`;
  const one = `${at}_echo-2_${MNI}_desc-preproc_bold.nii.gz`;
  const folder = study({
    [`${at}_desc-confounds_timeseries.tsv`]: '',
    [`${at}_${MNI}_desc-brain_mask.nii.gz`]: '',
    [`${at}_echo-1_desc-preproc_bold.nii.gz`]: '',
    [one]: '',
    [cifti]: '',
  });
  const names = (space: string) => found(folder, { space }).scans.map(({ name, run }) => [name, run]);
  expect(names('fsLR')).toEqual([[cifti, '']]);
  expect(names('MNI152NLin2009cAsym')).toEqual([[one, '']]);
  expect(found(folder, { space: 'MNI152NLin2009cAsym' }).scans[0]).toMatchObject({
    mask: `${at}_${MNI}_desc-brain_mask.nii.gz`,
    confounds: { table: `${at}_desc-confounds_timeseries.tsv` },
  });
  addFiles(folder, [one.replace('_echo-2', '')]);
  expect(names('MNI152NLin2009cAsym')).toEqual([[one.replace('_echo-2', ''), '']]);
});

test('echoes of multi-echo runs are left to their combination', () => {
  const folder = study({
    ...run('sub-01_task-rest', 'sub-01/func'),
    'sub-01/func/sub-01_task-rest_echo-1_desc-preproc_bold.nii.gz': '',
  });
  expect(found(folder).scans).toHaveLength(1);
  expect(skips(found(folder))['sub-01/func/sub-01_task-rest_echo-1_desc-preproc_bold.nii.gz']).toMatch(
    'one echo of several',
  );
});

test('links: to files and folders are followed once, to nothing is a fault, in circles no matter', () => {
  const elsewhere = study({
    ...run('sub-03_task-rest', 'sub-03/func'),
    ...run('sub-04_task-rest', 'sub-04/func'),
  });
  const folder = study(run('sub-01_task-rest', 'fmriprep/sub-01/func'));
  symlinkSync(join(elsewhere, 'sub-03'), join(folder, 'fmriprep/sub-03'));
  symlinkSync(join(elsewhere, 'sub-03'), join(folder, 'fmriprep/sub-03-again'));
  symlinkSync(folder, join(folder, 'fmriprep/loop'));
  mkdirSync(join(folder, 'fmriprep/sub-04/func'), { recursive: true });
  for (const ending of ['desc-confounds_timeseries.tsv', `${MNI}_res-2_desc-preproc_bold.json`])
    symlinkSync(
      join(elsewhere, `sub-04/func/sub-04_task-rest_${ending}`),
      join(folder, `fmriprep/sub-04/func/sub-04_task-rest_${ending}`),
    );
  const image = `fmriprep/sub-04/func/sub-04_task-rest_${MNI}_res-2_desc-preproc_bold.nii.gz`;
  symlinkSync('.git/annex/absent', join(folder, image));
  symlinkSync('itself', join(folder, 'itself'));
  const discovery = found(folder);
  expect(discovery.scans.map(({ participant }) => participant)).toEqual(['sub-01', 'sub-03']);
  expect(skips(discovery)[image]).toBe('! the link points to nothing (of a DataLad data set: datalad get)');
});
