/** @file The people of a simulated cohort, and that a scan depends on its address alone. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { CohortOptions } from '../../src/simulate/simulate.ts';
import { simulateCohort } from '../../src/simulate/simulate.ts';
import { writeCohort } from '../../src/simulate/write-cohort.ts';

const SMALL: CohortOptions = { subjects: 12, rois: 14, seed: 4, effect: 0.5, sessions: 2, sites: 2, timepoints: 30 };
const folder = mkdtempSync(join(tmpdir(), 'simulate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const scans = (options: CohortOptions) => [...simulateCohort(options).scans()];

test('diagnosis is balanced within site and sex', () => {
  const counts = new Map<string, number>();
  for (const { visit } of scans({ ...SMALL, subjects: 240, sites: 3, sessions: 1 })) {
    const { dx, sex, site } = visit.participant;
    const cell = `${site.name} ${sex} ${dx}`;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  expect([...counts.values()]).toEqual(Array(12).fill(20));
});

test('the first participants of a larger cohort are those of a smaller one', () => {
  const few = scans({ ...SMALL, subjects: 3 });
  expect(scans(SMALL).slice(0, 6)).toEqual(few);
});

test('the first session does not depend on how many there are, nor the truth on the number of people', () => {
  const twice = scans(SMALL).filter(({ visit }) => visit.session === 0);
  expect(scans({ ...SMALL, sessions: 1 })).toEqual(twice);
});

test('another seed gives other people, another effect the same people', () => {
  const [here] = scans(SMALL);
  const [elsewhere] = scans({ ...SMALL, seed: 5 });
  expect(elsewhere.series.values).not.toEqual(here.series.values);
  const [changed] = scans({ ...SMALL, effect: 1 });
  expect(changed.visit).toEqual(here.visit);
  expect(changed.series.values).not.toEqual(here.series.values);
});

test('sites differ in scanner and length unless a length is given', () => {
  const lengths = new Set(scans({ ...SMALL, timepoints: undefined }).map(({ series }) => series.timepoints));
  expect(lengths.size).toBe(2);
  expect(new Set(scans(SMALL).map(({ series }) => series.timepoints))).toEqual(new Set([30]));
  expect(new Set(scans(SMALL).map(({ visit }) => visit.participant.site.tr)).size).toBe(2);
});

test('a data set of the same seed has the same bytes; it holds the columns and the truth', async () => {
  const [first, second] = [join(folder, 'first'), join(folder, 'second')];
  const seen: number[] = [];
  const written = await writeCohort(first, SMALL, { overwrite: false, progress: (done) => seen.push(done) });
  await writeCohort(second, SMALL, { overwrite: false });
  for (const name of readdirSync(first))
    expect(readFileSync(join(first, name)).equals(readFileSync(join(second, name))), name).toBe(true);
  expect(seen.at(-1)).toBe(24);
  expect(written.counts).toEqual({ scans: 24, participants: 12, rois: 14, timepoints: 720 });
  expect(written.reading.simulation).toMatchObject({
    effect: 0.5,
    seed: 4,
    planted: [
      {
        by: 'dx',
        effect: 0.5,
        networks: ['SalVentAttn', 'Default'],
        rois: [
          ['LH_SalVentAttn_4', 'RH_SalVentAttn_4'],
          ['LH_Default_7', 'RH_Default_7'],
        ],
      },
      { by: 'sex', effect: 0.4 },
      { by: 'age', effect: -0.3 },
    ],
  });
  const [header, row] = readFileSync(join(first, 'scans.tsv'), 'utf8').split('\n');
  const columns = header.split('\t');
  expect(columns.slice(-4)).toEqual(['dx', 'sex', 'age', 'mean_fd']);
  expect(row.split('\t')[columns.indexOf('scan_id')]).toBe('sub-0001_ses-1');
  expect(row.split('\t')[columns.indexOf('site')]).toBe('site-1');
});

test.each([
  [{ subjects: 0 }, '--subjects: the number is impossible, expected a whole number from 1 to 1000000, found 0.'],
  [{ sessions: 1.5 }, '--sessions: the number is impossible, expected a whole number from 1 to 1000, found 1.5.'],
  [{ timepoints: 19 }, '--timepoints: the number is impossible, expected a whole number from 20 to 100000, found 19.'],
  [
    { rois: 13 },
    'a brain of this many ROIs cannot be simulated, expected a whole number from 14 (two for each network) to 1000, found 13.',
  ],
])('%o is refused', (change, message) => {
  expect(() => simulateCohort({ ...SMALL, ...change })).toThrow(message);
});
