/** @file `evaluate --tasks`, `--few-shot` and zero-shot from files to files, with a stand-in for the network. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { evaluateCommand } from '../../src/cli/evaluate.ts';
import { tasksCommand } from '../../src/cli/tasks.ts';
import { connectivity } from '../../src/connectivity/kinds.ts';
import type { Dataset } from '../../src/dataset/dataset.ts';
import { writeDataset } from '../../src/dataset/write-dataset.ts';
import { EvaluationDocument } from '../../src/evaluate/report-document.ts';
import { parseTable } from '../../src/files/table.ts';
import { normal, randomStream } from '../../src/random/draws.ts';

const ROIS = 4;
const model = { weights: { trained: Float32Array.of(1, 2) }, card: { rois: ROIS, fc: 'pearson', participants: [] } };
vi.mock('../../src/model/load-model.ts', () => ({ loadModel: async () => model }));
vi.mock('../../src/model/untrained.ts', () => ({ untrainedLike: (of: object) => of }));
vi.mock('../../src/model/embed.ts', () => ({
  embedDataset: async (_: object, { scans, readSeries }: Dataset) =>
    Float32Array.from(
      scans.flatMap((_scan, row) =>
        Array.from({ length: 32 }, (_value, j) => connectivity('pearson', readSeries(row))[j % 4]),
      ),
    ),
}));

const folder = mkdtempSync(join(tmpdir(), 'brainmass-tasks-'));
const at = (...names: string[]) => join(folder, ...names);

/** Patients' first two ROIs go together, controls' do not. */
async function makeDataset(name: string, count: number): Promise<void> {
  const stream = randomStream({ seed: count, purpose: 'simulate' });
  const scans = Array.from({ length: count }, (_, i) => {
    const patient = i % 2 === 1;
    const values = Float32Array.from({ length: 40 * ROIS }, () => normal(stream));
    for (let t = 0; t < 40; t++) if (patient) values[t * ROIS + 1] += 0.5 * values[t * ROIS];
    const phenotype = { dx: patient ? 'AD' : 'CN', age: String(10 + i), sex: 'FM'[(i >> 1) % 2] };
    const participantId = `${name}${String(i).padStart(2, '0')}`;
    const scan = { scanId: participantId, participantId, session: '', run: '', site: '', tr: 2, phenotype };
    return { scan, series: { values, timepoints: 40, rois: ROIS } };
  });
  const about = { atlas: 'four', roiNames: ['a', 'b', 'c', 'd'], phenotypeColumns: ['dx', 'age', 'sex'] };
  await writeDataset(at(name), { ...about, sources: [], reading: {} }, scans, { overwrite: false });
}

async function run(command: ReturnType<typeof evaluateCommand>, ...args: string[]): Promise<string> {
  const printed: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  await command.exitOverride().parseAsync(args, { from: 'user' });
  return printed.join('');
}
const evaluate = (...args: string[]) => run(evaluateCommand(), 'any.run', ...args);
const read = (...names: string[]) => readFileSync(at(...names), 'utf8');

const TASKS = `repeats: 4
tasks:
  - {name: dementia, dataset: p, label: dx, covariates: [age]}
  - {name: women, dataset: p, label: dx, filters: [sex = F]}
  - {name: abroad, kind: external, dataset: p, test: q, label: dx, protocol: prototype}
`;

beforeAll(async () => {
  await makeDataset('p', 40);
  await makeDataset('q', 24);
  writeFileSync(at('tasks.yaml'), TASKS);
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true }));

describe('evaluate --tasks', () => {
  it('leaves a directory a task and the table of all', async () => {
    const text = await evaluate('--tasks', at('tasks.yaml'), '--out', at('study'), '--json');
    const summary = JSON.parse(text);
    expect(JSON.parse(read('study', 'summary.json'))).toEqual(summary);
    expect(summary.tasks.map(({ name }: { name: string }) => name)).toEqual(['dementia', 'women', 'abroad']);
    const [dementia, women, abroad] = summary.tasks;
    expect(dementia).toMatchObject({ kind: 'internal', zero_shot: false, participants: 40, protocol: 'svm' });
    expect(dementia.against).toHaveProperty('confounds');
    expect(women).toMatchObject({ participants: 20 });
    expect(women.against).not.toHaveProperty('confounds');
    expect(abroad).toMatchObject({ kind: 'external', zero_shot: true, participants: 64, protocol: 'prototype' });
    const document = EvaluationDocument.parse(JSON.parse(read('study', 'women', 'results.json')));
    expect(document.metrics).toEqual(women.metrics);
    const { rows } = parseTable(read('study', 'summary.tsv'), 'summary.tsv');
    expect(rows.map(({ task, kind }) => `${task} ${kind}`)).toEqual([
      'dementia internal',
      'women internal',
      'abroad external, zero-shot',
    ]);
    expect(read('study', 'summary.svg')).toContain('abroad: raw FC');
  });

  it('corrects p-values over the tasks that have one (Holm, stated naively)', () => {
    const { tasks }: { tasks: { against: Record<string, { p: number | null; p_holm: number | null }> }[] } = JSON.parse(
      read('study', 'summary.json'),
    );
    const tested = tasks.flatMap(({ against }) => (against.fc_svm.p === null ? [] : [against.fc_svm]));
    const sorted = tested.map(({ p }) => p!).sort((a, b) => a - b);
    expect(sorted.length).toBeGreaterThan(1);
    for (const { p, p_holm } of tested) {
      const steps = sorted.slice(0, sorted.indexOf(p!) + 1).map((value, rank) => (sorted.length - rank) * value);
      expect(p_holm).toBeCloseTo(Math.min(1, Math.max(...steps)), 12);
    }
    // The only task with covariates.
    expect(tasks[0].against.confounds.p_holm).toBe(tasks[0].against.confounds.p);
  });

  it('goes on where it was cut off, and ends as if it had not been', async () => {
    const files = readdirSync(at('study'), { recursive: true, encoding: 'utf8' }).sort();
    const isFile = (name: string) => statSync(at('study', name)).isFile();
    const before = new Map(files.filter(isFile).map((name) => [name, read('study', name)]));
    const written = statSync(at('study', 'dementia', 'results.json')).mtimeMs;
    // Killed while the second task was running, and again between its results and the note that it is finished.
    rmSync(at('study', 'women', 'task.json'));
    rmSync(at('study', 'abroad'), { recursive: true });
    for (const name of ['summary.json', 'summary.tsv', 'summary.md', 'summary.svg']) rmSync(at('study', name));
    await evaluate('--tasks', at('tasks.yaml'), '--out', at('study'));
    expect(readdirSync(at('study'), { recursive: true, encoding: 'utf8' }).sort()).toEqual(files);
    for (const [name, content] of before) expect(read('study', name), name).toBe(content);
    expect(statSync(at('study', 'dementia', 'results.json')).mtimeMs).toBe(written);
  });

  it('runs a task again whose results are damaged', async () => {
    const whole = read('study', 'women', 'results.json');
    writeFileSync(at('study', 'women', 'results.json'), whole.slice(0, -100));
    await evaluate('--tasks', at('tasks.yaml'), '--out', at('study'));
    expect(read('study', 'women', 'results.json')).toBe(whole);
  });

  it('runs a task again when its inputs are others', async () => {
    const before = read('study', 'women', 'results.json');
    writeFileSync(at('changed.yaml'), TASKS.replace('[sex = F]', '[sex = M]'));
    const kept = statSync(at('study', 'dementia', 'results.json')).mtimeMs;
    const text = await evaluate('--tasks', at('changed.yaml'), '--out', at('study'));
    expect(text).toMatch(/^task +kind +participants +AUC +raw FC +p +p \(Holm, over tasks\)\n/);
    expect(read('study', 'women', 'results.json')).not.toBe(before);
    expect(statSync(at('study', 'dementia', 'results.json')).mtimeMs).toBe(kept);
  });

  it('refuses what the file says, a directory of something else, and tasks that cannot be run', async () => {
    const out = ['--out', at('not')];
    await expect(evaluate(at('p'), '--tasks', at('tasks.yaml'), ...out)).rejects.toThrow(
      `${at('p')}: the file of --tasks says this of each task; leave out ${at('p')}.`,
    );
    await expect(evaluate('--seed', '1', '--tasks', at('tasks.yaml'), ...out)).rejects.toThrow(
      '--seed: the file of --tasks says this of each task; leave out --seed.',
    );
    await expect(evaluate('--tasks', at('tasks.yaml'), '--out', at('p'))).rejects.toThrow(
      `${at('p')}: the directory holds no tasks.yaml and so is not written to; choose another name.`,
    );
    writeFileSync(at('lost.yaml'), TASKS.replace('test: q', 'test: r'));
    await expect(evaluate('--tasks', at('lost.yaml'), ...out)).rejects.toThrow(
      `${at('lost.yaml')}: 1 of 3 tasks cannot be run, the first because ${at('lost.yaml')} task 3 (abroad): ${at('r')}: there is no such data set; make one with brainmass ingest; brainmass tasks check ${at('lost.yaml')} says what is missing for each.`,
    );
    expect(existsSync(at('not'))).toBe(false);
  });
});

describe('evaluate --few-shot and --test', () => {
  it('adds learning curves to the document, as table and figure', async () => {
    const out = at('few');
    const shots = ['--few-shot', '1,8,20,100%', '--few-shot-draws', '3', '--few-shot-protocols', 'prototype,svm'];
    const text = await evaluate(at('p'), '--label', 'dx', '--repeats', '2', ...shots, '--out', out, '--json');
    const document = EvaluationDocument.parse(JSON.parse(text));
    const curves = document.few_shot?.curves ?? [];
    expect(curves.map(({ features, protocol }) => `${features} ${protocol}`)).toEqual(
      ['model', 'untrained', 'fc'].flatMap((name) => [`${name} prototype`, `${name} svm`]),
    );
    const [one, , twenty, all] = curves[1].points;
    expect(one).toMatchObject({ shots: '1', participants: 2, draws: 6 });
    expect(twenty.scores.auc.reason).toBe('split 1: class "CN" has 14 training participants, 20 are asked for');
    expect(all.scores.auc.mean).toBeCloseTo(document.metrics.auc.mean!, 12);
    expect(parseTable(read('few', 'few-shot.tsv'), 'few-shot.tsv').rows).toHaveLength(6 * 4);
    expect(read('few', 'few-shot.svg')).toContain('training participants a class');
    await expect(evaluate(at('p'), '--label', 'age', '--regress', '--few-shot', '--out', at('not'))).rejects.toThrow(
      '--few-shot: a number has no classes to take participants of; leave out --few-shot or --regress.',
    );
  });

  it('says what is zero-shot, with prototypes as they are and centred', async () => {
    const text = await evaluate(at('p'), '--test', at('q'), '--label', 'dx', '--out', at('zero'));
    expect(text).toContain(
      `Zero-shot, cohort to cohort: fitted on the labels of ${at('p')}, applied to ${at('q')}, no label of which is used.`,
    );
    const { zero_shot: zeroShot } = EvaluationDocument.parse(JSON.parse(read('zero', 'results.json')));
    expect(zeroShot?.applied_to).toEqual({ dataset: at('q'), scans: 24, participants: 24 });
    expect(zeroShot?.prototype.model.centred.auc.mean).toBeGreaterThan(0.8);
    expect(read('zero', 'zero-shot.md')).toContain('| fc | centred |');
  });
});

describe('tasks check', () => {
  it('says of every task what there is, or what is missing', async () => {
    expect(await run(tasksCommand(), 'check', at('tasks.yaml'))).toContain(
      'women     internal  yes    20 scans; participants: 10 of "CN", 10 of "AD"',
    );
    const missing = [
      ['{name: lost, dataset: r, label: dx}', `${at('r')}: there is no such data set; make one with brainmass ingest`],
      [
        '{name: column, dataset: p, label: dy}',
        `${at('p')}: there is no column "dy" to take labels from, found dx, age, sex; did you mean label: dx`,
      ],
      [
        '{name: value, dataset: p, label: dx, positive: MCI}',
        'positive: MCI: no scan has this value in column "dx", found "AD" (20 scans), "CN" (20 scans)',
      ],
      [
        '{name: few, dataset: p, label: dx, filters: [age < 12]}',
        `${at('p')}: class "AD" of label "dx" has too few participants, expected at least 2, found 1`,
      ],
      [
        '{name: folds, dataset: p, label: dx, split: k-fod}',
        'split: k-fod: there is no such plan, expected repeated, k-fold:K, leave-one-site-out or column:NAME; did you mean k-fold',
      ],
      ['{name: how, dataset: p, label: dx, protocol: smv}', 'protocol: smv: there is no such protocol'],
      [
        '{name: twice, dataset: p, test: p, label: dx}',
        'test: 40 participants are in both data sets (p00, p01, p02, …)',
      ],
      [
        '{name: known, dataset: p, label: dx, covariates: [agee]}',
        `${at('p')}: there is no column "agee" to take a covariate from`,
      ],
    ];
    writeFileSync(at('missing.yaml'), `tasks:\n${missing.map(([task]) => `  - ${task}\n`).join('')}`);
    const printed: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
    const asked = tasksCommand()
      .exitOverride()
      .parseAsync(['check', at('missing.yaml'), '--json'], { from: 'user' });
    await expect(asked).rejects.toThrow(
      `${at('missing.yaml')}: 8 of 8 tasks cannot be run (lost, column, value, few, folds, how, twice, known); mend what is said of each, or leave them out.`,
    );
    const { tasks } = JSON.parse(printed.join(''));
    for (const [i, [, sentence]] of missing.entries())
      expect(tasks[i].problem).toContain(`${at('missing.yaml')} task ${i + 1} (${tasks[i].name}): ${sentence}`);
  });
});
