/** @file `brainmass ablate` from a simulated cohort to files: shared runs, going on, and bad requests. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { AblationDocument } from '../../src/ablate/document.ts';
import { ablateCommand } from '../../src/cli/ablate.ts';
import { simulateCommand } from '../../src/cli/simulate.ts';
import { parseTable } from '../../src/files/table.ts';

const folder = mkdtempSync(join(tmpdir(), 'brainmass-ablate-'));
const at = (...names: string[]) => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const TINY = 'base:\n  model: {layers: 1, heads: 2, ffn: 8, feature: 8}\n  training: {epochs: 2, batch: 12}\n';
const PARTS = ['losses', 'drop', 'augmentation'];

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  const args = [at('data'), '--subjects', '24', '--rois', '14', '--seed', '3', '--effect', '1.5'];
  await simulateCommand().exitOverride().parseAsync(args, { from: 'user' });
  writeFileSync(at('plan.yaml'), `${TINY}parts: [${PARTS}]\ncells: [{name: same, settings: {data: {fc: pearson}}}]\n`);
  await ablate('whole');
});

/** Runs the command; returns what it wrote on stdout. */
async function ablate(out: string, ...args: string[]): Promise<string> {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const common = [at('data'), '--label', 'dx', '--repeats', '3', '--threads', '1', '--plan-file', at('plan.yaml')];
  await ablateCommand()
    .exitOverride()
    .parseAsync([...common, '--out', at(out), ...args], { from: 'user' });
  return written.join('');
}
const read = (...names: string[]) => readFileSync(at(...names), 'utf8');
const documentIn = (out: string) => AblationDocument.parse(JSON.parse(read(out, 'ablation.json')));
const RUNS = ['drop-0', 'drop-40', 'drop-60', 'drop-80', 'full', 'losses-lra', 'losses-lra-mse', 'losses-lra-nce'];

test('a cell equal to another is pretrained once and has its scores', () => {
  const { cells, runs } = documentIn('whole');
  expect(readdirSync(at('whole', 'runs')).sort()).toEqual(RUNS);
  // 24 scans in batches of 12, twice.
  for (const name of RUNS) expect(read('whole', 'runs', name, 'metrics.jsonl').trim().split('\n')).toHaveLength(4);
  expect(runs.map(({ name, steps }) => [name, steps]).sort()).toEqual(RUNS.map((name) => [name, 4]));
  const shared = cells.filter(({ is_full }) => is_full);
  expect(shared.map(({ name }) => name)).toEqual(['full', 'losses-all', 'drop-20', 'same']);
  for (const cell of shared) {
    expect(cell).toMatchObject({ run: 'full', metrics: cells[0].metrics, changes: {} });
    expect(cell.against_full).toBeUndefined();
  }
});

test('every cell is compared with the full method on the same splits, pair by pair, and corrected', () => {
  const { cells, baselines, metric, splits } = documentIn('whole');
  expect([metric, splits]).toEqual(['auc', 3]);
  const full = cells[0].metrics.auc.mean!;
  const others = [...cells.filter(({ is_full }) => !is_full), ...baselines.slice(0, 2)];
  expect(others.map(({ name }) => name)).toEqual([
    ...['losses-lra', 'losses-lra-nce', 'losses-lra-mse', 'drop-0', 'drop-40', 'drop-60', 'drop-80'],
    ...['pfc-mean', 'pfc-copies', 'raw-fc', 'untrained'],
  ]);
  for (const { metrics, against_full: against } of others)
    expect(against!.difference.mean).toBeCloseTo(metrics.auc.mean! - full, 12);
  const p = others
    .flatMap(({ against_full: against }) => (against!.p === null ? [] : [against!.p]))
    .sort((a, b) => a - b);
  expect(p.length).toBeGreaterThan(1);
  const smallest = others.find(({ against_full: against }) => against!.p === p[0])!;
  expect(smallest.against_full!.p_holm).toBeCloseTo(Math.min(1, p.length * p[0]), 12);
  expect(baselines[2]).toMatchObject({ name: 'majority', metrics: { auc: { mean: 0.5 } } });
  expect(cells.find(({ name }) => name === 'drop-40')!.changes).toEqual({ 'data.drop.percent': 40 });
});

test('table and figures say the same as the document', () => {
  const { cells } = documentIn('whole');
  const { rows } = parseTable(read('whole', 'ablation.tsv'), 'ablation.tsv');
  const row = rows.find((values) => values.cell === 'drop-60')!;
  const { metrics } = cells.find(({ name }) => name === 'drop-60')!;
  expect(row.part).toBe('drop rate (%)');
  expect(Number(row.auc)).toBeCloseTo(metrics.auc.mean!, 3);
  expect(read('whole', 'ablation.svg')).toContain('losses-lra-mse');
  const differences = read('whole', 'differences.svg');
  expect([differences.includes('>drop-60<'), differences.includes('>drop-20<')]).toEqual([true, false]);
  expect(read('whole', 'drop-curve.svg')).toContain('time points dropped in pretraining');
});

test('stopped by Ctrl-C and gone on with, it ends as if nothing had been', async () => {
  const state = (out: string, name: string) => readFileSync(at(out, 'runs', name, 'model.safetensors'));
  // Between the runs, as soon as the third is there.
  const watch = setInterval(() => existsSync(at('broken', 'runs', 'losses-lra-nce')) && process.emit('SIGINT'), 1);
  const said = await ablate('broken');
  clearInterval(watch);
  expect(said).toMatch(/^stopped in run \S+ and saved; the same command goes on\n$/);
  expect(existsSync(at('broken', 'ablation.json'))).toBe(false);
  await ablate('broken');
  for (const name of RUNS) expect(state('broken', name).equals(state('whole', name))).toBe(true);
  const content = (out: string) => ({ ...documentIn(out), runs: undefined });
  expect(content('broken')).toEqual(content('whole'));
});

test('splits of a file are used again, and those of other data refused', async () => {
  cpSync(at('whole'), at('again'), { recursive: true });
  rmSync(at('again', 'splits.json'));
  const splits = JSON.parse(read('whole', 'splits.json'));
  // Two of the three, so that it is seen which were used.
  writeFileSync(at('two.json'), JSON.stringify({ ...splits, splits: splits.splits.slice(0, 2) }));
  await ablate('again', '--splits', at('two.json'));
  expect(documentIn('again').splits).toBe(2);
  expect(JSON.parse(read('again', 'splits.json'))).toEqual({ ...splits, splits: splits.splits.slice(0, 2) });
  writeFileSync(at('other.json'), JSON.stringify({ ...splits, dataset_hash: 'x' }));
  await expect(ablate('again', '--splits', at('other.json'))).rejects.toThrow('these splits are of another data set');
});

test('a dry run names cells, shared ones and steps left, and writes nothing', async () => {
  cpSync(at('whole'), at('part'), { recursive: true });
  rmSync(at('part', 'runs', 'drop-80'), { recursive: true });
  const before = statSync(at('part')).mtimeMs;
  const { augmentations, runs, seconds } = JSON.parse(await ablate('part', '--dry-run', '--json'));
  expect(augmentations).toEqual(['pfc-mean', 'pfc-copies']);
  expect(runs).toHaveLength(RUNS.length);
  expect(runs[0]).toEqual({
    name: 'full',
    cells: ['full', 'losses-all', 'drop-20', 'same'],
    steps: 4,
    steps_done: 4,
    seconds: 0,
  });
  expect(runs.at(-1)).toMatchObject({ name: 'drop-80', steps_done: 0, seconds });
  expect(seconds).toBeGreaterThan(0);
  expect([statSync(at('part')).mtimeMs, existsSync(at('part', 'runs', 'drop-80'))]).toEqual([before, false]);
});

test('a run of a name with other settings, or longer, is left alone', async () => {
  writeFileSync(at('other.yaml'), `${TINY.replace('feature: 8', 'feature: 4')}parts: [losses]\n`);
  await expect(ablate('whole', '--plan-file', at('other.yaml'))).rejects.toThrow(
    `${at('whole', 'runs', 'full')}: there is a run of this name with other settings, expected model.feature 4, found model.feature 8; ask for the settings it has, or name another --out.`,
  );
  await expect(ablate('whole', '--epochs', '1')).rejects.toThrow(
    `${at('whole', 'runs', 'full')}: the run that is there was trained for longer, expected at most 2 steps (1 epochs), found 4; raise --epochs, or name another --out.`,
  );
});

const VARIED = 'losses, drop, ways, masked, size, fc, augmentation';
test.each([
  [[], `it is not said what to vary, expected --plan with some of ${VARIED}, or --plan-file.`],
  [
    ['--plan', 'losses', '--heads', '3'],
    '--heads: the attention heads must divide the ROI count 14, found 3 heads; choose one of 1, 2, 7, 14.',
  ],
  [
    ['--plan', 'losses', '--heads', '2', '--protocol', 'finetune'],
    '--protocol finetune: an ablation compares frozen features, expected svm, svm-linear, logistic, ridge, knn, prototype; fine-tune single runs with brainmass evaluate.',
  ],
])('refused with one sentence, and nothing is written: %#', async (args, sentence) => {
  const out = at('refused');
  const asked = ablateCommand()
    .exitOverride()
    .parseAsync([at('data'), '--label', 'dx', '--out', out, ...args], { from: 'user' });
  await expect(asked).rejects.toMatchObject({ tag: 'InputError', message: sentence });
  expect(existsSync(out)).toBe(false);
});

test('refused by the program: 2, one sentence, nothing on stdout', async () => {
  const program = fileURLToPath(new URL('../../bin/brainmass.mjs', import.meta.url));
  const args = ['ablate', at('data'), '--label', 'dx', '--out', at('refused'), '--plan', 'losses,drpo'];
  const said = await new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], (error, stdout, stderr) =>
      resolve({ code: error?.code, stdout, stderr }),
    );
  });
  const stderr = `brainmass: --plan drpo: there is no such part of the method to vary, expected some of ${VARIED}; did you mean drop.\n`;
  expect(said).toEqual({ code: 2, stdout: '', stderr });
  expect(existsSync(at('refused'))).toBe(false);
});

test('a directory of something else is left alone', async () => {
  await expect(ablate('data')).rejects.toThrow(
    `${at('data')}: the directory is not empty and is no ablation; name another with --out.`,
  );
});
