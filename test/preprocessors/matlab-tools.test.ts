import { expect, test } from 'vitest';
import { discover } from '../../src/preprocessors/discover.ts';
import { addFiles, found, scan, skips, study } from './study.ts';

test('DPABI: series of several sessions and of both global-signal choices, .mat before .txt', () => {
  const results = (session: string, folder: string) =>
    ['Sub_001', 'Sub_002'].flatMap((subject) =>
      ['ROISignals', 'ROICorrelation', 'ROICorrelation_FisherZ']
        .flatMap((kind) => [`${kind}_${subject}.mat`, `${kind}_${subject}.txt`])
        .map((name) => `${session}Results/${session}ROISignals_${folder}/${name}`),
    );
  const folder = study([
    ...results('', 'FunImgARCWF'),
    ...results('', 'FunImgARglobalCWF'),
    ...results('S2_', 'FunImgARCWF'),
    'Results/ROISignals_FunImgARCWF/ROI_OrderKey_Sub_001.tsv',
    'Results/ReHo_FunImgARCWF/ReHoMap_Sub_001.nii',
  ]);
  expect(() => discover(folder)).toThrow('2 strategies, found FunImgARCWF: 4, FunImgARglobalCWF: 2');
  const discovery = found(folder, { strategy: 'FunImgARCWF' });
  const series = (prefix: string, participant: string, session: string) =>
    scan('dpabi', 'series', `${prefix}Results/${prefix}ROISignals_FunImgARCWF/ROISignals_${participant}.mat`, {
      participant,
      session,
      strategy: 'FunImgARCWF',
      array: 'ROISignals',
    });
  expect(discovery.scans).toEqual([
    series('', 'Sub_001', '1'),
    series('', 'Sub_002', '1'),
    series('S2_', 'Sub_001', '2'),
    series('S2_', 'Sub_002', '2'),
  ]);
  expect(skips(discovery)).toMatchObject({
    'Results/ROISignals_FunImgARCWF/ROISignals_Sub_001.txt': 'the same values as the .mat beside it',
    'Results/ROISignals_FunImgARCWF/ROICorrelation_FisherZ_Sub_001.mat': 'the Fisher z of the correlations beside it',
    'Results/ROISignals_FunImgARCWF/ROICorrelation_Sub_001.mat': 'kind of file connectivity, not series',
    'Results/ROISignals_FunImgARglobalCWF/ROISignals_Sub_001.mat': 'strategy FunImgARglobalCWF, not FunImgARCWF',
  });
  const matrices = found(folder, { content: 'connectivity', strategy: 'FunImgARCWF' }).scans;
  expect(matrices.map(({ array, fisherZ }) => [array, fisherZ])).toEqual(Array(4).fill(['ROICorrelation', undefined]));
});

test('DPABISurf: all regions go in, not those of each hemisphere and of the volume again', () => {
  const file = 'ROISignals_sub-01.mat';
  const parts = ['FunSurfLH/ROISignals_FunSurfWCF', 'FunSurfRH/ROISignals_FunSurfWCF', 'FunVolu/ROISignals_FunVoluWCF'];
  const whole = 'Results/ROISignals_SurfLHSurfRHVolu_FunSurfWCF';
  const names = [
    ...parts.map((part) => `Results/${part}/${file}`),
    `Results/FunVolu/TemporalDynamics/ROISignals_SurfLHSurfRHVolu_FunSurfWCF/${file}`,
    `Results/FunSurfLH/TemporalDynamics/ROISignals_FunSurfWCF/${file}`,
  ];
  const folder = study([...names, `${whole}/${file}`, `${whole}/ROI_OrderKey.tsv`, `${whole}/ROI_CenterOfMass.mat`]);
  const discovery = found(folder);
  expect(discovery.scans).toEqual([
    scan('dpabi', 'series', `${whole}/${file}`, {
      participant: 'sub-01',
      strategy: 'FunSurfWCF',
      array: 'ROISignals',
    }),
  ]);
  expect(Object.keys(skips(discovery)).sort()).toEqual([...names].sort());
  // Regions of the volume alone may be all that somebody keeps.
  expect(found(study([names[2]])).scans.map(({ strategy }) => strategy)).toEqual(['FunVolu/FunVoluWCF']);
  expect(() => discover(study(names.slice(0, 3)))).toThrow('choose one with --strategy');
});

test('REST-meta-MDD: the site is in the name', () => {
  const at = 'REST-meta-MDD-Phase1-Sharing/Results/ROISignals_FunImgARCWF';
  const folder = study([
    `${at}/ROISignals_S1-1-0001.mat`,
    `${at}/ROISignals_S1-2-0001.mat`,
    `${at}/ROISignals_S20-1-0010.mat`,
  ]);
  expect(found(folder).scans.map(({ participant, site, session }) => [participant, site, session])).toEqual([
    ['S1-1-0001', 'S1', ''],
    ['S1-2-0001', 'S1', ''],
    ['S20-1-0010', 'S20', ''],
  ]);
});

test('only Fisher z, or only text, goes in as what it is', () => {
  const folder = study(['ROICorrelation_FisherZ_01.mat', 'ROICorrelation_FisherZ_02.mat']);
  expect(found(folder).scans).toMatchObject([{ fisherZ: true, array: 'ROICorrelation_FisherZ' }, { fisherZ: true }]);
  const text = found(study(['Results/ROISignals_FunImgARCWF/ROISignals_01.txt'])).scans;
  expect(text.map(({ array, content }) => [array, content])).toEqual([[undefined, 'series']]);
});

test('CONN: denoised series of all volumes; conditions, raw series and first-level connectivity stay behind', () => {
  const project = 'conn_project01';
  const folder = study(
    ['Subject001', 'Subject002'].flatMap((subject) => [
      `${project}/data/ROI_${subject}_Session001.mat`,
      `${project}/data/COV_${subject}_Session001.mat`,
      `${project}/results/preprocessing/ROI_${subject}_Condition000.mat`,
      `${project}/results/preprocessing/ROI_${subject}_Condition001.mat`,
      `${project}/results/preprocessing/DATA_${subject}_Condition001.mat`,
      `${project}/results/firstlevel/SBC_01/resultsROI_${subject}_Condition001.mat`,
      `${project}/results/firstlevel/SBC_01/resultsROI_Condition001.mat`,
    ]),
  );
  const discovery = found(folder, { strategy: 'denoised' });
  expect(discovery.scans).toEqual(
    ['Subject001', 'Subject002'].map((participant) =>
      scan('conn', 'series', `${project}/results/preprocessing/ROI_${participant}_Condition000.mat`, {
        participant,
        task: 'Condition000',
        strategy: 'denoised',
        array: 'data',
      }),
    ),
  );
  expect(found(folder).scans).toEqual(discovery.scans);
  expect(skips(found(folder))).toEqual({
    ...Object.fromEntries(
      ['Subject001', 'Subject002'].flatMap((subject) => [
        [`${project}/data/ROI_${subject}_Session001.mat`, 'strategy not-denoised, not denoised'],
        [`${project}/results/preprocessing/ROI_${subject}_Condition001.mat`, 'task Condition001, not Condition000'],
        [
          `${project}/results/firstlevel/SBC_01/resultsROI_${subject}_Condition001.mat`,
          'kind of file connectivity, not series',
        ],
      ]),
    ),
    [`${project}/results/firstlevel/SBC_01/resultsROI_Condition001.mat`]:
      'all subjects in one file; each has its own, resultsROI_Subject*.mat',
  });
  expect(found(folder, { content: 'connectivity' }).scans).toMatchObject([
    { participant: 'Subject001', strategy: 'SBC_01', array: 'Z', fisherZ: true },
    { participant: 'Subject002' },
  ]);
});

test('CONN: a project for each subject is told by the folders; two projects beside one another are not', () => {
  const file = 'results/preprocessing/ROI_Subject001_Condition000.mat';
  const folder = study([`sub-01/ses-1/conn/${file}`, `sub-01/ses-2/conn/${file}`, `sub-02/ses-1/conn/${file}`]);
  expect(found(folder).scans.map(({ participant, session }) => [participant, session])).toEqual([
    ['sub-01', 'ses-1'],
    ['sub-01', 'ses-2'],
    ['sub-02', 'ses-1'],
  ]);
  addFiles(folder, [`sub-02/ses-1/again/${file}`]);
  expect(() => discover(folder)).toThrow(
    `the scan sub-02 ses-1 is there twice, found sub-02/ses-1/again/${file} and sub-02/ses-1/conn/${file}; name the folder of one of them.`,
  );
});
