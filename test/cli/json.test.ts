/** @file simulate, inspect, pretrain, embed, evaluate with --json on the real command line: one document each. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { parseNpy } from '../../src/files/npy.ts';
import { parseTable } from '../../src/files/table.ts';
import { embedDataset } from '../../src/model/embed.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';

const program = fileURLToPath(new URL('../../bin/brainmass.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'brainmass-json-'));
const SCANS = 24;
const ROIS = 20;
const METRICS = ['auc', 'accuracy', 'balanced_accuracy', 'sensitivity', 'specificity', 'f1'];

/** Runs a command with --json; everything on stdout must be one document. */
function brainmass(command: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...command.split(' '), '--json'], { cwd: folder }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(new Error(`${command}: ${stderr}`));
    });
  });
}

let documents: Record<'simulate' | 'inspect' | 'pretrain' | 'embed' | 'evaluate', Record<string, unknown>>;
beforeAll(async () => {
  writeFileSync(join(folder, 'tiny.yaml'), 'model: {layers: 1, heads: 4, ffn: 16, feature: 8}\n');
  documents = {
    simulate: await brainmass(`simulate cohort.dataset --subjects ${SCANS} --rois ${ROIS} --timepoints 40 --seed 3`),
    inspect: await brainmass('inspect cohort.dataset'),
    pretrain: await brainmass('pretrain cohort.dataset --out cohort.run --config tiny.yaml --epochs 2 --batch 8'),
    embed: await brainmass('embed cohort.run cohort.dataset --out embedding.npy'),
    evaluate: await brainmass('evaluate cohort.run cohort.dataset --label dx --repeats 3 --seed 1 --out score'),
  };
});
afterAll(() => rmSync(folder, { recursive: true }));

test('simulate', () => {
  expect(documents.simulate).toMatchObject({
    dataset: 'cohort.dataset',
    scans: SCANS,
    participants: SCANS,
    rois: ROIS,
  });
});

test('inspect', () => {
  expect(documents.inspect).toMatchObject({
    scans: SCANS,
    participants: SCANS,
    rois: ROIS,
    atlas: `simulated-${ROIS}`,
    timepoints: { min: 40, max: 40, total: 40 * SCANS },
  });
  expect(documents.inspect.warnings).toBeInstanceOf(Array);
});

test('pretrain', () => {
  expect(documents.pretrain).toMatchObject({ run: 'cohort.run', step: 6, last: { epoch: 1, step: 6 } });
  const lines = readFileSync(join(folder, 'cohort.run/metrics.jsonl'), 'utf8').trim().split('\n');
  expect(lines).toHaveLength(6);
  expect(JSON.parse(lines[5])).toEqual(documents.pretrain.last);
  expect(Object.keys(JSON.parse(lines[0]))).toEqual([
    'epoch',
    'step',
    'loss',
    'lra',
    'nce',
    'mse',
    'lr',
    'grad_norm',
    'grad_norm_encoder',
    'grad_norm_alignment',
    'grad_norm_heads',
    'scans_per_second',
  ]);
  const card = JSON.parse(readFileSync(join(folder, 'cohort.run/card.json'), 'utf8'));
  expect(card).toMatchObject({
    format: 'brainmass-model/1',
    preset: 'small',
    size: { rois: ROIS, layers: 1, heads: 4, ffn: 16, feature: 8 },
    parameters: documents.pretrain.parameters,
    atlas: `simulated-${ROIS}`,
    fc: 'pearson',
    dataset: { hash: documents.inspect.hash, scans: SCANS, participants: SCANS },
    seed: 1,
    epochs: 2,
    steps: 6,
    licence: 'not stated',
  });
  expect(card.roi_names).toHaveLength(ROIS);
  expect(card.participants).toHaveLength(SCANS);
});

test('embed: float32 [scans, 8 x ROI] in the order of scans.tsv', async () => {
  expect(documents.embed).toEqual({
    scans: SCANS,
    columns: 8 * ROIS,
    fc: 'pearson',
    embedding: 'embedding.npy',
    scan_ids: 'embedding.tsv',
  });
  const { shape, data } = parseNpy(readFileSync(join(folder, 'embedding.npy')), 'embedding.npy');
  expect(shape).toEqual([SCANS, 8 * ROIS]);
  expect(data).toBeInstanceOf(Float32Array);

  const dataset = openDataset(join(folder, 'cohort.dataset'));
  const ids = parseTable(readFileSync(join(folder, 'embedding.tsv'), 'utf8'), 'embedding.tsv').rows;
  expect(ids.map((row) => row.scan_id)).toEqual(dataset.scans.map(({ scanId }) => scanId));
  // Each row is the embedding of its scan alone.
  const model = await loadModel(join(folder, 'cohort.run'));
  for (const scan of [0, 17, SCANS - 1]) {
    const alone = { ...dataset, scans: [dataset.scans[scan]], readSeries: () => dataset.readSeries(scan) };
    const row = await embedDataset(model, alone, { fc: 'pearson', compile: nodeRuntime({ threads: 1 }) });
    for (const [i, value] of row.entries()) expect(Number(data[scan * 8 * ROIS + i])).toBeCloseTo(value, 4);
  }
  dataset.close();
});

test('evaluate', () => {
  const { task, protocol, n, metrics, baselines, splits } = documents.evaluate;
  expect({ task, protocol, n, splits }).toEqual({ task: 'dx', protocol: 'svm', n: SCANS, splits: 'score/splits.json' });
  expect(existsSync(join(folder, 'score/splits.json'))).toBe(true);
  const tables = { model: metrics, ...(baselines as Record<string, unknown>) } as Record<
    string,
    Record<string, object>
  >;
  expect(Object.keys(tables)).toEqual(expect.arrayContaining(['model', 'fc_svm', 'untrained', 'majority']));
  for (const [name, table] of Object.entries(tables))
    for (const metric of METRICS) {
      expect(table[metric], `${name} ${metric}`).toHaveProperty('mean');
      expect(table[metric], `${name} ${metric}`).toHaveProperty('low');
      expect(table[metric], `${name} ${metric}`).toHaveProperty('high');
    }
});
