/** @file Trouble in the middle of a run: the disk is full, read-only, or the data set goes; the last checkpoint stays. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  differences,
  ENDLESS,
  ended,
  epochsBeyond,
  finish,
  makeTinyDataset,
  startTinyRun,
  stepsLogged,
  wait,
} from '../pretrain/killed-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'brainmass-trouble-'));
const at = (...names: string[]) => join(folder, ...names);
const dataset = at('data');
const disk = at('disk');

/** Runs a program of the operating system; returns its exit status. */
function system(program: string, ...args: string[]): number | null {
  return spawnSync(program, args).status;
}

/** A disk of 64 MB of its own; only root may mount one. */
const mounted = mountDisk();
function mountDisk(): boolean {
  mkdirSync(disk);
  return system('mount', '-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk) === 0;
}

beforeAll(() => makeTinyDataset(dataset));
afterAll(() => {
  if (mounted) system('umount', disk);
  rmSync(folder, { recursive: true });
});

/** Starts a run, lets something happen again and again after its first steps, and returns how it ended. */
async function disturbed(run: string, happen: () => void): Promise<{ code: number | null; stderr: string }> {
  const child = startTinyRun({ dataset, run }, false, ENDLESS);
  const end = ended(child);
  while (stepsLogged(run) < 3 && child.exitCode === null) await wait(2);
  while (child.exitCode === null) {
    happen();
    await wait(10);
  }
  return end;
}

/** Resumed, the run must end like one that nothing happened to. */
async function expectUndisturbedEnd(run: string): Promise<void> {
  const whole = at(`whole-${basename(run)}`);
  const epochs = epochsBeyond(stepsLogged(run));
  await finish({ dataset, run: whole }, false, epochs);
  expect(differences(whole, run)).toContain('model.safetensors');
  await finish({ dataset, run }, true, epochs);
  expect(differences(whole, run)).toEqual([]);
}

test('a data set that is cut off in the middle of a run', async () => {
  const run = at('cut');
  const series = join(dataset, 'timeseries.npy');
  const content = readFileSync(series);
  const { code, stderr } = await disturbed(run, () => truncateSync(series, 1000));
  const sentence = `brainmass: ${series}: the file is cut off; ingest the scans again, then go on with --resume: ${run} is kept as of step `;
  expect({ code, start: stderr.slice(0, sentence.length) }).toEqual({ code: 2, start: sentence });
  expect(stderr.slice(sentence.length)).toBe(`${stepsLogged(run)}.\n`);
  writeFileSync(series, content);
  await expectUndisturbedEnd(run);
});

test.runIf(mounted)('a disk that is full (needs root, who may mount a small one)', async () => {
  const run = join(disk, 'full.run');
  const ballast = join(disk, 'ballast');
  const { code, stderr } = await disturbed(run, () => {
    // Also the space that a checkpoint gives back when it has replaced the last one.
    const { bavail, bsize } = statfsSync(disk);
    if (bavail > 0)
      system('dd', 'if=/dev/zero', `bs=${bsize}`, `count=${bavail}`, 'oflag=append', 'conv=notrunc', `of=${ballast}`);
  });
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringMatching(
      /^brainmass: \S+full\.run\/\S+: no space is left on the disk; mend this, then go on with --resume: \S+full\.run is kept as of step \d+\.\n$/,
    ),
  });
  rmSync(ballast);
  await expectUndisturbedEnd(run);
});

test.runIf(mounted)('a disk that becomes read-only (needs root, who may mount one)', async () => {
  const run = join(disk, 'frozen.run');
  // Fails while a file is open for writing, and then is tried again.
  const remount = (how: 'ro' | 'rw') => system('mount', '-o', `remount,${how}`, disk);
  const { code, stderr } = await disturbed(run, () => remount('ro'));
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringMatching(
      /^brainmass: \S+frozen\.run\/\S+: the file system is read-only; mend this, then go on with --resume: \S+frozen\.run is kept as of step \d+\.\n$/,
    ),
  });
  const child = startTinyRun({ dataset, run }, true, ENDLESS);
  expect(await ended(child)).toEqual({
    code: 2,
    stderr: expect.stringMatching(/^brainmass: \S+frozen\.run\/lock\.json\S*: the file system is read-only\.\n$/),
  });
  expect(remount('rw')).toBe(0);
  await expectUndisturbedEnd(run);
});
