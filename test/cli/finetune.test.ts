/** @file `finetune` and `predict` on the real command line: a model that is used, refusals, and an interruption. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { writeDataset } from '../../src/dataset/write-dataset.ts';
import { parseNpy } from '../../src/files/npy.ts';
import { parseTable } from '../../src/files/table.ts';
import { writeCohort } from '../../src/simulate/write-cohort.ts';

const program = fileURLToPath(new URL('../../bin/brainmass.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'brainmass-finetune-'));
const at = (...names: string[]) => join(folder, ...names);
const text = (...names: string[]) => readFileSync(at(...names), 'utf8');

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program in the folder. */
function brainmass(line: string): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...line.split(' ')], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const QUICK = '--epochs 6 --learning-rate 0.002';
beforeAll(async () => {
  const cohort = { rois: 20, seed: 2, effect: 1.5, sessions: 1, sites: 2, timepoints: 100 };
  const quiet = { overwrite: false, progress: () => {} };
  await writeCohort(at('cohort'), { ...cohort, subjects: 100 }, quiet);
  await writeCohort(at('clinic'), { ...cohort, subjects: 9, seed: 3 }, quiet);
  await writeCohort(at('wide'), { ...cohort, subjects: 4, rois: 24 }, quiet);
  // The ROIs of the clinic in another order.
  const clinic = openDataset(at('clinic'));
  const scans = clinic.scans.map((scan, i) => ({ scan, series: clinic.readSeries(i) }));
  const about = { ...clinic, roiNames: clinic.roiNames.toReversed(), sources: [], reading: {} };
  await writeDataset(at('reversed'), about, scans, { overwrite: false });
  clinic.close();
  writeFileSync(at('tiny.yaml'), 'model: {layers: 1, heads: 4, ffn: 16, feature: 8}\n');
  expect((await brainmass('pretrain cohort --out cohort.run --epochs 0 --config tiny.yaml')).code).toBe(0);
  expect((await brainmass(`finetune cohort.run cohort --label dx ${QUICK} --out dx.run --json`)).code).toBe(0);
}, 30_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('finetune', () => {
  it('leaves metrics, card, split and answers beside the model', () => {
    const document = JSON.parse(text('dx.run', 'results.json'));
    expect(document).toMatchObject({
      task: 'dx',
      kind: 'two-class',
      n: 100,
      frozen: false,
      fc: 'pearson',
      warnings: [],
    });
    expect(document.answer).toEqual({ kind: 'classes', classes: ['0', '1'] });
    const epochs = text('dx.run', 'metrics.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(epochs).toHaveLength(document.epochs);
    expect(epochs.findLast(({ best }) => best).epoch).toBe(document.best_epoch);

    const { rows } = parseTable(text('dx.run', 'predictions.tsv'), 'predictions.tsv');
    expect(rows).toHaveLength(document.split.test);
    const right = rows.filter(({ truth, predicted }) => truth === predicted).length / rows.length;
    expect(document.metrics.accuracy.value).toBeCloseTo(right, 12);
    for (const row of rows) expect(Number(row.p_0) + Number(row.p_1)).toBeCloseTo(1, 12);

    const { finetuned } = JSON.parse(text('dx.run', 'card.json'));
    expect(finetuned.participants).toHaveLength(document.split.train + document.split.validation);
    const tested = new Set(rows.map((row) => row.participant_id));
    expect(finetuned.participants.filter((id: string) => tested.has(id))).toEqual([]);
  });

  it('makes a model that predict applies with the same answers, and embed, evaluate and finetune take', async () => {
    const [predicted, embedded, again, scored] = await Promise.all([
      brainmass('predict dx.run/model.safetensors cohort --out all.tsv --json'),
      brainmass('embed dx.run cohort --out dx.npy'),
      brainmass(`finetune dx.run cohort --label age --regress --frozen ${QUICK} --seed 5 --out age.run --json`),
      brainmass('evaluate dx.run cohort --label dx --splits dx.run/splits.json --baselines none --out scored --json'),
    ]);
    expect([predicted, embedded, again, scored].map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    // Its split tests on nobody whose label it has learnt.
    expect(JSON.parse(scored.stdout).warnings.filter((text: string) => text.includes('fine-tuned'))).toEqual([]);
    const document = JSON.parse(text('dx.run', 'results.json'));
    const known = document.split.train + document.split.validation;
    expect(JSON.parse(predicted.stdout).warnings).toEqual([
      `the model has learnt the label of ${known} of these participants: of them it says little new`,
    ]);
    const all = new Map(parseTable(text('all.tsv'), 'all.tsv').rows.map((row) => [row.scan_id, row]));
    expect(all.size).toBe(100);
    for (const row of parseTable(text('dx.run', 'predictions.tsv'), 'predictions.tsv').rows) {
      expect(all.get(row.scan_id)?.predicted).toBe(row.predicted);
      expect(Number(all.get(row.scan_id)?.p_1)).toBeCloseTo(Number(row.p_1), 4);
    }
    expect(parseNpy(readFileSync(at('dx.npy')), 'dx.npy').shape).toEqual([100, 160]);

    // Fine-tuned anew on another label: who was learnt before is not forgotten.
    const age = JSON.parse(again.stdout);
    expect(age.answer).toMatchObject({ kind: 'number' });
    expect(age.warnings[0]).toMatch(/^the model was fine-tuned on dx of \d+ of \d+ test participants: /);
    const { finetuned } = JSON.parse(text('age.run', 'card.json'));
    expect(finetuned.participants.length).toBeGreaterThan(known);
    const numbers = parseTable(text('age.run', 'predictions.tsv'), 'predictions.tsv');
    expect(numbers.columns).toEqual(['scan_id', 'participant_id', 'truth', 'predicted']);
    for (const { predicted: value } of numbers.rows) expect(Math.abs(Number(value) - age.answer.mean)).toBeLessThan(60);
  });

  it('keeps to a saved split, and is the same again', async () => {
    const line = `finetune cohort.run cohort --label dx ${QUICK} --splits dx.run/splits.json --out again.run --json`;
    const { code, stdout } = await brainmass(line);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).metrics).toEqual(JSON.parse(text('dx.run', 'results.json')).metrics);
    expect(text('again.run', 'predictions.tsv')).toBe(text('dx.run', 'predictions.tsv'));
    const model = (run: string) => readFileSync(at(run, 'model.safetensors'));
    expect(model('again.run').equals(model('dx.run'))).toBe(true);
  });
});

const CASES: readonly (readonly [what: string, line: string, sentence: string])[] = [
  [
    'a split without validation scans',
    'finetune cohort.run cohort --label dx --splits no-validation.json --out new',
    'fine-tuning stops by the loss on validation rows, and the split has none, expected at least one validation row; use a split with a train, a validation and a test part.',
  ],
  [
    'a split that the file does not have',
    'finetune cohort.run cohort --label dx --splits dx.run/splits.json --split 2 --out new',
    '--split 2: dx.run/splits.json has fewer splits, expected 1.',
  ],
  [
    'a frozen encoder with augmentation',
    'finetune cohort.run cohort --label dx --frozen --augment 20 --out new',
    '--frozen: a frozen encoder learns nothing, so that --augment has no meaning; leave one of them out.',
  ],
  [
    'a learning rate that is none',
    'finetune cohort.run cohort --label dx --learning-rate -1 --out new',
    '--learning-rate: not a usable number, expected a number above 0, found "-1".',
  ],
  [
    'an output that exists',
    'finetune cohort.run cohort --label dx --out dx.run',
    'dx.run: the output exists already; pass --overwrite to replace it, or choose another name.',
  ],
  [
    'a directory that is no model, to be overwritten',
    'finetune cohort.run cohort --label dx --out cohort --overwrite',
    'cohort: the directory holds no model.safetensors and so is not overwritten; choose another name.',
  ],
  [
    'a data set of other ROIs',
    'finetune cohort.run wide --label dx --out new',
    'wide: the data set has another number of ROIs than the model, expected 20 ROIs (simulated-20), found 24 (simulated-24); ingest the scans with --project to the atlas of the model, or pretrain on this atlas.',
  ],
  [
    'scans of ROIs in another order to predict',
    'predict dx.run reversed --out new.tsv',
    'reversed: the ROIs are not in the order of the model: ROI 1 differs, expected "LH_Vis_1", found "RH_Default_10"; ingest the scans with the atlas of the model.',
  ],
  [
    'a model without a head',
    'predict cohort.run clinic --out new.tsv',
    'cohort.run: the model has learnt no labels, so it has nothing to predict with; train one with brainmass finetune.',
  ],
  [
    'predictions to a file of another kind',
    'predict dx.run clinic --out new.csv',
    '--out new.csv: the file name must end in .tsv; pass new.csv.tsv.',
  ],
];

describe('refused, with one sentence and nothing written', () => {
  let before: string[] = [];
  beforeAll(async () => {
    // As saved, but with the validation scans among those of training.
    const saved = JSON.parse(text('dx.run', 'splits.json'));
    const [{ train, validation, test, ...place }] = saved.splits;
    const parts = { train: [...train, ...validation].sort(), validation: [], test };
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(parts)));
    const split = { ...place, ...parts, sha256: Buffer.from(digest).toString('hex') };
    writeFileSync(at('no-validation.json'), JSON.stringify({ ...saved, splits: [split] }));
    before = readdirSync(folder).sort();
  });

  it.concurrent.each(CASES)('%s', async (_, line, sentence) => {
    expect(await brainmass(line)).toEqual({ code: 2, stdout: '', stderr: `brainmass: ${sentence}\n` });
  });

  it('nothing was written', () => {
    expect(readdirSync(folder).sort()).toEqual(before);
  });
});

it('predict answers for scans without any label, of people it has not seen', async () => {
  const { code, stdout } = await brainmass('predict dx.run clinic --out clinic.tsv');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('dx of 9 scans in clinic.tsv') });
  expect(parseTable(text('clinic.tsv'), 'clinic.tsv').columns).toEqual([
    'scan_id',
    'participant_id',
    'predicted',
    'p_0',
    'p_1',
  ]);
});

it('Ctrl-C leaves nothing behind, and says so', async () => {
  const before = readdirSync(folder).sort();
  const args = 'finetune cohort.run cohort --label dx --epochs 100000 --patience 100000 --out stopped.run'.split(' ');
  const child = spawn(process.execPath, [program, ...args], { cwd: folder });
  const said: string[] = [];
  child.stderr.on('data', (chunk) => said.push(String(chunk)));
  // It has begun when its temporary directory is there.
  while (!readdirSync(folder).some((name) => name.includes('stopped.run')))
    await new Promise((go) => setTimeout(go, 50));
  child.kill('SIGINT');
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect({ code, said: said.join('') }).toEqual({ code: 130, said: 'brainmass: stopped; nothing was written.\n' });
  expect(readdirSync(folder).sort()).toEqual(before);
  expect(existsSync(at('stopped.run'))).toBe(false);
}, 20_000);
