/** @file `pretrain corpus.yaml`: interrupted and resumed, changed, and its split kept to by `evaluate`. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { evaluateCommand } from '../../src/cli/evaluate.ts';
import { pretrainCommand } from '../../src/cli/pretrain.ts';
import { simulateCommand } from '../../src/cli/simulate.ts';
import { parseCorpusSplit } from '../../src/dataset/corpus-split.ts';
import { loadModel } from '../../src/model/load-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'brainmass-corpus-run-'));
const at = (...names: string[]) => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** Runs a command; returns what it wrote on stdout and stderr. */
async function run(command: Command, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const written: Record<'stdout' | 'stderr', string[]> = { stdout: [], stderr: [] };
  for (const name of ['stdout', 'stderr'] as const)
    vi.spyOn(process[name], 'write').mockImplementation((text) => written[name].push(String(text)) > 0);
  await command.exitOverride().parseAsync(args, { from: 'user' });
  vi.restoreAllMocks();
  return { stdout: written.stdout.join(''), stderr: written.stderr.join('') };
}
const pretrain = (corpus: string, out: string, ...args: string[]) =>
  run(pretrainCommand(), at(corpus), '--out', at(out), '--threads', '1', ...args);
const start = (corpus: string, out: string, ...args: string[]) =>
  pretrain(corpus, out, '--config', at('tiny.yaml'), ...args);
const evaluate = (model: string, dataset: string, out: string, ...args: string[]) =>
  run(evaluateCommand(), at(model), at(dataset), '--label', 'dx', '--out', at(out), ...args);
const splitOf = (name: string) => parseCorpusSplit(readFileSync(at(name, 'corpus-split.json'), 'utf8'), name);
const FILES = ['model.safetensors', 'card.json', 'config.yaml', 'resume/state.safetensors', 'corpus-split.json'];
const bytes = (name: string) => FILES.map((file) => readFileSync(at(name, file)).toString('base64'));

const corpusOf = (...entries: string[]) => `seed: 3\ndatasets:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`;
const A = '{path: a.dataset, role: I, weight: 2}';
const B = '{path: b.dataset, role: II}';

beforeAll(async () => {
  for (const [name, subjects, seed] of [
    ['a', 8, 1],
    ['b', 40, 2],
    ['c', 12, 3],
  ] as const)
    await run(
      simulateCommand(),
      ...[at(`${name}.dataset`), '--subjects', `${subjects}`, '--rois', '20', '--seed', `${seed}`],
    );
  writeFileSync(at('corpus.yaml'), corpusOf(A, B));
  writeFileSync(at('grown.yaml'), corpusOf(A, B, '{path: c.dataset, role: III}'));
  writeFileSync(
    at('tiny.yaml'),
    'model: {layers: 1, heads: 4, ffn: 16, feature: 8}\ntraining: {batch: 8, micro_batch: 8, epochs: 2}\n',
  );
  const { stdout, stderr } = await start('corpus.yaml', 'whole');
  expect(stdout).toMatch(/^\d+ steps, loss /);
  expect(stderr).toContain(
    `${at('corpus.yaml')}: "a" and "b" share 8 participant ids (sub-0001, sub-0002, sub-0003, …); they are taken for different people\n`,
  );
});

test('the card names the data sets, and the participants pretrained on; the split is beside it', async () => {
  const { card } = await loadModel(at('whole'));
  const split = splitOf('whole');
  const [a, b] = split.datasets;
  expect(b.participants?.train).toHaveLength(28);
  expect(card.corpus).toEqual({
    split_sha256: split.sha256,
    seed: 3,
    datasets: [
      { name: 'a', role: 'I', weight: 2, hash: a.hash },
      { name: 'b', role: 'II', weight: 1, hash: b.hash },
    ],
  });
  expect(card.dataset).toMatchObject({ hash: split.sha256, participants: 36 });
  const own = card.participants?.filter((id) => id.startsWith('b/'));
  expect(own).toEqual(b.participants?.train.map((id) => `b/${id}`));
  expect(card.participants).toHaveLength(36);
});

test('interrupted, it goes on as if nothing had been', async () => {
  // Nothing waits before the first step does, so that the timer fires during it.
  setTimeout(() => process.emit('SIGINT'), 1);
  expect((await start('corpus.yaml', 'broken')).stdout).toMatch(/^stopped after \d steps and saved; go on with: /);
  expect(bytes('broken')).not.toEqual(bytes('whole'));
  expect((await pretrain('corpus.yaml', 'broken', '--resume')).stdout).toMatch(/^\d+ steps, loss /);
  expect(bytes('broken')).toEqual(bytes('whole'));
});

test('weights decide which scans are drawn', async () => {
  writeFileSync(at('unweighted.yaml'), corpusOf(A.replace(', weight: 2', ''), B));
  await start('unweighted.yaml', 'unweighted', '--epochs', '1');
  // Both start from the same weights.
  const firstLoss = (name: string) => JSON.parse(readFileSync(at(name, 'metrics.jsonl'), 'utf8').split('\n')[0]).loss;
  expect(firstLoss('unweighted')).not.toBe(firstLoss('whole'));
});

test('resume with another corpus, or none, is refused', async () => {
  const hash = splitOf('whole').sha256.slice(0, 12);
  await expect(pretrain('grown.yaml', 'whole', '--resume')).rejects.toThrow(
    /whole: the corpus was changed since the run was started, which would make it another run, expected no data set "c", found "c" \(role III, weight 1, hash [0-9a-f]{12}\); put it back, or start a new run\.$/,
  );
  await expect(pretrain('b.dataset', 'whole', '--resume')).rejects.toThrow(
    `${at('whole')}: the run was started on other data than ${at('b.dataset')}, expected a corpus, split ${hash}, found one data set; resume with the data it was started on.`,
  );
  await start('a.dataset', 'plain', '--epochs', '0');
  await expect(pretrain('corpus.yaml', 'plain', '--resume')).rejects.toThrow(
    `${at('plain')}: the run was started on other data than ${at('corpus.yaml')}, expected one data set, found a corpus, split ${hash}; resume with the data it was started on.`,
  );
});

test('evaluate trains and tests on the parts that pretraining left, and says so', async () => {
  const { stdout } = await evaluate('whole', 'b.dataset', 'kept', '--json');
  const document = JSON.parse(stdout);
  const { participants } = splitOf('whole').datasets[1];
  const file = at('whole', 'corpus-split.json');
  expect(document).toMatchObject({ repeats: 1, corpus_split: { file, sha256: splitOf('whole').sha256, dataset: 'b' } });
  const [split] = JSON.parse(readFileSync(document.splits, 'utf8')).splits;
  for (const part of ['train', 'validation', 'test'] as const)
    expect([...new Set(split[part].map((id: string) => id.split('_')[0]))]).toEqual(participants?.[part]);
  expect(document.metrics.auc.low).toBeLessThanOrEqual(document.metrics.auc.high);
  expect(document.warnings.filter((warning: string) => warning.includes('pretraining data'))).toEqual([]);
  expect((await evaluate('whole', 'b.dataset', 'said')).stdout).toContain(
    `the split of the pretraining corpus (${file}, data set "b"); 95 % interval over test participants`,
  );
  const inRun = await evaluate('whole/model.safetensors', 'b.dataset', 'file', '--json');
  expect(JSON.parse(inRun.stdout).metrics).toEqual(document.metrics);
});

test('evaluate draws splits elsewhere and when asked to, and warns of whom the model has seen', async () => {
  const warned = async (dataset: string, out: string, ...args: string[]) => {
    const document = JSON.parse((await evaluate('whole', dataset, out, '--repeats', '2', '--json', ...args)).stdout);
    expect(document).toMatchObject({ repeats: 2 });
    expect(document).not.toHaveProperty('corpus_split');
    return document.warnings.filter((warning: string) => warning.includes('pretraining data')).length;
  };
  expect(await warned('b.dataset', 'ignored', '--ignore-corpus-split')).toBe(1);
  expect(await warned('b.dataset', 'given', '--splits', at('ignored', 'splits.json'))).toBe(1);
  // All of role I was seen; of a data set that the corpus does not name, who has the id of somebody seen.
  expect(await warned('a.dataset', 'seen')).toBe(1);
  expect(await warned('c.dataset', 'unknown')).toBe(1);
});

test('evaluate does not guess a split that is not at hand or not the one', async () => {
  cpSync(at('whole', 'model.safetensors'), at('alone.safetensors'));
  await expect(evaluate('alone.safetensors', 'b.dataset', 'not')).rejects.toThrow(
    `${at('alone.safetensors')}: the model was pretrained on a part of this data set, and the split is not at hand: there is no ${at('corpus-split.json')}; copy it from the run, or pass --ignore-corpus-split.`,
  );
  cpSync(at('unweighted', 'corpus-split.json'), at('corpus-split.json'));
  await expect(evaluate('alone.safetensors', 'b.dataset', 'not')).rejects.toThrow(
    `${at('corpus-split.json')}: this is not the split that the model was pretrained with, expected SHA-256 ${splitOf('whole').sha256.slice(0, 12)}, found ${splitOf('unweighted').sha256.slice(0, 12)}; copy it from the run of the model, or pass --ignore-corpus-split.`,
  );
  rmSync(at('corpus-split.json'));
});
