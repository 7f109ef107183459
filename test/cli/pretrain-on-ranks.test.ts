/** @file Pretraining on several ranks: the losses of one rank, a run that goes on with another number, one that fails. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';
import { parseSafetensors } from '../../src/files/safetensors.ts';
import type { StepMetrics } from '../../src/pretrain/run-directory.ts';
import { type Mpirun, runProgram, testWithMpirun } from '../ranks/mpirun.ts';

const folder = mkdtempSync(join(tmpdir(), 'brainmass-ranks-'));
afterAll(() => rmSync(folder, { recursive: true }));
const brainmass = fileURLToPath(new URL('../../bin/brainmass.mjs', import.meta.url));
const at = (name: string) => join(folder, name);
const dataset = at('cohort.dataset');

/** A brainmass command, on ranks when some are given. */
function run(mpirun: Mpirun, ranks: number, ...words: readonly string[]) {
  const launch = ranks === 1 ? [] : [...mpirun, '-n', String(ranks)];
  return runProgram([...launch, process.execPath, brainmass, ...words]);
}

const SIZE = ['--layers', '2', '--heads', '4', '--ffn', '32', '--batch', '7', '--micro-batch', '2', '--threads', '1'];
const SPEED = ['--seed', '4', '--checkpoint-epochs', '1'];

async function pretrain(mpirun: Mpirun, ranks: number, name: string, ...more: readonly string[]) {
  const end = await run(mpirun, ranks, 'pretrain', dataset, '--out', at(name), ...more);
  expect(end.stderr.replace(/.*(\r|step \d).*/g, '')).not.toContain('rror');
  expect(end.code).toBe(0);
}

const metricsOf = (name: string): StepMetrics[] =>
  readFileSync(join(at(name), 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

function expectSameSteps(found: readonly StepMetrics[], wanted: readonly StepMetrics[]): void {
  expect(found.map(({ step }) => step)).toEqual(wanted.map(({ step }) => step));
  for (const [i, line] of found.entries())
    for (const part of ['loss', 'lra', 'nce', 'mse', 'grad_norm'] as const)
      expect(Math.abs(Number(line[part]) / Number(wanted[i][part]) - 1), `${part} of step ${i + 1}`).toBeLessThan(1e-5);
}

testWithMpirun('the same losses over 20 steps on 1, 2 and 3 ranks; resumed with another number too', async (mpirun) => {
  await run(mpirun, 1, 'simulate', dataset, '--subjects', '29', '--rois', '20', '--seed', '2');
  await pretrain(mpirun, 1, 'one.run', ...SIZE, ...SPEED, '--epochs', '5');
  const one = metricsOf('one.run');
  expect(one).toHaveLength(20);
  await pretrain(mpirun, 2, 'two.run', ...SIZE, ...SPEED, '--epochs', '5');
  expectSameSteps(metricsOf('two.run'), one);
  await pretrain(mpirun, 3, 'three.run', ...SIZE, ...SPEED, '--epochs', '2');
  await pretrain(mpirun, 2, 'three.run', '--resume', '--epochs', '4', '--threads', '1');
  await pretrain(mpirun, 1, 'three.run', '--resume', '--epochs', '5', '--threads', '1');
  expectSameSteps(metricsOf('three.run'), one);
  const weights = (name: string) => parseSafetensors(readFileSync(join(at(name), 'model.safetensors')), name).tensors;
  for (const [name, { data }] of weights('one.run')) {
    if (!(data instanceof Float32Array) || !name.startsWith('online_network.attention_list')) continue;
    const other = weights('three.run').get(name)?.data;
    expect(other).toBeInstanceOf(Float32Array);
    // Twenty steps of at most the learning rate; AdamW turns rounding into steps where a gradient is nothing but rounding.
    expect(
      data.every((x, i) => Math.abs(x - Number(other?.[i])) < 20 * 3e-4),
      name,
    ).toBe(true);
  }

  const few = await run(
    mpirun,
    3,
    'pretrain',
    dataset,
    '--out',
    at('few.run'),
    ...SIZE,
    '--batch',
    '2',
    '--epochs',
    '1',
  );
  expect(few.code).toBe(2);
  expect(few.stderr).toContain(
    'brainmass: a job of 3 ranks: there are fewer scans in a batch than ranks, expected at most 2 ranks, found 3; start fewer, or a run with a larger --batch.',
  );
});
