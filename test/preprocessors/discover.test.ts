import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { discover } from '../../src/preprocessors/discover.ts';
import { addFiles, found, madeBy, study } from './study.ts';

const BOLD = 'space-MNI152NLin6Asym_desc-preproc_bold.nii.gz';
const FMRIPREP = ['01', '02'].flatMap((sub) =>
  [BOLD, 'desc-confounds_timeseries.tsv'].map((end) => `fmriprep/sub-${sub}/func/sub-${sub}_task-rest_${end}`),
);
const XCP_D = ['01', '02'].map(
  (sub) => `xcp_d/sub-${sub}/func/sub-${sub}_task-rest_space-MNI152NLin6Asym_seg-Gordon_stat-mean_timeseries.tsv`,
);

test('two tools in one folder are asked about; either may be chosen or named', () => {
  const folder = study([...FMRIPREP, ...XCP_D]);
  expect(() => discover(folder)).toThrow(
    `${folder}: several tools have left scans here, found xcp-d (2 files), fmriprep (2 files); name the folder of one of them, or pass --tool.`,
  );
  expect(found(folder, { tool: 'xcp-d' }).scans.map(({ name }) => name)).toEqual(XCP_D);
  expect(found(folder, { tool: 'fmriprep' }).scans).toHaveLength(2);
  expect(discover(join(folder, 'xcp_d'))?.tool).toBe('xcp-d');
  expect(() => discover(folder, { tool: 'conn' })).toThrow(
    'there are no scans of conn, found xcp-d (2 files), fmriprep (2 files); check --tool and the folder.',
  );
});

test.each([
  ['GeneratedBy', madeBy('fMRIPrep'), 'fmriprep'],
  ['the first of several', madeBy('XCP-D', 'fMRIPrep'), 'xcp-d'],
  ['one that is not known before one that is', madeBy('Manual', 'nibabies'), 'fmriprep'],
  ['before BIDS 1.4', { Name: 'x', PipelineDescription: { Name: 'xcp_abcd' } }, 'xcp-d'],
  ['the name alone', { Name: 'fMRIPrep - fMRI PREProcessing workflow' }, 'fmriprep'],
])('the description of a data set says who made it: %s', (_, description, tool) => {
  // A name that both give.
  const file = 'sub-01/func/sub-01_task-rest_space-fsLR_den-91k_desc-denoised_bold.dtseries.nii';
  const others = ['sub-01/func/sub-01_task-rest_space-fsLR_den-91k_bold.dtseries.nii'];
  const folder = study({
    [file]: '',
    [others[0]]: '',
    'sub-01/func/sub-01_task-rest_desc-confounds_timeseries.tsv': '',
  });
  addFiles(folder, { 'dataset_description.json': description });
  expect(found(folder).tool).toBe(tool);
  expect(found(folder).scans.map(({ name }) => name)).toEqual(tool === 'xcp-d' ? [file] : others);
});

test.each(['not JSON', '[]', 'null', '{"GeneratedBy": 3}', '{"GeneratedBy": [null, {"Name": 5}]}', ''])(
  'a description that says nothing (%s) leaves it to the names',
  (description) => {
    const folder = study(Object.fromEntries(FMRIPREP.map((name) => [name, ''])));
    addFiles(folder, { 'fmriprep/dataset_description.json': description });
    expect(found(folder).scans).toHaveLength(2);
  },
);

test('the same participants.tsv from every level; links to the raw data set as DataLad keeps them', () => {
  const raw = study({
    'dataset_description.json': { Name: 'raw' },
    'participants.tsv': 'participant_id\n',
    'task-rest_bold.json': { RepetitionTime: 1.5 },
  });
  const folder = study(FMRIPREP);
  addFiles(folder, ['fmriprep/sourcedata/README']);
  symlinkSync(raw, join(folder, 'fmriprep/sourcedata/raw'));
  const discovery = found(folder);
  expect(discovery.participantsTable).toBe('fmriprep/sourcedata/raw/participants.tsv');
  expect(discovery.scans.map(({ tr }) => tr)).toEqual([1.5, 1.5]);
  addFiles(folder, { 'fmriprep/participants.tsv': '' });
  expect(found(folder).participantsTable).toBe('fmriprep/participants.tsv');
});

test("matrices of one's own among the outputs of a tool are not lost unsaid", () => {
  const discovery = found(study([...FMRIPREP, 'mine/a.npy', 'mine/b.npy', 'mine/notes.txt']));
  expect(discovery.scans).toHaveLength(2);
  expect(discovery.skipped.map(({ name, reason }) => [name, reason])).toEqual(
    ['mine/a.npy', 'mine/b.npy'].map((name) => [name, 'a matrix, but not named as fmriprep names scans']),
  );
  expect(discovery.notes).toEqual([
    '2 matrices are left out for want of a name as fmriprep gives; name the files or their folder to take them',
  ]);
});

const UNRELATED = [
  'README',
  'CHANGES',
  '.bidsignore',
  '.git/objects/aa/sub-09_task-rest_desc-preproc_bold.nii.gz',
  'sub-01.html',
  'fmriprep/logs/sub-09_task-rest_space-MNI152NLin6Asym_desc-preproc_bold.nii.gz',
  `fmriprep/sub-01/figures/sub-01_task-rest_${BOLD}`,
  'fmriprep/sub-01/anat/sub-01_desc-preproc_T1w.nii.gz',
  'fmriprep/sub-01/anat/sub-01_desc-brain_mask.nii.gz',
  'fmriprep/sub-01/func/sub-01_task-rest_from-boldref_to-T1w_mode-image_desc-coreg_xfm.txt',
  'fmriprep/sub-02/func/sub-02_task-rest_desc-confounds_timeseries.tsv.orig',
  'fmriprep/work/fmriprep_23_wf/sub-01_task-rest_space-MNI152NLin6Asym_desc-preproc_bold.nii.gz',
  'sub-01/func/sub-01_task-rest_events.tsv',
  'sub-01/anat/sub-01_T1w.nii.gz',
  'code/run.sh',
  'notes/My notes (final).docx',
];

test('neither the order of creation nor files of other kinds change what is found', () => {
  const once = found(study(FMRIPREP));
  expect(once.scans).toHaveLength(2);
  fc.assert(
    fc.property(
      fc.shuffledSubarray(UNRELATED),
      fc.shuffledSubarray(FMRIPREP, { minLength: FMRIPREP.length }),
      fc.boolean(),
      (unrelated, files, first) => {
        const folder = study(first ? [...unrelated, ...files] : [...files, ...unrelated]);
        expect(found(folder)).toEqual(once);
      },
    ),
    { numRuns: 30 },
  );
});

test('any names whatever: a discovery, nothing, or a clear refusal', () => {
  const part = fc.constantFrom(
    'sub-01',
    'ses-1',
    'task-rest',
    'run-1',
    'space-MNI',
    'desc-preproc',
    'desc-confounds',
    'seg-A',
    'atlas-B',
    'stat-mean',
    'echo-1',
    'desc-Mean-1',
    'desc-denoiseX',
    'reg-',
    '-',
    'bold',
    'timeseries',
    'ROISignals',
    'Subject001',
    'rois',
    '0050004',
  );
  const extension = fc.constantFrom(
    '.nii.gz',
    '.tsv',
    '.json',
    '.1D',
    '.mat',
    '.h5',
    '.ptseries.nii',
    '.pconn.nii',
    '',
    '.',
  );
  const base = fc
    .tuple(fc.array(part, { minLength: 1, maxLength: 6 }), extension)
    .map(([parts, end]) => parts.join('_') + end);
  const folders = fc.constantFrom('', 'sub-02/func/', 'roi_timeseries/_scan_x/', 'cpac/filt_global/', 'derivatives/');
  const names = fc.uniqueArray(
    fc.tuple(folders, base).map(([folder, name]) => `a/${folder}${name}`),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(names, (files) => {
      const folder = study(files.filter((name) => !name.endsWith('/')));
      try {
        const discovery = discover(folder);
        for (const { path, participant, content } of discovery?.scans ?? []) {
          expect(files).toContain(path.slice(folder.length + 1));
          expect([typeof participant, typeof content]).toEqual(['string', 'string']);
        }
      } catch (error) {
        expect(error).toHaveProperty('tag', 'InputError');
      }
    }),
    { numRuns: 150 },
  );
});
