import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { formatDryRun } from '../../src/cli/dry-run-text.ts';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { dryRun } from '../../src/ingest/dry-run.ts';
import { type IngestOptions, ingest } from '../../src/ingest/ingest.ts';
import { imageFolder, niftiBytes } from '../volume/image-files.ts';

const { folder } = imageFolder();
const at = (...parts: string[]) => join(folder, ...parts);
const put = (path: string, content: string | Uint8Array) => {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), content);
};

const VOLUMES = 60;
const ROIS = 4;
const DIMS = [4, 4, 2] as const;
/** 2 mm voxels; every fourth voxel is of one ROI. */
const AFFINE = [2, 0, 0, -4, 0, 2, 0, -4, 0, 0, 2, -2];
const VOXELS = DIMS[0] * DIMS[1] * DIMS[2];
const roiOf = (voxel: number) => voxel % ROIS;

/** What the ROI does, and what motion adds to all of them. */
const signal = (roi: number, t: number, person: number) => Math.sin((roi + 1) * (t + 1) * (0.7 + 0.1 * person)) * 20;
const motion = (t: number) => Math.cos(t * t * 0.31) * 0.2;

function bold(person: number): Uint8Array {
  const values = new Float32Array(VOXELS * VOLUMES);
  for (let t = 0; t < VOLUMES; t++)
    for (let v = 0; v < VOXELS; v++)
      values[t * VOXELS + v] = 1000 + signal(roiOf(v), t, person) + 500 * motion(t) + (v % 3) * 10;
  return gzipSync(niftiBytes({ dims: [...DIMS, VOLUMES], affine: AFFINE, values, tr: 2 }));
}

function confounds(late = 0): string {
  const names = ['trans_x', 'trans_y', 'trans_z', 'rot_x', 'rot_y', 'rot_z', 'framewise_displacement'];
  const rows = Array.from({ length: VOLUMES }, (_, t) => [
    motion(t - late),
    ...[2, 3].map((k) => Math.sin(k * t) * 0.1),
    ...[4, 5, 6].map((k) => Math.sin(k * t) * 0.001),
    t === 0 ? 'n/a' : t === 30 ? 0.9 : 0.1,
  ]);
  return [names, ...rows].map((row) => row.join('\t')).join('\n');
}

const FMRIPREP = 'derivatives/fmriprep';
const image = (person: number) =>
  `${FMRIPREP}/sub-0${person}/func/sub-0${person}_task-rest_space-MNI152NLin2009cAsym_desc-preproc_bold`;

beforeAll(() => {
  put(
    `${FMRIPREP}/dataset_description.json`,
    JSON.stringify({ Name: 'fMRIPrep', BIDSVersion: '1.4.0', GeneratedBy: [{ Name: 'fMRIPrep', Version: '23.2.0' }] }),
  );
  put(`${FMRIPREP}/participants.tsv`, 'participant_id\tage\tdx\nsub-01\t30\t1\nsub-02\t31\t0\n');
  for (const person of [1, 2]) {
    put(`${image(person)}.nii.gz`, bold(person));
    put(`${image(person)}.json`, JSON.stringify({ RepetitionTime: 2 }));
    put(`${FMRIPREP}/sub-0${person}/func/sub-0${person}_task-rest_desc-confounds_timeseries.tsv`, confounds());
  }
  const labels = Int16Array.from({ length: VOXELS }, (_, v) => roiOf(v) + 1);
  put('labels.nii.gz', gzipSync(niftiBytes({ dims: DIMS, affine: AFFINE, values: labels })));
  put('atlas.csv', 'name,x,y,z\na,-1,-1,0\nb,-1,-1,0\nc,-1,-1,0\nd,-1,-1,0\n');
  put('far.csv', 'name,x,y,z\na,60,1,1\nb,1,1,1\nc,1,1,1\nd,1,1,1\n');
});
afterEach(() => rmSync(at('out'), { recursive: true, force: true }));

const run = (options: Partial<IngestOptions> = {}) =>
  ingest([at(FMRIPREP)], { out: at('out'), labels: at('labels.nii.gz'), ...options });

function series(scan: number) {
  const dataset = openDataset(at('out'));
  const { values, timepoints } = dataset.readSeries(scan);
  dataset.close();
  return { values, timepoints, scan: dataset.scans[scan] };
}

describe("fMRIPrep's derivatives", () => {
  test('go in with participants, TR and denoised series: the planted signal without the motion in it', async () => {
    const { scans, atlas, ingest: done } = await run({ atlas: at('atlas.csv'), denoising: { denoise: '6p' } });
    expect([scans, atlas, done.read]).toEqual([2, 'atlas', 2]);
    for (const person of [1, 2]) {
      const { values, timepoints, scan } = series(person - 1);
      expect([timepoints, scan.participantId, scan.tr, scan.phenotype.dx]).toEqual([
        VOLUMES,
        `sub-0${person}`,
        2,
        person === 1 ? '1' : '0',
      ]);
      expect(Number(scan.phenotype.mean_fd)).toBeCloseTo((0.9 + 58 * 0.1) / 59, 4);
      for (let roi = 0; roi < ROIS; roi++) {
        const planted = Array.from({ length: VOLUMES }, (_, t) => signal(roi, t, person));
        const found = Array.from({ length: VOLUMES }, (_, t) => values[t * ROIS + roi]);
        expect(correlation(found, planted)).toBeGreaterThan(0.9);
        expect(
          Math.abs(
            correlation(
              found,
              Array.from({ length: VOLUMES }, (_, t) => motion(t)),
            ),
          ),
        ).toBeLessThan(1e-5);
      }
    }
  });

  test('scrubbed, lose the volume that moved; as they are, only when that is said', async () => {
    await run({ denoising: { denoise: 'none', scrubFd: '0.5', minMinutes: '1' } });
    expect(series(0).timepoints).toBe(VOLUMES - 1);
    expect(series(0).scan.phenotype.n_censored).toBe('1');
    await expect(run({ overwrite: true })).rejects.toThrow(
      'fMRIPrep leaves confounds in its images, and no denoising is asked for; pass --denoise with a strategy',
    );
    await expect(ingest([at(`${image(1)}.nii.gz`)], { out: at('one'), labels: at('labels.nii.gz') })).rejects.toThrow(
      'sub-01_task-rest_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz: fMRIPrep leaves confounds in its images',
    );
    await run({ overwrite: true, denoising: { denoise: 'none' } });
    const { values } = series(0);
    const mean = (t: number) => {
      const voxels = Array.from({ length: VOXELS }, (_, v) => v).filter((v) => roiOf(v) === 0);
      return (
        voxels.reduce((sum, v) => sum + 1000 + signal(0, t, 1) + 500 * motion(t) + (v % 3) * 10, 0) / voxels.length
      );
    };
    for (const t of [0, 17, 59]) expect(values[t * ROIS]).toBeCloseTo(mean(t), 2);
  });

  test('read on two threads are the same', async () => {
    await run({ denoising: { denoise: '24p' }, threads: 1 });
    const one = series(1).values;
    await run({ denoising: { denoise: '24p' }, threads: 2, overwrite: true });
    expect(series(1).values).toEqual(one);
  });

  test('are read anew by --add when their confounds, mask or TR changed, and only then', async () => {
    const adding = { add: true, denoising: { denoise: '6p', bandPass: '0.01-0.1' } };
    const table = `${FMRIPREP}/sub-01/func/sub-01_task-rest_desc-confounds_timeseries.tsv`;
    const seen = async () => (await run(adding)).ingest.read;
    await run(adding);
    const before = series(0).values;
    expect(await seen()).toBe(0);
    put(table, confounds(1));
    expect(await seen()).toBe(1);
    expect(series(0).values).not.toEqual(before);
    put(table, confounds());
    put(`${image(2)}.json`, JSON.stringify({ RepetitionTime: 2.5 }));
    expect(await seen()).toBe(2);
    expect(series(0).values).toEqual(before);
    put(`${image(2)}.json`, JSON.stringify({ RepetitionTime: 2 }));
    const mask = `${image(1).replace(/_desc-preproc_bold$/, '')}_desc-brain_mask.nii.gz`;
    put(mask, gzipSync(niftiBytes({ dims: DIMS, affine: AFFINE, values: new Int16Array(VOXELS).fill(1) })));
    expect(await seen()).toBe(2);
    rmSync(at(mask));
    expect(await seen()).toBe(1);
  });

  test('are listed beforehand', () => {
    const {
      tools,
      scans,
      participants,
      phenotype_columns: columns,
    } = dryRun([at(FMRIPREP)], { labels: at('labels.nii.gz') });
    expect([tools, scans.length, participants, columns]).toEqual([['fmriprep'], 2, 2, ['age', 'dx']]);
    expect(scans[0]).toMatchObject({ scan_id: 'sub-01', tr: 2, content: 'volume' });
    expect(scans[0].confounds).toMatch(/desc-confounds_timeseries\.tsv$/);
  });

  test('without a table of confounds are named beforehand, refused, and left out only when asked and on record', async () => {
    const table = `${FMRIPREP}/sub-02/func/sub-02_task-rest_desc-confounds_timeseries.tsv`;
    const surfaces = Array.from({ length: 30 }, (_, k) => `${FMRIPREP}/sub-01/func/a${k}_hemi-L_bold.func.gii`);
    rmSync(at(table));
    for (const surface of surfaces) put(surface, '');
    const reason = 'no table of confounds lies beside it (desc-confounds_timeseries.tsv)';
    const scan = image(2).slice(FMRIPREP.length + 1);
    expect(formatDryRun(dryRun([at(FMRIPREP)], {}))).toMatch(
      new RegExp(`1 scan is not whole; --skip-bad leaves it out:\\nfile .*\\n-+ .*\\n${scan}`),
    );
    const asked = { denoising: { denoise: '6p' } };
    await expect(run(asked)).rejects.toThrow(reason);
    put('one.csv', 'id,dx\nsub-01,1\n');
    const unasked = (await run({ ...asked, participants: at('one.csv') })).ingest;
    expect([unasked.read, unasked.left_out]).toEqual([1, []]);
    put('both.csv', 'id,dx\nsub-01,1\nsub-02,0\n');
    await expect(run({ ...asked, participants: at('both.csv'), overwrite: true })).rejects.toThrow(reason);
    const { scans, ingest: done, warnings } = await run({ ...asked, skipBad: true, overwrite: true });
    expect([scans, done.left_out]).toEqual([1, [{ name: `${scan}.nii.gz`, reason }]]);
    expect(warnings[0]).toBe(`1 scan is not whole and was left out: ${scan}.nii.gz (${reason})`);
    expect(JSON.parse(readFileSync(at('out/dataset.json'), 'utf8')).reading.leftOut).toEqual(done.left_out);
    for (const surface of surfaces) rmSync(at(surface));
    put(table, confounds());
    expect((await run({ ...asked, add: true })).ingest).toMatchObject({ read: 1, taken_over: 1, left_out: [] });
    rmSync(at(table));
    const again = await run({ ...asked, add: true, skipBad: true });
    expect(again).toMatchObject({ scans: 2, ingest: { read: 0, taken_over: 2, left_out: [] } });
    expect(again.warnings[0]).toContain(`${reason}; what the data set holds of it stays`);
    put(table, confounds());
  });

  test('that see too little of every ROI are refused by that name', async () => {
    // Half of each ROI's voxels have signal.
    const values = Float32Array.from({ length: VOXELS * VOLUMES }, (_, i) => (i % VOXELS < VOXELS / 2 ? i % 97 : 0));
    put('half/sub-01_bold.nii.gz', gzipSync(niftiBytes({ dims: [...DIMS, VOLUMES], affine: AFFINE, values, tr: 2 })));
    const half = (minimumCoverage: number) =>
      ingest([at('half')], { out: at('out'), labels: at('labels.nii.gz'), minimumCoverage });
    await expect(half(0.6)).rejects.toThrow(
      /sub-01_bold\.nii\.gz: no ROI has signal in enough of its voxels, expected 0\.6 of them, found at most 0\.50; leave/,
    );
    await expect(half(0.5)).resolves.toMatchObject({ scans: 1 });
  });

  test('are refused with a parcellation that is not the atlas, and without any', async () => {
    const denoising = { denoise: 'none' };
    await expect(run({ denoising, atlas: at('far.csv') })).rejects.toThrow(
      `${at('labels.nii.gz')}: 1 of 4 labels are not where the atlas far has its ROIs; the first is ROI 1 "a", expected it near (60, 1, 1) mm`,
    );
    await expect(run({ denoising, atlas: 'schaefer100' })).rejects.toThrow(
      'the parcellation is not of the atlas schaefer100, expected 100 labels, found 4',
    );
    await expect(ingest([at(FMRIPREP)], { out: at('out'), denoising })).rejects.toThrow(
      'the scan is an image of voxels, expected a label image that says where the ROIs are; pass --labels PARCELLATION.nii.gz',
    );
  });
});

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (x: readonly number[]) => x.reduce((sum, value) => sum + value, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  const dot = (x: readonly number[], mx: number, y: readonly number[], my: number) =>
    x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0);
  return dot(a, ma, b, mb) / Math.sqrt(dot(a, ma, a, ma) * dot(b, mb, b, mb));
}
