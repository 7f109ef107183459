import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { discover } from '../../src/preprocessors/discover.ts';
import { found, scan, skips, study } from './study.ts';

const SITES = ['Pitt_0050004', 'UM_1_0050272', 'MaxMun_a_0051332', 'CMU_b_0050669'];

test('ABIDE as the project lays it out: pipelines, strategies, atlases, and the phenotypic table', () => {
  const folder = study([
    'Phenotypic_V1_0b_preprocessed1.csv',
    ...['filt_global', 'nofilt_noglobal'].flatMap((strategy) =>
      SITES.flatMap((id) => [
        `Outputs/cpac/${strategy}/rois_cc200/${id}_rois_cc200.1D`,
        `Outputs/cpac/${strategy}/rois_aal/${id}_rois_aal.1D`,
        `Outputs/cpac/${strategy}/reho/${id}_reho.nii.gz`,
        `Outputs/cpac/${strategy}/func_preproc/${id}_func_preproc.nii.gz`,
      ]),
    ),
  ]);
  expect(() => discover(folder)).toThrow(
    '2 strategies, found cpac/filt_global: 8, cpac/nofilt_noglobal: 8; choose one with --strategy',
  );
  expect(() => discover(folder, { strategy: 'filt_global' })).toThrow(
    '2 parcellations, found aal: 4, cc200: 4; choose one with --parcellation',
  );
  const discovery = found(folder, { atlas: 'cc200', strategy: 'nofilt_noglobal' });
  expect(discovery.tool).toBe('pcp');
  expect(discovery.participantsTable).toBe('Phenotypic_V1_0b_preprocessed1.csv');
  const series = (site: string, participant: string) =>
    scan('pcp', 'series', `Outputs/cpac/nofilt_noglobal/rois_cc200/${site}_${participant}_rois_cc200.1D`, {
      participant,
      site,
      task: 'rest',
      atlas: 'cc200',
      strategy: 'cpac/nofilt_noglobal',
    });
  expect(discovery.scans).toEqual([
    series('CMU_b', '0050669'),
    series('MaxMun_a', '0051332'),
    series('Pitt', '0050004'),
    series('UM_1', '0050272'),
  ]);
  expect(skips(discovery)).toMatchObject({
    'Outputs/cpac/filt_global/reho/Pitt_0050004_reho.nii.gz': 'a derived map, no series',
    'Outputs/cpac/nofilt_noglobal/func_preproc/Pitt_0050004_func_preproc.nii.gz':
      'no parcellation in the name, not cc200',
    'Outputs/cpac/filt_global/rois_cc200/Pitt_0050004_rois_cc200.1D': 'strategy cpac/filt_global, not nofilt_noglobal',
    'Outputs/cpac/nofilt_noglobal/rois_aal/Pitt_0050004_rois_aal.1D': 'parcellation aal, not cc200',
  });
  expect(discovery.skipped).toHaveLength(28);
});

test('ABIDE as nilearn fetches it, and files alone in one folder', () => {
  const folder = study([
    'ABIDE_pcp/Phenotypic_V1_0b_preprocessed1.csv',
    'ABIDE_pcp/cpac/filt_noglobal/NYU_0050952_rois_ho.1D',
  ]);
  expect(found(folder).scans).toMatchObject([{ participant: '0050952', site: 'NYU', strategy: 'cpac/filt_noglobal' }]);
  expect(found(folder).participantsTable).toBe('ABIDE_pcp/Phenotypic_V1_0b_preprocessed1.csv');
  const flat = found(study(['NYU_0050952_rois_cc200.1D', 'Yale_0050551_rois_cc200.1D']));
  expect(flat.scans.map(({ site, participant, strategy }) => [site, participant, strategy])).toEqual([
    ['NYU', '0050952', undefined],
    ['Yale', '0050551', undefined],
  ]);
});

test('ADHD-200 of Athena: sites, sessions and runs, filtered or not', () => {
  const files = [
    'KKI/KKI_phenotypic.csv',
    'KKI/1018959/sfnwmrda1018959_session_1_rest_1_cc200_TCs.1D',
    'KKI/1018959/snwmrda1018959_session_1_rest_1_cc200_TCs.1D',
    'NYU/0010001/sfnwmrda0010001_session_1_rest_1_cc200_TCs.1D',
    'NYU/0010001/sfnwmrda0010001_session_1_rest_2_cc200_TCs.1D',
    'NYU/0010001/sfnwmrda0010001_session_2_rest_1_cc200_TCs.1D',
    'NYU/0010001/snwmrda0010001_session_1_rest_1_cc200_TCs.1D',
    'NYU/0010001/wssd0010001_session_1_anat.nii.gz',
  ];
  const folder = study(files);
  expect(() => discover(folder)).toThrow('2 strategies, found filtered: 4, unfiltered: 2');
  const discovery = found(folder, { strategy: 'filtered' });
  const parts = discovery.scans.map(({ site, participant, session, run, atlas }) => [
    site,
    participant,
    session,
    run,
    atlas,
  ]);
  expect(parts).toEqual([
    ['KKI', '1018959', '1', '1', 'cc200'],
    ['NYU', '0010001', '1', '1', 'cc200'],
    ['NYU', '0010001', '1', '2', 'cc200'],
    ['NYU', '0010001', '2', '1', 'cc200'],
  ]);
  expect(discovery.participantsTable).toBe('KKI/KKI_phenotypic.csv');
  // One table a site: none is the table of all.
  const sites = found(study([...files, 'NYU/NYU_phenotypic.csv']), { strategy: 'filtered' });
  expect(sites.participantsTable).toBeUndefined();
  expect(skips(sites)['NYU/NYU_phenotypic.csv']).toBe(
    'one of 2 tables of participants; join them and pass --participants',
  );
  const whole = found(study([...files, 'NYU/NYU_phenotypic.csv', 'adhd200_preprocessed_phenotypics.tsv']), {
    strategy: 'filtered',
  });
  expect(whole.participantsTable).toBe('adhd200_preprocessed_phenotypics.tsv');
});

const ABIDE = join(import.meta.dirname, '../../../shared/data/abide1-cc200');

describe.skipIf(!existsSync(ABIDE))('ABIDE (skipped without ../shared/data)', () => {
  test('the original files are found beside the phenotypic table', () => {
    const discovery = discover(ABIDE);
    expect(discovery?.tool).toBe('pcp');
    expect(discovery?.scans.map(({ path }) => path)).toEqual(
      readdirSync(join(ABIDE, 'raw_1D'))
        .sort()
        .map((name) => join(ABIDE, 'raw_1D', name)),
    );
    expect(discovery?.participantsTable).toBe(join(ABIDE, 'Phenotypic_V1_0b_preprocessed1.csv'));
  });
});
