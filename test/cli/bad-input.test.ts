/** @file Wrong requests and wrong input, on the real command line: one sentence, exit code 2, nothing new on disk. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { writeDataset } from '../../src/dataset/write-dataset.ts';
import { encodeNpy } from '../../src/files/npy.ts';
import { madeUpDataset } from '../pretrain/made-up.ts';

const program = fileURLToPath(new URL('../../bin/brainmass.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'brainmass-bad-'));
const at = (...names: string[]) => join(folder, ...names);

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program in a directory. */
function brainmass(cwd: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** Every folder below a directory, and every file with its size and time of change. */
function listing(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const entry = statSync(join(directory, name));
      // A refused run had its lock in the directory for a moment.
      return entry.isDirectory() ? name : `${name} ${entry.size} ${entry.mtimeMs}`;
    })
    .sort();
}

/** `count` scans of `rois` ROIs; column dx has two classes, one has one, few has a class of a single participant. */
async function makeDataset(name: string, count: number, rois = 20): Promise<void> {
  const made = madeUpDataset(count, rois);
  const scans = made.scans.map((scan, i) => ({
    scan: { ...scan, phenotype: { dx: String(i % 2), one: 'P', few: i === 0 ? 'A' : 'B' } },
    series: made.readSeries(i),
  }));
  const about = { ...made, phenotypeColumns: ['dx', 'one', 'few'], sources: [], reading: {} };
  await writeDataset(at(name), about, scans, { overwrite: false });
}

/** A folder of scans, `.npy` of 40 time points and 20 ROIs unless changed. */
function makeScans(name: string, files: Record<string, (values: Float32Array) => Uint8Array>): void {
  mkdirSync(at(name));
  for (const [file, change] of Object.entries(files)) {
    const seed = file.charCodeAt(0);
    const values = Float32Array.from({ length: 40 * 20 }, (_, i) => Math.sin(seed * (i + 1) ** 2));
    writeFileSync(at(name, file), change(values));
  }
}
const whole = (values: Float32Array) => encodeNpy(values, [40, 20]);

let hashes: Record<'cohort' | 'other', string> = { cohort: '', other: '' };
let before: string[] = [];
beforeAll(async () => {
  await makeDataset('cohort', 8);
  await makeDataset('other', 9);
  await makeDataset('wide', 4, 24);
  await makeDataset('single', 1);
  hashes = { cohort: hashOf('cohort'), other: hashOf('other') };
  cpSync(at('cohort'), at('reordered'), { recursive: true });
  edit('reordered/dataset.json', (text) =>
    text.replace('"roi2"', '"x"').replace('"roi5"', '"roi2"').replace('"x"', '"roi5"'),
  );
  cpSync(at('cohort'), at('repeated'), { recursive: true });
  edit('repeated/scans.tsv', (text) => text.replace('p3_rest', 'p2_rest'));

  makeScans('good', { 'a.npy': whole, 'b.npy': whole, 'c.npy': whole });
  makeScans('truncated', { 'a.npy': (values) => whole(values).subarray(0, 1000) });
  makeScans('rois', { 'a.npy': (values) => encodeNpy(values.subarray(0, 40 * 15), [40, 15]) });
  makeScans('short', { 'a.npy': (values) => encodeNpy(values.subarray(0, 19 * 20), [19, 20]) });
  makeScans('nan', { 'a.npy': (values) => whole(values.with(11 * 20 + 4, Number.NaN)) });
  makeScans('constant', { 'a.npy': (values) => whole(values.fill(3)) });
  writeFileSync(at('same-id.csv'), 'participant_id,file\np,a.npy\np,b.npy\na,c.npy\n');
  writeFileSync(at('same-file.csv'), 'participant_id,file\np,a.npy\nq,a.npy\n');
  writeFileSync(at('no-file.csv'), 'participant_id,file\np,a.npy\nq,z.npy\n');

  writeFileSync(
    at('tiny.yaml'),
    'model: {layers: 1, heads: 4, ffn: 16, feature: 8}\ntraining: {epochs: 1, batch: 4}\n',
  );
  writeFileSync(at('typo.yaml'), 'optimizer: {learning_rat: 0.1}\n');
  writeFileSync(at('released-typo.yaml'), 'network: {depht: 3}\n');
  writeFileSync(at('atlas.yaml'), 'network: {roi_num: 100}\n');
  writeFileSync(at('window.yaml'), 'data: {drop: {kind: window, length: 31}}\n');
  writeFileSync(at('masked.yaml'), 'objective: {contrastive_rois: 21}\n');
  const corpora = {
    'key.yaml': ['{path: cohort, rol: II}'],
    'lost.yaml': ['{path: cohort, role: I}', '{path: nowhere, role: III}'],
    'mixed.yaml': ['{path: cohort, role: I}', '{path: wide, role: I}'],
    'external.yaml': ['{path: cohort, role: III}'],
  };
  for (const [name, entries] of Object.entries(corpora))
    writeFileSync(at(name), `datasets:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`);
  const trained = await brainmass(folder, ['pretrain', 'cohort', '--out', 'run', '--config', 'tiny.yaml']);
  expect(trained).toMatchObject({ code: 0, stderr: '' });
  cpSync(at('run'), at('damaged'), { recursive: true });
  for (const file of ['model.safetensors', 'resume/state.safetensors'])
    writeFileSync(at('damaged', file), readFileSync(at('damaged', file)).subarray(0, -100));
  cpSync(at('run'), at('no-card'), { recursive: true });
  writeFileSync(at('no-card/card.json'), '{');
  before = listing(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

function hashOf(name: string): string {
  const dataset = openDataset(at(name));
  dataset.close();
  return dataset.hash;
}

function edit(name: string, change: (text: string) => string): void {
  const text = readFileSync(at(name), 'utf8');
  expect(change(text)).not.toBe(text);
  writeFileSync(at(name), change(text));
}

type Case = readonly [what: string, command: string, sentence: string | (() => string)];

const CASES: readonly Case[] = [
  // Scans
  [
    'a missing folder',
    'ingest ../nowhere --atlas 20 --out new',
    '../nowhere: there is no such file or folder; check the path.',
  ],
  [
    'a table that names a missing file',
    'ingest ../good --participants ../no-file.csv --atlas 20 --out new',
    '../no-file.csv: 1 of 2 rows have no file (row 3 z.npy); correct the table or the source folder, or pass --allow-missing to leave some of them out.',
  ],
  [
    'a missing table',
    'ingest ../good --participants ../no.csv --atlas 20 --out new',
    '../no.csv: no such file or folder.',
  ],
  [
    'a truncated .npy',
    'ingest ../truncated --atlas 20 --out new',
    '../truncated/a.npy: the file is cut off, expected 3328 bytes for shape (40, 20) of <f4, found 1000; copy or save it again.',
  ],
  [
    'a wrong ROI count',
    'ingest ../rois --atlas 20 --out new',
    '../rois/a.npy: neither side of the matrix is the ROI count, expected one side of 20 ROIs, found 40 rows and 15 columns; check --atlas, or pass --project to take scans of another atlas to this one.',
  ],
  [
    'a scan shorter than 20 time points',
    'ingest ../short --atlas 20 --out new',
    '../short/a.npy: the scan is too short, expected at least 20 time points, found 19 of 20 ROIs; leave the scan out, or pass --layout if time points and ROIs are swapped.',
  ],
  [
    'NaN in a series',
    'ingest ../nan --atlas 20 --out new',
    '../nan/a.npy: the series holds NaN at time point 12, ROI 5, expected finite numbers; leave the scan out, or write 0 at every time point of an ROI without signal.',
  ],
  [
    'an all-constant scan',
    'ingest ../constant --atlas 20 --out new',
    '../constant/a.npy: every ROI of the scan is constant, so that there is nothing to correlate; leave the scan out.',
  ],
  [
    'duplicate scan ids',
    'ingest ../good --participants ../same-id.csv --atlas 20 --out new',
    '../same-id.csv row 4 (c.npy): the scan has the same id as ../same-id.csv row 2 (a.npy); name every scan once; tell repeated scans of a participant apart by the columns session and run.',
  ],
  [
    'the same file twice',
    'ingest ../good --participants ../same-file.csv --atlas 20 --out new',
    '../same-file.csv row 3 (a.npy): the file was named already, in ../same-file.csv row 2 (a.npy); name every scan once; tell repeated scans of a participant apart by the columns session and run.',
  ],
  [
    'an unknown atlas',
    'ingest ../good --atlas schaefr100 --out new',
    'there is no built-in atlas "schaefr100", expected schaefer100, schaefer200, schaefer300, schaefer400, cc200, aal116; the nearest is schaefer100.',
  ],
  [
    'a repetition time that is none',
    'ingest ../good --atlas 20 --tr -1 --out new',
    "option '--tr <seconds>' argument '-1' is invalid. It is not a number of seconds; brainmass --help shows how.",
  ],
  [
    'ingest into a directory that exists',
    'ingest ../good --atlas 20 --out ../cohort',
    '../cohort: the output exists already; pass --overwrite to replace it, or choose another name.',
  ],
  // Data sets
  [
    'inspect of nothing',
    'inspect ../nowhere',
    '../nowhere: there is no such data set; make one with brainmass ingest.',
  ],
  [
    'duplicate scan ids in a data set',
    'inspect ../repeated',
    '../repeated/scans.tsv row 5: the scan id "p2_rest" occurs twice.',
  ],
  [
    'simulate into a directory that exists',
    'simulate ../cohort --subjects 4',
    '../cohort: the output exists already; pass --overwrite to replace it, or choose another name.',
  ],
  [
    'simulate: nobody',
    'simulate new --subjects 0',
    '--subjects: not a usable number, expected a whole number of at least 1, found "0".',
  ],
  [
    'simulate: effect NaN',
    'simulate new --subjects 4 --effect NaN',
    '--effect: not a usable number, expected Cohen\'s d, such as 0.5, found "NaN".',
  ],
  // Pretraining
  [
    'pretrain on nothing',
    'pretrain ../nowhere --out new',
    '../nowhere: there is no such data set; make one with brainmass ingest.',
  ],
  [
    'pretrain on one scan',
    'pretrain ../single --out new --heads 4',
    '../single: pretraining compares scans, expected at least 2, found 1.',
  ],
  ['a missing corpus', 'pretrain ../no.yaml --out new', '../no.yaml: no such file or folder.'],
  [
    'a corpus with a typo',
    'pretrain ../key.yaml --out new',
    '../key.yaml data set 1: there is no key rol; did you mean role?',
  ],
  [
    'a corpus with a data set that is not there',
    'pretrain ../lost.yaml --out new',
    '../lost.yaml data set 2: ../nowhere: there is no such data set; make one with brainmass ingest.',
  ],
  [
    'a corpus of two ROI counts',
    'pretrain ../mixed.yaml --out new',
    '../mixed.yaml data set 2: ../wide has another number of ROIs than ../cohort, expected 20, found 24; ingest all data sets of a corpus with one atlas, or with --project.',
  ],
  [
    'a corpus with nothing to train on',
    'pretrain ../external.yaml --out new',
    '../external.yaml: there is no data set to pretrain on, expected at least one of role I or II, found role III only.',
  ],
  [
    'a file that is no corpus',
    'pretrain ../cohort/scans.tsv --out new',
    '../cohort/scans.tsv: this is not a data set: it has no dataset.json; name a directory written by brainmass ingest.',
  ],
  [
    'an unknown preset',
    'pretrain ../cohort --out new --preset smal',
    '--preset: there is no preset smal, expected small, base, large; did you mean small?',
  ],
  [
    'heads that do not divide',
    'pretrain ../cohort --out new --heads 3',
    '--heads: the attention heads must divide the ROI count 20, found 3 heads; choose one of 1, 2, 4, 5, 10, 20.',
  ],
  [
    'a negative number',
    'pretrain ../cohort --out new --batch -2',
    '--batch: not a usable number, expected a whole number of at least 2, found "-2".',
  ],
  [
    'NaN for a number',
    'pretrain ../cohort --out new --epochs NaN',
    '--epochs: not a usable number, expected a whole number of at least 0, found "NaN".',
  ],
  [
    'an unknown kind of connectivity',
    'pretrain ../cohort --out new --fc parson',
    "option '--fc <kind>' argument 'parson' is invalid. Allowed choices are pearson, ledoit-wolf; brainmass --help shows how.",
  ],
  [
    'a configuration with a typo',
    'pretrain ../cohort --out new --config ../typo.yaml',
    '../typo.yaml: there is no setting optimizer.learning_rat; did you mean optimizer.learning_rate?',
  ],
  [
    'a released configuration with a typo',
    'pretrain ../cohort --out new --config ../released-typo.yaml',
    '../released-typo.yaml: there is no setting network.depht; did you mean network.depth?',
  ],
  [
    'a configuration for another ROI count',
    'pretrain ../cohort --out new --config ../atlas.yaml',
    '../atlas.yaml: the settings are for another ROI count, expected 100, found 20 in ../cohort.',
  ],
  [
    'a missing configuration',
    'pretrain ../cohort --out new --config ../no.yaml',
    '../no.yaml: no such file or folder.',
  ],
  [
    'a window longer than the shortest scan',
    'pretrain ../cohort --out new --config ../window.yaml',
    'scan 1: the window is longer than the scan, expected at most 30 time points, found 31; shorten the window or leave the scan out.',
  ],
  [
    'more masked ROIs than there are',
    'pretrain ../cohort --out new --config ../masked.yaml',
    '../cohort: cannot hide 21 ROIs, found 20 ROIs; lower objective.contrastive_rois and objective.reconstruction_rois in --config.',
  ],
  [
    'pretrain into a directory that exists',
    'pretrain ../cohort --out ../run',
    '../run: the output exists already; pass --overwrite to replace it, or choose another name.',
  ],
  [
    'overwriting what is no run',
    'pretrain ../cohort --out ../good --overwrite',
    '../good: the directory holds no config.yaml and so is not overwritten; choose another name.',
  ],
  [
    'resume of nothing',
    'pretrain ../cohort --out new --resume',
    'new: there is no run to resume: it has no config.yaml; start one without --resume.',
  ],
  [
    'resume on another data set',
    'pretrain ../other --out ../run --resume',
    () =>
      `../run: the run was started on another data set than ../other, expected hash ${hashes.cohort.slice(0, 12)}, found ${hashes.other.slice(0, 12)}; resume with the data set it was started on.`,
  ],
  [
    'resume with ROIs in another order',
    'pretrain ../reordered --out ../run --resume',
    '../reordered: the ROIs are not in the order of the model: ROI 3 differs, expected "roi2", found "roi5"; ingest the scans with the atlas of the model.',
  ],
  [
    'resume with other settings',
    'pretrain ../cohort --out ../run --resume --batch 8',
    '--batch: a resumed run keeps the settings that it was started with; leave the option out, or start a new run.',
  ],
  [
    'resume of a damaged run',
    'pretrain ../cohort --out ../damaged --resume --epochs 3',
    '../damaged/resume/state.safetensors: the file is cut off, expected 948552 bytes of values, found 948452; restore it from a copy, or start again with --overwrite; the model beside it can still be used.',
  ],
  // Models
  [
    'a missing model',
    'embed ../nowhere ../cohort --out new.npy',
    '../nowhere: there is no such model; name a run directory, a .safetensors or a .pth file.',
  ],
  [
    'a directory that is no run',
    'embed ../good ../cohort --out new.npy',
    '../good: this is not a run: it has no model.safetensors; name a directory written by brainmass pretrain.',
  ],
  [
    'a damaged model.safetensors',
    'embed ../damaged ../cohort --out new.npy',
    '../damaged/model.safetensors: the file is cut off, expected 470984 bytes of values, found 470884; copy or export it again.',
  ],
  ['a damaged card', 'embed ../no-card ../cohort --out new.npy', '../no-card/card.json: the model card is not JSON.'],
  [
    'a checkpoint of another ROI count',
    'embed ../run ../wide --out new.npy',
    '../wide: the data set has another number of ROIs than the model, expected 20 ROIs (made-up-20), found 24 (made-up-24); ingest the scans with --project to the atlas of the model, or pretrain on this atlas.',
  ],
  [
    'a checkpoint of another ROI order',
    'embed ../run ../reordered --out new.npy',
    '../reordered: the ROIs are not in the order of the model: ROI 3 differs, expected "roi2", found "roi5"; ingest the scans with the atlas of the model.',
  ],
  [
    'an embedding that is no .npy',
    'embed ../run ../cohort --out new.csv',
    '--out new.csv: the file name must end in .npy; pass new.csv.npy.',
  ],
  // Evaluation
  [
    'a label column that is absent',
    'evaluate ../run ../cohort --label dy --out new',
    '../cohort: there is no column "dy" to take labels from, found dx, one, few; did you mean --label dx.',
  ],
  [
    'one class only',
    'evaluate ../run ../cohort --label one --out new',
    '../cohort: column "one" holds one class only, expected two values, found "P" (8 scans); choose a column with patients and controls.',
  ],
  [
    'two classes with fewer than 2 participants',
    'evaluate ../run ../cohort --label few --out new',
    '../cohort: class "A" of label "few" has too few participants, expected at least 2, found 1.',
  ],
  [
    'evaluation of a checkpoint of another ROI count',
    'evaluate ../run ../wide --label dx --out new',
    '../wide: the data set has another number of ROIs than the model, expected 20 ROIs (made-up-20), found 24 (made-up-24); ingest the scans with --project to the atlas of the model, or pretrain on this atlas.',
  ],
  [
    'evaluation of a checkpoint of another ROI order',
    'evaluate ../run ../reordered --label dx --out new',
    '../reordered: the ROIs are not in the order of the model: ROI 3 differs, expected "roi2", found "roi5"; ingest the scans with the atlas of the model.',
  ],
  [
    'an unknown protocol',
    'evaluate ../run ../cohort --label dx --protocol foo --out new',
    '--protocol foo: there is no such protocol, expected svm, svm-linear, logistic, ridge, knn, prototype, finetune or finetune-head.',
  ],
  [
    'a protocol for numbers',
    'evaluate ../run ../cohort --label dx --protocol svr --out new',
    '--protocol svr: this protocol cannot predict classes, expected svm, svm-linear, logistic, ridge, knn, prototype, finetune or finetune-head; choose one of these, or add --regress.',
  ],
  [
    'a misspelt baseline',
    'evaluate ../run ../cohort --label dx --baselines fc_logistik --out new',
    '--baselines fc_logistik: there is no such baseline for this kind of label, expected some of fc_svm, fc_logistic, fc_ridge, fc_knn, fc_prototype, tangent_logistic, pca_svm, pfc_svm, untrained, confounds, all, none; did you mean fc_logistic.',
  ],
  [
    'fewer participants than folds',
    'evaluate ../run ../cohort --label dx --split k-fold:9 --out new',
    '9-fold splits: class "0" has fewer participants than there are folds, expected at least 9, found 4; ask for at most 4 folds.',
  ],
  [
    'a plan of splits that there is not',
    'evaluate ../run ../cohort --label dx --split kfold:5 --out new',
    '--split kfold:5: there is no such plan, expected repeated, k-fold:K, leave-one-site-out or column:NAME; did you mean k-fold.',
  ],
  [
    'a split of no column',
    'evaluate ../run ../cohort --label dx --split column:is_train --out new',
    '../cohort: there is no column "is_train" to take the split from, found dx, one, few, site, session, run.',
  ],
  [
    'one site to leave out',
    'evaluate ../run ../cohort --label dx --split leave-one-site-out --out new',
    'scan p0_rest: there is no site to leave out; fill in the column site, or use folds.',
  ],
  [
    'a covariate that is no column',
    'evaluate ../run ../cohort --label dx --harmonise regress --covariates ag --out new',
    '../cohort: there is no column "ag" to take a covariate from, found dx, one, few, site, session, run; did you mean dx.',
  ],
  [
    'covariates for nothing',
    'evaluate ../run ../cohort --label dx --covariates one --out new',
    '--covariates: it is not said what to do with them; add --harmonise regress to take them out, or --harmonise combat to keep them.',
  ],
  [
    'nothing to regress out',
    'evaluate ../run ../cohort --label dx --harmonise regress --out new',
    '--harmonise regress: there is nothing to regress out; name columns with --covariates COLUMN,COLUMN.',
  ],
  [
    'no confound to know',
    'evaluate ../run ../cohort --label dx --baselines confounds --out new',
    '../cohort: there is no column of age, sex, site or motion for the confound baseline, found dx, one, few; name columns with --confounds COLUMN,COLUMN.',
  ],
  [
    'a number that is text',
    'evaluate ../run ../cohort --label one --regress --out new',
    'scan p0_rest: column "one" is not a number, found P; mend the value, leave it empty, or predict classes without --regress.',
  ],
  [
    'a number with a patient class',
    'evaluate ../run ../cohort --label dx --regress --positive 1 --out new',
    '--regress: a number has no positive and no control class; leave out --positive and --control, or --regress.',
  ],
  [
    'a permutation test of a number',
    'evaluate ../run ../cohort --label dx --regress --permutations 9 --out new',
    '--permutations: the permutation test is for two classes; name two with --positive VALUE and --control VALUE, or leave out --permutations.',
  ],
  [
    'a permutation test of a network that learns',
    'evaluate ../run ../cohort --label dx --protocol finetune-head --permutations 9 --out new',
    '--permutations: the network would be fine-tuned again 9 times on every split; test frozen features with --protocol svm, or leave out --permutations.',
  ],
  [
    'splits of another kind',
    'evaluate ../run ../cohort --label dx --splits ../run/card.json --out new',
    `../run/card.json: this is not a file of splits (version: Invalid discriminator value. Expected '1' | '2'); pass a splits.json of an earlier evaluation.`,
  ],
  [
    'evaluate into a directory that exists',
    'evaluate ../run ../cohort --label dx --out ../run',
    '../run: the output exists already; pass --overwrite to replace it, or choose another name.',
  ],
  // Speed
  [
    'bench of an unknown preset',
    'bench training --preset smal',
    '--preset: there is no preset smal, expected small, base, large; did you mean small?',
  ],
  ['no output', 'pretrain ../cohort', "required option '--out <run>' not specified; brainmass --help shows how."],
];

describe.concurrent('one sentence, exit code 2, nothing on stdout', () => {
  it.each(CASES.map((each, i) => [...each, i] as const))('%s', async (_what, command, sentence, i) => {
    const cwd = at(`case-${i}`);
    mkdirSync(cwd);
    const outcome = await brainmass(cwd, command.split(' '));
    const expected = typeof sentence === 'string' ? sentence : sentence();
    expect(outcome).toEqual({ code: 2, stdout: '', stderr: `brainmass: ${expected}\n` });
    expect(readdirSync(cwd)).toEqual([]);
  });
});

it('and nothing of what was there has changed', () => {
  expect(listing(folder).filter((line) => !line.startsWith('case-'))).toEqual(before);
});
