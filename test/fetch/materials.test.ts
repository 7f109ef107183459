import { describe, expect, test } from 'vitest';
import { ABIDE_TABLE, abideFiles } from '../../src/fetch/abide.ts';
import { addressOf, mirrorAddress } from '../../src/fetch/remote-file.ts';
import { schaeferFiles } from '../../src/fetch/schaefer.ts';

describe('schaefer', () => {
  test('names, volume and centroids of every atlas asked for, at their published addresses', () => {
    const files = schaeferFiles({ parcels: [100, 400], networks: [7, 17], resolutions: [1, 2] });
    expect(files).toHaveLength(2 * 2 * (1 + 2 * 2));
    expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
    const addresses = files.map((file) => addressOf(file, undefined));
    const release =
      'https://raw.githubusercontent.com/ThomasYeoLab/CBIG/v0.14.3-Update_Yeo2011_Schaefer2018_labelname/' +
      'stable_projects/brain_parcellation/Schaefer2018_LocalGlobal/Parcellations/MNI/';
    for (const below of [
      'Schaefer2018_100Parcels_7Networks_order.txt',
      'Schaefer2018_400Parcels_17Networks_order_FSLMNI152_1mm.nii.gz',
      'Centroid_coordinates/Schaefer2018_100Parcels_7Networks_order_FSLMNI152_2mm.Centroid_RAS.csv',
    ])
      expect(addresses).toContain(`${release}${below}`);
    expect(files.filter(({ sha256 }) => sha256 !== undefined)).toHaveLength(4);
    expect(files.filter(({ sha256 }) => sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256))).toEqual([]);
  });

  test.each([
    ['--parcels', { parcels: [100, 1000], networks: [7], resolutions: [2] }, 'expected 100, 200, 300, 400, found 1000'],
    ['--networks', { parcels: [100], networks: [8], resolutions: [2] }, 'expected 7, 17, found 8'],
    ['--resolution', { parcels: [100], networks: [7], resolutions: [3] }, 'expected 1, 2, found 3'],
  ])('%s that there is not', (option, selection, problem) => {
    expect(() => schaeferFiles(selection)).toThrow(`${option}: there is no such atlas, ${problem}`);
  });
});

const QUALITY = ['qc_rater_1', 'qc_anat_rater_2', 'qc_func_rater_2', 'qc_anat_rater_3', 'qc_func_rater_3'];

/** A table like the project's: site, FILE_ID, mean FD and five verdicts a row. */
function table(rows: readonly (readonly string[])[]): string {
  const header = ['', 'SUB_ID', 'SITE_ID', 'FILE_ID', 'func_mean_fd', ...QUALITY, 'qc_notes'];
  return [header, ...rows.map((row, i) => [String(i), String(50000 + i), ...row, '"a, b"'])]
    .map((row) => row.join(','))
    .join('\n');
}

const good = ['OK', 'OK', 'OK', 'OK', 'OK'];
const TABLE = table([
  ['PITT', 'no_filename', '0.1', ...good],
  ['PITT', 'Pitt_0050004', '0.12', ...good],
  ['NYU', 'NYU_0050952', '0.05', 'OK', 'maybe', 'maybe', 'OK', 'OK'],
  ['NYU', 'NYU_0050953', '0.5', ...good],
  ['NYU', 'NYU_0050954', '', ...good],
  ['UM_1', 'UM_1_0050272', '0.01', 'OK', 'OK', 'fail', 'OK', 'OK'],
  ['UM_1', 'UM_1_0050273', '0.01', 'maybe', 'OK', 'OK', 'OK', 'OK'],
]);
const source = { pipeline: 'cpac', strategy: 'nofilt_noglobal', atlas: 'cc200' } as const;
const all = { sites: [], quality: 'all' } as const;
const ids = (selection: Parameters<typeof abideFiles>[2]) =>
  abideFiles(TABLE, source, selection).files.map(({ name }) =>
    name.replace(/^cpac\/nofilt_noglobal\/(.+)_rois_cc200\.1D$/, '$1'),
  );

describe('abide', () => {
  test('files are at the addresses that the project gives', () => {
    const { files, participants, scanned } = abideFiles(
      TABLE,
      { pipeline: 'ccs', strategy: 'filt_global', atlas: 'ho' },
      all,
    );
    expect({ participants, scanned, files: files.length }).toEqual({ participants: 7, scanned: 6, files: 6 });
    const root = 'https://s3.amazonaws.com/fcp-indi/data/Projects/ABIDE_Initiative/';
    expect(addressOf(files[0], undefined)).toBe(`${root}Outputs/ccs/filt_global/rois_ho/Pitt_0050004_rois_ho.1D`);
    expect(files[0].name).toBe('ccs/filt_global/Pitt_0050004_rois_ho.1D');
    expect(addressOf(ABIDE_TABLE, undefined)).toBe(`${root}Phenotypic_V1_0b_preprocessed1.csv`);
  });

  test('by quality, site, motion and number', () => {
    expect(ids(all)).toHaveLength(6);
    const checked = { sites: [], quality: 'checked' } as const;
    expect(ids(checked)).toEqual(['Pitt_0050004', 'NYU_0050952', 'NYU_0050953', 'NYU_0050954']);
    expect(ids({ ...checked, sites: ['nyu', 'UM_1'] })).toEqual(['NYU_0050952', 'NYU_0050953', 'NYU_0050954']);
    // A scan whose motion is not known does not move little.
    expect(ids({ ...checked, maxMeanFd: 0.2 })).toEqual(['Pitt_0050004', 'NYU_0050952']);
    expect(ids({ ...all, sites: ['UM_1'], first: 1 })).toEqual(['UM_1_0050272']);
  });

  test('what does not fit is said', () => {
    expect(() => ids({ ...all, sites: ['NYC'] })).toThrow(
      '--site NYC: ABIDE I has no such site, expected NYU, PITT, UM_1; the nearest is NYU.',
    );
    expect(() => ids({ ...all, maxMeanFd: 0.001 })).toThrow('no scan of ABIDE I fits');
    expect(() => abideFiles('a,b\n1,2\n', source, all)).toThrow('there is no column "FILE_ID", found a, b');
    const twice = table([
      ['NYU', 'NYU_1', '', ...good],
      ['NYU', 'NYU_1', '', ...good],
    ]);
    expect(() => abideFiles(twice, source, all)).toThrow('a FILE_ID occurs twice');
  });

  test.each(['../../etc/passwd', 'a/b', 'a b', '', '.', 'x'.repeat(90)])('a FILE_ID that is no name (%s)', (id) => {
    expect(() => abideFiles(table([['NYU', id, '', ...good]]), source, all)).toThrow('a FILE_ID is no name of a file');
  });
});

describe('mirrors', () => {
  test('replace the host', () => {
    const file = { host: 'https://host.example/', path: 'a/b.txt' };
    expect(addressOf(file, undefined)).toBe('https://host.example/a/b.txt');
    expect(addressOf(file, mirrorAddress('http://mirror.example:8080/brain', '--base-url'))).toBe(
      'http://mirror.example:8080/brain/a/b.txt',
    );
  });

  test.each(['', 'mirror', 'ftp://a/', 'file:///etc', 'https://a/?b=c'])('are http addresses (%s)', (text) => {
    expect(() => mirrorAddress(text, '--base-url')).toThrow(
      `--base-url: not the address of a mirror, expected https://HOST/ or https://HOST/FOLDER/, found "${text}".`,
    );
  });
});
