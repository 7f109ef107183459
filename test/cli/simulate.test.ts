/** @file `brainmass simulate`: what it prints and writes, and what it refuses. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { simulateCommand } from '../../src/cli/simulate.ts';
import { openDataset } from '../../src/dataset/open-dataset.ts';

const folder = mkdtempSync(join(tmpdir(), 'simulate-command-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** Runs the command and returns what it wrote on stdout. */
async function simulate(...args: string[]): Promise<string> {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  await simulateCommand().exitOverride().parseAsync(args, { from: 'user' });
  return written.join('');
}

const SMALL = ['--subjects', '4', '--rois', '14', '--timepoints', '30'];

test('writes a data set that opens, and prints one JSON document', async () => {
  const out = join(folder, 'a.dataset');
  const printed = JSON.parse(await simulate(out, ...SMALL, '--sessions', '2', '--seed', '3', '--json'));
  expect(printed).toEqual({
    dataset: out,
    scans: 8,
    participants: 4,
    rois: 14,
    timepoints: 240,
    atlas: 'simulated-14',
    seed: 3,
    effect: 0.5,
    sessions: 2,
    sites: 3,
  });
  const dataset = openDataset(out);
  expect(dataset.scans.map(({ scanId }) => scanId).slice(0, 2)).toEqual(['sub-0001_ses-1', 'sub-0001_ses-2']);
  expect(dataset.readSeries(7).values.length).toBe(30 * 14);
  dataset.close();
});

test('says in words what it wrote', async () => {
  const out = join(folder, 'b.dataset');
  expect(await simulate(out, ...SMALL, '--effect', '-0.3')).toBe(
    `4 scans of 4 participants, 14 ROIs (simulated-14), in ${out}; planted: d = -0.3 between salience and default-mode network\n`,
  );
});

test('an existing data set stays unless told otherwise', async () => {
  const out = join(folder, 'c.dataset');
  await simulate(out, ...SMALL);
  const before = readFileSync(join(out, 'timeseries.npy'));
  await expect(simulate(out, ...SMALL, '--seed', '1')).rejects.toThrow('pass --overwrite');
  expect(readFileSync(join(out, 'timeseries.npy')).equals(before)).toBe(true);
  await simulate(out, ...SMALL, '--seed', '1', '--overwrite');
  expect(readFileSync(join(out, 'timeseries.npy')).equals(before)).toBe(false);
});

test.each([
  ['--effect', '2', "an effect of this size cannot be planted, expected Cohen's d from -1.5 to 1.5, found 2."],
  ['--effect', 'big', '--effect: not a usable number, expected Cohen\'s d, such as 0.5, found "big".'],
  ['--timepoints', '5', '--timepoints: the number is impossible, expected a whole number from 20 to 100000, found 5.'],
])('%s %s is refused and nothing is written', async (option, value, message) => {
  const out = join(folder, 'refused.dataset');
  await expect(simulate(out, ...SMALL, option, value)).rejects.toThrow(message);
  expect(existsSync(out)).toBe(false);
});
