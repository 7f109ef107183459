/** @file Folders of no known layout: which files are scans, and what is said where none are. */
import { relative } from 'node:path';
import { expect, test } from 'vitest';
import { locateScans } from '../../src/ingest/locate-scans.ts';
import { scansOfFolder, type Wanted } from '../../src/ingest/scans-of-folder.ts';
import { scratchFolder } from './scratch-folder.ts';

const { at, put } = scratchFolder();

const putAll = (...names: string[]) => {
  for (const name of names) put(name, '');
};
const found = (wanted: Wanted) => scansOfFolder(at(), wanted).paths.map((path) => relative(at(), path));

test('matrices, CIFTI that names its ROIs, and images go apart', () => {
  putAll('a.csv', 'b.ptseries.nii', 'c.pconn.nii', 'd.nii.gz', 'e.hdr', 'e.img', 'f.dtseries.nii', 'notes.md');
  expect(found('series')).toEqual(['a.csv', 'b.ptseries.nii']);
  expect(found('connectivity')).toEqual(['a.csv', 'c.pconn.nii']);
  expect(found('images')).toEqual(['b.ptseries.nii', 'c.pconn.nii', 'd.nii.gz', 'e.img', 'f.dtseries.nii']);
});

test('images beside the scans are not passed over in silence', () => {
  putAll('p1.csv', 'p2.csv', 'images/p1.nii.gz', 'images/p2.nii.gz');
  const { scans, notes } = locateScans([at()], {});
  expect(scans.map(({ name }) => name)).toEqual(['p1.csv', 'p2.csv']);
  const names = ['p1', 'p2'].map((name) => at('images', `${name}.nii.gz`)).join('; ');
  expect(notes).toEqual([`2 images were passed over (${names}): --labels and --atlas would say where their ROIs are`]);
  expect(locateScans([at()], { labels: 'atlas.nii.gz' }).notes).toEqual([]);
});

test.each<[string, string[], Wanted, string]>([
  [
    'volumes',
    ['func/p1_bold.nii.gz', 'func/p2_bold.nii.gz', 'func/p3_bold.nii.gz'],
    'series',
    'the folder holds images (func/p1_bold.nii.gz and 2 more) and no series, expected a label image that says where the ROIs are; pass --labels PARCELLATION.nii.gz, and --atlas with the names of its ROIs.',
  ],
  [
    'dense CIFTI',
    ['a.dtseries.nii'],
    'series',
    'the folder holds images (a.dtseries.nii) and no series, expected a CIFTI file with labels or parcels that says where the ROIs are; pass --labels PARCELLATION.dlabel.nii, and --atlas',
  ],
  [
    'CIFTI connectivity',
    ['a.pconn.nii'],
    'series',
    'the folder holds connectivity (a.pconn.nii) and no series; pass --connectivity to make a data set of matrices.',
  ],
  [
    'volumes, when connectivity is wanted',
    ['a.nii'],
    'connectivity',
    'the folder holds images (a.nii) and no connectivity; ingest series first: leave out --connectivity and pass --labels PARCELLATION.nii.gz, and --atlas with the names of its ROIs.',
  ],
  [
    'matrices, when images are wanted',
    ['a.csv'],
    'images',
    'the folder holds no images, expected files named *.nii, *.nii.gz, *.img, *.img.gz, *.hdr, *.hdr.gz; leave out --labels if the scans are series already.',
  ],
  ['nothing', ['notes.md'], 'series', 'the folder holds no scans, expected files named *.npy,'],
])('a folder of %s alone: which option reads it', (_, files, wanted, sentence) => {
  putAll(...files);
  expect(() => scansOfFolder(at(), wanted)).toThrow(`${at()}: ${sentence}`);
});
