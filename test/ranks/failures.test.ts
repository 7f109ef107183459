/** @file A rank that fails ends the job, with one sentence that says which it was. */
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { isAlive } from '../../src/files/lock-owner.ts';
import { type JobEnd, runJob, testWithMpirun } from './mpirun.ts';

/** What we said ourselves; mpirun adds its own. */
const said = ({ stderr }: JobEnd) => stderr.split('\n').filter((line) => line.startsWith('brainmass: '));

testWithMpirun('an exception of one rank ends those that wait for it', async (mpirun) => {
  const end = await runJob(mpirun, 3, 'exception');
  expect(end.code).toBe(1);
  expect(said(end)).toEqual(['brainmass: rank 2 of 3: internal error: the scans ran away. Add --resume.']);
  expect(end.stderr).toContain('TypeError: the scans ran away\n    at ');
});

testWithMpirun('so does input that one rank alone cannot read', async (mpirun) => {
  const end = await runJob(mpirun, 2, 'lost-file');
  expect(end.code).toBe(2);
  expect(said(end)).toEqual(['brainmass: rank 1 of 2: study.dataset: cannot be read. Add --resume.']);
});

testWithMpirun('what is wrong for every rank is said once, as one rank would say it', async (mpirun) => {
  const end = await runJob(mpirun, 3, 'refused');
  expect(end.code).toBe(2);
  expect(said(end)).toEqual(['brainmass: --epochs: it is not a number; pass --epochs 10.']);
});

testWithMpirun('a rank that is killed takes the others with it', async (mpirun) => {
  const end = await runJob(mpirun, 2, 'killed');
  expect(end.code).not.toBe(0);
  expect(end.reports.length).toBe(2);
  for (const report of end.reports) {
    const owner = { pid: Number(JSON.parse(report).pid), host: '', started: null, since: '', id: '' };
    for (let tries = 0; isAlive(owner) && tries < 100; tries++) await wait(100);
    expect(isAlive(owner)).toBe(false);
  }
});

testWithMpirun('a launcher and a library that do not belong together are told apart', async (mpirun) => {
  // The first variables that are looked at, but not those by which the library finds the others.
  const open = mpirun.length > 1;
  const variables = open ? ['OMPI_COMM_WORLD_SIZE=5'] : ['MV2_COMM_WORLD_SIZE=5', 'MV2_COMM_WORLD_RANK=0'];
  const end = await runJob(mpirun, 2, 'alone', variables);
  expect(end.code).toBe(2);
  expect(end.reports).toEqual([]);
  const [sentence] = said(end);
  expect(sentence).toContain('the launcher and the MPI library do not belong together, expected 5 ranks, found 2 in ');
  expect(sentence).toContain('set BRAINMASS_MPI to the libmpi of yours');
});

testWithMpirun('a library that is not there is named', async (mpirun) => {
  const end = await runJob(mpirun, 2, 'alone', ['BRAINMASS_MPI=/nowhere/libmpi.so']);
  expect(end.code).toBe(2);
  expect(said(end)[0]).toContain('BRAINMASS_MPI: /nowhere/libmpi.so cannot be loaded as an MPI library, found ');
  expect(said(end)[0]).not.toContain('--resume');
});
