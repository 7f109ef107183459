/** @file `brainmass fetch`: what it shows, asks, fetches, and what its next command makes of it. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { fetchCommand } from '../../src/cli/fetch.ts';
import { ingestCommand } from '../../src/cli/ingest.ts';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { type FaultyServer, sendFile, serve } from '../fetch/faulty-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'fetch-command-'));
let server: FaultyServer;
beforeAll(async () => {
  server = await serve((response, asked) => {
    const body = bodyOf(asked.path);
    if (body === undefined) response.writeHead(404).end();
    else sendFile(response, asked, body);
  });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const VERDICTS = 'qc_rater_1,qc_anat_rater_2,qc_func_rater_2,qc_anat_rater_3,qc_func_rater_3';
const row = (id: number, site: string, file: string, age: number, verdict = 'OK') =>
  `${id},${site},${file},${1 + (id % 2)},${age},0.1,${Array.from({ length: 5 }, () => verdict).join(',')}`;
const TABLE = [
  `SUB_ID,SITE_ID,FILE_ID,DX_GROUP,AGE_AT_SCAN,func_mean_fd,${VERDICTS}`,
  row(50002, 'PITT', 'no_filename', 16),
  row(50003, 'PITT', 'Pitt_0050003', 24),
  row(50004, 'PITT', 'Pitt_0050004', 19),
  row(50952, 'NYU', 'NYU_0050952', 23),
  row(50953, 'NYU', 'NYU_0050953', 31, 'fail'),
  row(50954, 'NYU', 'NYU_0050954', 30),
].join('\n');

/** A scan as the project writes it: 200 ROIs, 30 volumes, and a number of its own. */
function scanText(seed: number): string {
  const header = Array.from({ length: 200 }, (_, roi) => `#${roi + 1}`).join('\t');
  const value = (t: number, roi: number) => Math.sin((t + 1) * (roi + 2) * 0.37 + seed).toFixed(6);
  const volume = (_: unknown, t: number) => Array.from({ length: 200 }, (_, roi) => value(t, roi)).join('\t');
  return [header, ...Array.from({ length: 30 }, volume), ''].join('\n');
}

/** What the two public servers have, on one mirror; the last scan is not there. */
function bodyOf(path: string): Uint8Array | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const text = (content: string) => new TextEncoder().encode(content);
  if (path === '/fcp-indi/data/Projects/ABIDE_Initiative/Phenotypic_V1_0b_preprocessed1.csv') return text(TABLE);
  const scan = /ABIDE_Initiative\/Outputs\/cpac\/filt_noglobal\/rois_cc200\/\w+_(\d{7})_rois_cc200\.1D$/.exec(path);
  if (scan !== null && scan[1] !== '0050954') return text(scanText(Number(scan[1])));
  if (name === 'Schaefer2018_200Parcels_7Networks_order_FSLMNI152_2mm.nii.gz') return gzipSync(text('a volume'));
  return /^Schaefer2018_\d+Parcels_7Networks_order\.txt$/.test(name)
    ? text('1\t7Networks_LH_Vis_1\t0\t0\t0\t0\n')
    : undefined;
}

interface Written {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command and returns what it wrote. */
async function fetchWith(...args: string[]): Promise<Written> {
  const out: string[] = [];
  const err: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
  vi.stubEnv('BRAINMASS_FETCH_BASE', server.base);
  await fetchCommand().exitOverride().parseAsync(args, { from: 'user' });
  vi.restoreAllMocks();
  return { stdout: out.join(''), stderr: err.join('') };
}

test('--list says what there is, under which licence, and asks nobody', async () => {
  const { length } = server.asked;
  const { stdout } = await fetchWith('--list');
  for (const part of [
    'schaefer\n',
    'abide\n',
    'MIT',
    'non-commercial',
    'doi:10.1093/cercor/bhx179',
    'doi:10.1038/mp.2013.78',
  ])
    expect(stdout).toContain(part);
  expect(server.asked).toHaveLength(length);
});

test('what is not there is refused', async () => {
  await expect(fetchWith()).rejects.toThrow('it is not said what to fetch, expected schaefer, abide');
  await expect(fetchWith('abyde')).rejects.toThrow(
    'there is nothing named "abyde" to fetch, expected schaefer, abide; did you mean abide?',
  );
  await expect(fetchWith('schaefer', '--parcels', '150')).rejects.toThrow('--parcels: there is no such atlas');
  await expect(fetchWith('abide', '--site', 'NYC')).rejects.toThrow('the nearest is NYU');
  await expect(fetchWith('schaefer', '--base-url', 'mirror')).rejects.toThrow(
    '--base-url: not the address of a mirror',
  );
});

test('--dry-run shows size and licence, and fetches nothing', async () => {
  const out = join(folder, 'dry');
  const { stdout } = await fetchWith('abide', '--out', out, '--dry-run');
  expect(stdout).toContain('non-commercial research only');
  expect(stdout).toContain('4 of 5 scans fit (6 participants)');
  const bytes = TABLE.length + [50003, 50004, 50952].reduce((sum, id) => sum + scanText(id).length, 0);
  expect(stdout).toContain(`5 to fetch, ${(bytes / 1e6).toFixed(1)} MB`);
  const document: unknown = JSON.parse((await fetchWith('abide', '--out', out, '--dry-run', '--json')).stdout);
  expect(document).toMatchObject({
    material: 'abide',
    folder: out,
    whole: 0,
    missing: 5,
    bytes,
    exact: true,
    dry_run: true,
  });
  expect(existsSync(out)).toBe(false);
});

test('without --yes and without a terminal nothing is fetched', async () => {
  const out = join(folder, 'unasked');
  await expect(fetchWith('abide', '--out', out)).rejects.toThrow('pass --yes to fetch it, or --dry-run only to look');
  expect(existsSync(out)).toBe(false);
});

test('scans of ABIDE I come, are left alone the next time, and go in with the command that is shown', async () => {
  const out = join(folder, 'abide');
  const first = await fetchWith('abide', '--out', out, '--yes');
  expect(first.stderr).toContain('5 to fetch');
  expect(first.stdout).toContain('4 files fetched');
  expect(first.stdout).toContain(
    'The server does not have 1 of the files: cpac/filt_noglobal/NYU_0050954_rois_cc200.1D',
  );
  expect(readdirSync(out).sort()).toEqual(['Phenotypic_V1_0b_preprocessed1.csv', 'cpac', 'fetched.json']);
  const scansBelow = join(out, 'cpac', 'filt_noglobal');
  expect(readdirSync(scansBelow).sort()).toEqual([
    'NYU_0050952_rois_cc200.1D',
    'Pitt_0050003_rois_cc200.1D',
    'Pitt_0050004_rois_cc200.1D',
  ]);
  expect(readFileSync(join(scansBelow, 'Pitt_0050004_rois_cc200.1D'), 'utf8')).toBe(scanText(50004));
  const { length } = server.asked;
  const again = await fetchWith('abide', '--out', out, '--site', 'PITT');
  expect(again.stdout).toContain('nothing to fetch, 3 files are there and whole');
  expect(server.asked).toHaveLength(length);

  const [, next] = /\nNext:\n {2}brainmass ingest (.+)\n$/.exec(first.stdout) ?? ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  await ingestCommand().exitOverride().parseAsync(next.split(' '), { from: 'user' });
  const dataset = openDataset(`${out}.dataset`);
  expect(dataset.atlas).toBe('cc200');
  const scans = dataset.scans.map(({ participantId, site, phenotype }) => [
    Number(participantId),
    site,
    phenotype.DX_GROUP,
  ]);
  expect(scans.sort()).toEqual([
    [50003, 'PITT', '2'],
    [50004, 'PITT', '1'],
    [50952, 'NYU', '1'],
  ]);
  dataset.close();
});

test('a server without any scan is said', async () => {
  const empty = join(folder, 'empty');
  await expect(fetchWith('abide', '--out', empty, '--pipeline', 'niak', '--first', '2', '--yes')).rejects.toThrow(
    /the server has none of the 2 files, found niak\/filt_noglobal\/Pitt_0050003_rois_cc200\.1D/,
  );
});

test('an atlas comes without centroids when there are none; one JSON document', async () => {
  const out = join(folder, 'atlas');
  const { stdout } = await fetchWith('schaefer', '--parcels', '200', '--out', out, '--yes', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    material: 'schaefer',
    folder: out,
    missing: 3,
    fetched: {
      files: 2,
      checks: { gzip: 1, size: 1 },
      absent: ['Schaefer2018_200Parcels_7Networks_order_FSLMNI152_2mm.Centroid_RAS.csv'],
    },
    next: `brainmass ingest SCANS --atlas ${out}/Schaefer2018_200Parcels_7Networks_order.txt --out my.dataset`,
  });
});

test('a file named as the folder is refused before anything is asked', async () => {
  await expect(fetchWith('schaefer', '--out', import.meta.filename, '--yes')).rejects.toThrow(
    'a file, expected a folder',
  );
});
