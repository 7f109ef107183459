/** @file `evaluate` and `embed` from data set to files, with a stand-in for the network (its embedding is mean FC). */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { embedCommand } from '../../src/cli/embed.ts';
import { evaluateCommand } from '../../src/cli/evaluate.ts';
import { connectivity } from '../../src/connectivity/kinds.ts';
import type { Dataset } from '../../src/dataset/dataset.ts';
import { writeDataset } from '../../src/dataset/write-dataset.ts';
import { parseNpy } from '../../src/files/npy.ts';
import { parseTable } from '../../src/files/table.ts';
import { normal, randomStream } from '../../src/random/draws.ts';

const ROIS = 4;
vi.mock('../../src/model/load-model.ts', () => ({
  loadModel: async () => ({ card: { size: { rois: ROIS }, fc: 'pearson', participants: ['p00'] }, trained: true }),
}));
vi.mock('../../src/model/untrained.ts', () => ({
  untrainedLike: (model: object) => ({ ...model, trained: false }),
}));
vi.mock('../../src/model/embed.ts', () => ({
  embedDataset: async ({ trained }: { trained: boolean }, dataset: Dataset) =>
    Float32Array.from(dataset.scans.keys()).reduce(
      (rows, scan) => {
        const fc = connectivity('pearson', dataset.readSeries(scan));
        for (let j = 0; j < 8; j++) rows[scan * 8 + j] = trained ? fc[j % 4] : Math.sin(100 * fc[j % 4] * (j + 1));
        return rows;
      },
      new Float32Array(8 * dataset.scans.length),
    ),
}));

const folder = mkdtempSync(join(tmpdir(), 'brainmass-evaluate-'));
const at = (name: string) => join(folder, name);

/** Patients' first two ROIs go together, controls' do not. */
async function makeDataset(name: string, prefix: string, count: number): Promise<void> {
  const stream = randomStream({ seed: count, purpose: 'simulate' });
  const scans = Array.from({ length: count }, (_, i) => {
    const patient = i % 2 === 1;
    const values = Float32Array.from({ length: 60 * ROIS }, () => normal(stream));
    for (let t = 0; t < 60; t++) if (patient) values[t * ROIS + 1] += 1.5 * values[t * ROIS];
    const phenotype = { dx: patient ? 'AD' : 'CN', age: String(10 + i) };
    const participantId = `${prefix}${String(i).padStart(2, '0')}`;
    return {
      scan: {
        scanId: `${participantId}_rest`,
        participantId,
        session: '',
        run: '',
        site: `S${(i >> 1) % 2}`,
        tr: 2,
        phenotype,
      },
      series: { values, timepoints: 60, rois: ROIS },
    };
  });
  const roiNames = ['a', 'b', 'c', 'd'];
  const about = { atlas: 'four', roiNames, phenotypeColumns: ['dx', 'age'], sources: [], reading: {} };
  await writeDataset(at(name), about, scans, { overwrite: false });
}

const printed: string[] = [];
async function run(command: ReturnType<typeof evaluateCommand>, ...args: string[]): Promise<string> {
  printed.length = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  await command.exitOverride().parseAsync(args, { from: 'user' });
  return printed.join('');
}
const evaluate = (...args: string[]) => run(evaluateCommand(), 'any.run', ...args);

beforeAll(async () => {
  await makeDataset('first', 'p', 40);
  await makeDataset('second', 'q', 30);
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true }));

describe('evaluate', () => {
  it('prints one document and writes it with splits and predictions', async () => {
    const out = at('score');
    const text = await evaluate(at('first'), '--label', 'dx', '--repeats', '4', '--seed', '3', '--out', out, '--json');
    const document = JSON.parse(text);
    expect(document).toMatchObject({ task: 'dx', protocol: 'svm', n: 40, participants: 40, repeats: 4, seed: 3 });
    expect(document.classes.positive).toEqual({ value: 'AD', scans: 20, participants: 20 });
    expect(document.metrics.auc.mean).toBeGreaterThan(0.9);
    expect(document.baselines.fc_svm.auc.mean).toBeGreaterThan(0.9);
    expect(document.baselines.untrained.auc.mean).toBeLessThan(document.metrics.auc.mean);
    expect(document.baselines.majority.accuracy.mean).toBe(0.5);
    expect(document.features.fc_svm.columns).toBe(6);
    expect(document.features.model.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(document.warnings.some((warning: string) => warning.includes('pretraining data'))).toBe(
      readFileSync(join(out, 'predictions.tsv'), 'utf8').includes('p00_rest'),
    );
    expect(JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'))).toEqual(document);
    expect(JSON.parse(readFileSync(document.splits, 'utf8')).splits).toHaveLength(4);
    const { rows } = parseTable(readFileSync(document.predictions, 'utf8'), 'predictions.tsv');
    expect(rows).toHaveLength(5 * 4 * 6);
    expect(rows.filter((row) => row.features === 'model' && row.positive === '1')).toHaveLength(4 * 3);
  });

  it('repeats itself with the splits it saved', async () => {
    const splits = join(at('score'), 'splits.json');
    const first = JSON.parse(readFileSync(join(at('score'), 'results.json'), 'utf8'));
    const text = await evaluate(at('first'), '--label', 'dx', '--splits', splits, '--out', at('again'), '--json');
    expect(JSON.parse(text).metrics).toEqual(first.metrics);
    expect(readFileSync(join(at('again'), 'splits.json'), 'utf8')).toBe(readFileSync(splits, 'utf8'));
    await expect(evaluate(at('second'), '--label', 'dx', '--splits', splits, '--out', at('not'))).rejects.toThrow(
      'these splits are of another data set, expected ',
    );
  });

  it('prints a table for people', async () => {
    const text = await evaluate(at('first'), '--label', 'age>29', '--protocol', 'svm-linear', '--out', at('age'));
    expect(text).toMatch(
      /^age>29: <=29 \(20 scans\) against >29 \(20\), 40 participants\nprotocol svm-linear, 10 splits/,
    );
    expect(text).toMatch(/\nmodel +0\.\d{3} \[0\.\d{3}, 0\.\d{3}\]( +\d\.\d{3}){4}\n/);
    expect(text).toMatch(/\nmajority class +0\.500 \[0\.500, 0\.500\]/);
    expect(text).toMatch(/\nThe model is .*raw FC .*; it is .*the untrained encoder .*\.\n/);
  });

  it('trains on one data set and tests on another', async () => {
    const out = at('transfer');
    const text = await evaluate(at('first'), '--test', at('second'), '--label', 'dx', '--out', out, '--json');
    const document = JSON.parse(text);
    expect(document.n).toBe(70);
    expect(document.metrics.auc.mean).toBeGreaterThan(0.9);
    expect(document.metrics.auc.low).toBeLessThanOrEqual(document.metrics.auc.mean);
    const [split] = JSON.parse(readFileSync(document.splits, 'utf8')).splits;
    expect([split.train.length, split.validation.length, split.test.length]).toEqual([40, 0, 30]);
    await expect(evaluate(at('first'), '--test', at('first'), '--label', 'dx', '--out', at('not'))).rejects.toThrow(
      '--test: 40 participants are in both data sets',
    );
  });

  it('refuses what exists, and leaves nothing behind when it fails', async () => {
    const before = readdirSync(folder).sort();
    await expect(evaluate(at('first'), '--label', 'dx', '--out', at('score'))).rejects.toThrow(
      `${at('score')}: the output exists already; pass --overwrite to replace it, or choose another name.`,
    );
    await expect(evaluate(at('first'), '--label', 'dy', '--out', at('not'))).rejects.toThrow('did you mean --label dx');
    await expect(evaluate(at('first'), '--label', 'dx', '--repeats', '0', '--out', at('not'))).rejects.toThrow(
      '--repeats: not a usable number, expected a whole number of at least 1, found "0".',
    );
    await expect(
      evaluate(at('first'), '--label', 'dx', '--test', at('second'), '--splits', 's.json', '--out', at('not')),
    ).rejects.toThrow('--splits: with --test there is one split only');
    expect(readdirSync(folder).sort()).toEqual(before);
  });
});

describe('embed', () => {
  const embed = (...args: string[]) => run(embedCommand(), 'any.run', at('first'), ...args);

  it('writes the array and the scan ids in the order of the data set', async () => {
    const document = JSON.parse(await embed('--out', at('e.npy'), '--json'));
    expect(document).toEqual({ scans: 40, columns: 8, fc: 'pearson', embedding: at('e.npy'), scan_ids: at('e.tsv') });
    const array = parseNpy(readFileSync(at('e.npy')), 'e.npy');
    expect(array.shape).toEqual([40, 8]);
    expect(array.data).toBeInstanceOf(Float32Array);
    const { rows } = parseTable(readFileSync(at('e.tsv'), 'utf8'), 'e.tsv');
    expect(rows[3]).toEqual({ scan_id: 'p03_rest', participant_id: 'p03' });
    expect(rows).toHaveLength(40);
  });

  it('refuses another ending and files that exist', async () => {
    await expect(embed('--out', at('e.csv'))).rejects.toThrow('the file name must end in .npy; pass ');
    await expect(embed('--out', at('e.npy'))).rejects.toThrow(
      `${at('e.npy')}: the output exists already; pass --overwrite`,
    );
    await embed('--out', at('e.npy'), '--overwrite');
    expect(existsSync(at('e.npy'))).toBe(true);
  });
});
