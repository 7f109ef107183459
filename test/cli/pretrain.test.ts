/** @file `brainmass pretrain`: interrupted, resumed, extended, and what it says. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { pretrainCommand } from '../../src/cli/pretrain.ts';
import { writeDataset } from '../../src/dataset/write-dataset.ts';
import { releaseLock, takeLock } from '../../src/files/directory-lock.ts';
import { newOwner } from '../../src/files/lock-owner.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { initialWeights } from '../../src/model/weights.ts';
import { madeUpDataset, ROIS } from '../pretrain/made-up.ts';

const folder = mkdtempSync(join(tmpdir(), 'pretrain-command-'));
const at = (...names: string[]) => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

beforeAll(async () => {
  const made = madeUpDataset(8);
  const scans = made.scans.map((scan, i) => ({ scan, series: made.readSeries(i) }));
  await writeDataset(at('data'), { ...made, sources: [], reading: {} }, scans, { overwrite: false });
  writeFileSync(
    at('tiny.yaml'),
    'model: {layers: 1, heads: 4, ffn: 16, feature: 8}\ntraining: {batch: 4, micro_batch: 4, epochs: 4}\n',
  );
});

/** Runs the command; returns what it wrote on stdout and stderr. */
async function pretrain(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const written: Record<'stdout' | 'stderr', string[]> = { stdout: [], stderr: [] };
  for (const name of ['stdout', 'stderr'] as const)
    vi.spyOn(process[name], 'write').mockImplementation((text) => written[name].push(String(text)) > 0);
  await pretrainCommand()
    .exitOverride()
    .parseAsync([at('data'), '--threads', '1', ...args], { from: 'user' });
  return { stdout: written.stdout.join(''), stderr: written.stderr.join('') };
}
const tiny = (out: string, ...args: string[]) => pretrain('--config', at('tiny.yaml'), '--out', at(out), ...args);
const FILES = ['model.safetensors', 'card.json', 'config.yaml', 'resume/state.safetensors'];
const same = (one: string, two: string) =>
  Object.fromEntries(FILES.map((file) => [file, readFileSync(at(one, file)).equals(readFileSync(at(two, file)))]));
const ALL_SAME = Object.fromEntries(FILES.map((file) => [file, true]));

test('a run that is extended ends like one that was as long from the start', async () => {
  const { stdout } = await tiny('long');
  expect(stdout).toMatch(/^8 steps, loss \d\.\d{4} \(lra .+, nce .+, mse .+\); model and metrics are in .+long\n$/);
  await tiny('short', '--epochs', '1');
  expect(same('short', 'long')['model.safetensors']).toBe(false);
  expect((await pretrain('--out', at('short'), '--resume', '--epochs', '4')).stdout).toMatch(/^6 steps, loss /);
  expect(same('short', 'long')).toEqual(ALL_SAME);
});

test('interrupted by Ctrl-C it finishes the step, saves, and goes on as if nothing had been', async () => {
  // Nothing waits before the first step does, so that the timer fires during it.
  setTimeout(() => process.emit('SIGINT'), 1);
  const { stdout } = await tiny('broken');
  const [, steps] = /^stopped after (\d) steps and saved; go on with: brainmass pretrain .+ --resume\n$/.exec(stdout)!;
  expect(Number(steps)).toBeLessThan(8);
  expect(readFileSync(at('broken', 'metrics.jsonl'), 'utf8').split('\n')).toHaveLength(Number(steps) + 1);
  expect(existsSync(at('broken', 'lock.json'))).toBe(false);
  expect((await pretrain('--out', at('broken'), '--resume')).stdout).toMatch(/^\d steps, loss /);
  expect(same('broken', 'long')).toEqual(ALL_SAME);
});

test('two runs on one directory: the second is refused, to resume or to overwrite', async () => {
  cpSync(at('long'), at('shared'), { recursive: true });
  const owner = newOwner();
  takeLock(at('shared'), owner);
  const refused = new RegExp(`shared: another process works in it \\(process ${process.pid} on .+, alive\\); wait`);
  await expect(pretrain('--out', at('shared'), '--resume')).rejects.toThrow(refused);
  await expect(tiny('shared', '--overwrite')).rejects.toThrow(refused);
  expect(same('shared', 'long')).toEqual(ALL_SAME);
  releaseLock(at('shared'), owner);
  await tiny('shared', '--overwrite', '--epochs', '1');
  expect((await loadModel(at('shared'))).card).toMatchObject({ steps: 2 });
  expect(existsSync(at('shared', 'lock.json'))).toBe(false);
});

test('resume with settings changed by hand names them, and leaves the run and no lock', async () => {
  cpSync(at('long'), at('edited'), { recursive: true });
  const edit = (from: string, to: string) =>
    writeFileSync(at('edited', 'config.yaml'), readFileSync(at('edited', 'config.yaml'), 'utf8').replace(from, to));
  edit('dropout: 0.1', 'dropout: 0.2');
  edit('batch: 4', 'batch: 400');
  edit('epochs: 4', 'epochs: 5');
  await expect(pretrain('--out', at('edited'), '--resume')).rejects.toThrow(
    `${at('edited', 'config.yaml')}: the settings were changed since the last checkpoint, which would make it another run, expected objective.dropout 0.1, training.batch 4, found objective.dropout 0.2, training.batch 400; put them back, or start a new run.`,
  );
  expect(existsSync(at('edited', 'lock.json'))).toBe(false);
  edit('dropout: 0.2', 'dropout: 0.1');
  edit('batch: 400', 'batch: 4');
  expect((await pretrain('--out', at('edited'), '--resume')).stdout).toMatch(/^2 steps, loss /);
});

test('resume without a state says what is left to do', async () => {
  cpSync(at('long'), at('stateless'), { recursive: true });
  rmSync(at('stateless', 'resume'), { recursive: true });
  await expect(pretrain('--out', at('stateless'), '--resume')).rejects.toThrow(
    `${at('stateless', 'resume', 'state.safetensors')}: no such file or folder; restore it from a copy, or start again with --overwrite; the model beside it can still be used.`,
  );
});

test('what a killed process left is tidied: torn metrics, half-written files, its lock', async () => {
  await tiny('torn', '--epochs', '2');
  const path = at('torn', 'metrics.jsonl');
  const whole = readFileSync(path, 'utf8');
  writeFileSync(path, `${whole}{"epoch":2,"step":5,"loss":1}\n{"epoch":2,"st`);
  for (const file of ['.model.safetensors.partial-17-abc', 'resume/.state.safetensors.partial-17-abd'])
    writeFileSync(at('torn', file), 'half');
  writeFileSync(
    at('torn', 'lock.json'),
    JSON.stringify({ ...newOwner(), pid: spawnSync(process.execPath, ['--version']).pid }),
  );
  await pretrain('--out', at('torn'), '--resume');
  expect(readFileSync(path, 'utf8')).toBe(whole);
  const left = ['.model.safetensors.partial-17-abc', 'resume/.state.safetensors.partial-17-abd', 'lock.json'];
  expect(left.filter((file) => existsSync(at('torn', file)))).toEqual([]);
});

test('resume of a run that is complete says so, and changes nothing', async () => {
  const before = readFileSync(at('long', 'model.safetensors'));
  expect((await pretrain('--out', at('long'), '--resume')).stdout).toBe(
    'all 8 steps were taken before; --epochs with a larger number goes on\n',
  );
  expect(readFileSync(at('long', 'model.safetensors')).equals(before)).toBe(true);
});

test('--epochs 0 writes the untrained model, which has seen nobody; it can be trained later', async () => {
  expect((await tiny('untrained', '--epochs', '0', '--seed', '9')).stdout).toBe(
    `the untrained model is in ${at('untrained')}\n`,
  );
  const { weights, card } = await loadModel(at('untrained'));
  expect(weights).toEqual(initialWeights(weights.size, 9));
  expect(card).toMatchObject({ epochs: 0, steps: 0, size: { rois: ROIS } });
  expect(card).not.toHaveProperty('participants');
  await pretrain('--out', at('untrained'), '--resume', '--epochs', '1');
  expect((await loadModel(at('untrained'))).card).toMatchObject({ epochs: 1, steps: 2, dataset: { scans: 8 } });
});

test('options win over the file, and keys without meaning are named', async () => {
  writeFileSync(
    at('released.yaml'),
    'network: {mm: byol+mse, depth: 2, heads: 4, dim_feedforward: 12, feature_dim: 8, mse_mask: 3}\nsaving: {log_dir: x}\ntrainer: {batch_size: 4, max_epochs: 9, num_workers: 2}\n',
  );
  const options = ['--config', at('released.yaml'), '--out', at('released'), '--epochs', '1', '--layers', '1'];
  const { stderr } = await pretrain(...options, '--fc', 'pearson');
  expect(stderr).toBe(
    ['saving.log_dir', 'trainer.num_workers']
      .map((key) => `${at('released.yaml')}: ${key} has no meaning here and is ignored\n`)
      .join(''),
  );
  const { card } = await loadModel(at('released'));
  expect(card).toMatchObject({ fc: 'pearson', size: { layers: 1, heads: 4, ffn: 12, feature: 8 }, epochs: 1 });
  const metrics = readFileSync(at('released', 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(metrics.map(({ nce }) => nce)).toEqual([0, 0]);
});
