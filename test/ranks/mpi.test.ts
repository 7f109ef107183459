/** @file Ranks under a real mpirun: what they say to each other arrives, in calls of any size. */
import { describe, expect, test } from 'vitest';
import { oneRank } from '../../src/ranks/ranks.ts';
import { collectiveResults, LENGTH, partOf, TEXT, valuesOf } from './collectives.ts';
import { MPIRUNS, type Mpirun, runJob, testWithMpirun } from './mpirun.ts';

type Results = ReturnType<typeof collectiveResults>;

interface RankReport extends Results {
  readonly rank: number;
  readonly size: number;
  readonly loaded: boolean;
  /** Hash of what must be alike: floats are written with all their digits. */
  readonly shared: string;
}

async function runCollectives(mpirun: Mpirun, ranks: number): Promise<readonly RankReport[]> {
  const { code, stderr, reports } = await runJob(mpirun, ranks, 'collectives');
  expect(code, stderr).toBe(0);
  return reports.map((report) => JSON.parse(report));
}

/** What a job of so many ranks must report. */
function checkReports(reports: readonly RankReport[], size: number): void {
  const ranks = [...Array(size).keys()];
  const loaded = size > 1;
  expect(reports.map(({ rank, size, loaded }) => ({ rank, size, loaded }))).toEqual(
    ranks.map((rank) => ({ rank, size, loaded })),
  );
  expect(new Set(reports.map(({ shared }) => shared)).size).toBe(1);
  const values = ranks.map(valuesOf);
  const sum = Array.from({ length: LENGTH }, (_, i) => values.reduce((total, own) => total + own[i], 0));
  const [{ alike }] = reports;
  checkSum(alike.sum, sum, size);
  checkSum(alike.shared, sum.slice(10, 20), size);
  expect(alike.empty).toEqual([]);
  expect(alike.gathered).toEqual(ranks.flatMap((rank) => [...partOf(rank)]));
  expect(alike.text).toBe(TEXT);
  expect(alike.nothing).toBe('');
  expect(alike.largest).toEqual([size - 1, 1, 2 ** 40 + size - 1]);
  for (const { rank, around } of reports)
    expect(around).toEqual([...values[rank].subarray(0, 10), ...values[rank].subarray(20)]);
}

/** One rounding a rank beyond the first: exact for two, since their sum is exact in float64. */
function checkSum(found: readonly number[], wanted: readonly number[], size: number): void {
  expect(found.length).toBe(wanted.length);
  if (size <= 2) expect(found).toEqual(wanted.map(Math.fround));
  else for (const [i, x] of found.entries()) expect(Math.abs(x - wanted[i])).toBeLessThan(2e-6);
}

describe('several ranks', () => {
  testWithMpirun('two', async (mpirun) => checkReports(await runCollectives(mpirun, 2), 2));
  testWithMpirun('three', async (mpirun) => checkReports(await runCollectives(mpirun, 3), 3));

  // Every interface of the library that this machine has; the second kind is not asked of any machine.
  if (MPIRUNS.length < 2) test.skip('SKIPPED: no second kind of MPI', () => {});
  else test('two, of the other kind of MPI', async () => checkReports(await runCollectives(MPIRUNS[1], 2), 2));
});

describe('one rank', () => {
  test('says to itself what several say to each other', () => {
    checkReports([{ rank: 0, size: 1, loaded: false, shared: '', ...collectiveResults(oneRank()) }], 1);
  });

  test('gathers a copy, and ends only by an exception', () => {
    const part = Float32Array.of(1, 2);
    const whole = oneRank().gather(part);
    part[0] = 7;
    expect([...whole]).toEqual([1, 2]);
    expect(() => oneRank().abort(2)).toThrow('the only rank ends with 2');
  });

  test('has no largest of NaN', () => {
    expect(() => oneRank().largest(Number.NaN)).toThrow(RangeError);
    expect(oneRank().largest(Number.NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY);
  });

  test('started without mpirun it works, and loads no library', async () => {
    const { code, reports } = await runJob([], 1, 'alone');
    expect(code).toBe(0);
    expect(reports.map((report) => JSON.parse(report))).toEqual([{ rank: 0, size: 1, loaded: false }]);
  });

  testWithMpirun('also when mpirun started it alone', async (mpirun) => {
    const { code, reports } = await runJob(mpirun, 1, 'alone');
    expect(code).toBe(0);
    expect(reports.map((report) => JSON.parse(report))).toEqual([{ rank: 0, size: 1, loaded: false }]);
  });
});
