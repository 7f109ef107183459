/** @file Connectivity matrices on the real command line: they go in, or one sentence says why not and nothing is written. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergeDatasets } from '../../src/dataset/merge-datasets.ts';
import { writeConnectivity } from '../../src/dataset/write-connectivity.ts';
import { encodeNpy, parseNpy } from '../../src/files/npy.ts';
import { ingestConnectivity } from '../../src/ingest/ingest-connectivity.ts';
import { madeUpDataset } from '../pretrain/made-up.ts';

const program = fileURLToPath(new URL('../../bin/brainmass.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'brainmass-cli-fc-'));
const at = (...names: string[]) => join(folder, ...names);

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function brainmass(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const ROIS = 4;
const matrix = (seed: number, change: (value: number, i: number, j: number) => number = (value) => value) =>
  Array.from({ length: ROIS }, (_, i) =>
    Array.from({ length: ROIS }, (_unused, j) =>
      change(i === j ? 1 : Math.fround(0.9 * Math.sin(seed + 7 * Math.min(i, j) + Math.max(i, j))), i, j),
    ),
  );
const text = (rows: number[][]) => `${rows.map((row) => row.join(',')).join('\n')}\n`;
const put = (name: string, content: string | Uint8Array) => writeFileSync(at(name), content);
const triangles = (...seeds: number[]) =>
  encodeNpy(Float64Array.from(seeds.flatMap((seed) => matrix(seed).flatMap((row, i) => row.slice(i + 1)))), [
    seeds.length,
    6,
  ]);

beforeAll(async () => {
  put('one.npy', triangles(1, 2));
  put('two.npy', triangles(3, 4));
  put('ids.txt', 'p\nq\n');
  put('good.csv', text(matrix(5)));
  put('half.csv', text(matrix(5, (value, i, j) => (i > j ? 0 : value))));
  const made = madeUpDataset(4, 20);
  const about = { atlas: made.atlas, roiNames: made.roiNames, phenotypeColumns: ['dx'], sources: [], reading: {} };
  const dx = (i: number) => ({ phenotype: { dx: String(i % 2) } });
  const fc = made.scans.map((scan, i) => ({
    scan: { ...scan, ...dx(i) },
    matrix: Float32Array.from({ length: 400 }, (_, k) => (k % 21 === 0 ? 1 : 0.1 * (i + 1))),
    where: scan.scanId,
  }));
  await writeConnectivity(at('fc.dataset'), { ...about, fcKind: 'pearson' }, fc, { overwrite: false });
});
afterAll(() => rmSync(folder, { recursive: true }));

const values = (name: string) => parseNpy(readFileSync(at(name, 'connectivity.npy')), name).data;

it('stacks of two sessions go in with one command, or one by one and merged', async () => {
  const command = 'ingest one.npy two.npy --connectivity --ids ids.txt --fc-kind pearson --sessions a,b --json';
  const whole = await brainmass(...command.split(' '), '--out', 'whole.dataset');
  expect(whole.code).toBe(0);
  expect(JSON.parse(whole.stdout)).toMatchObject({
    scans: 4,
    participants: 2,
    rois: 4,
    sessions: { a: 2, b: 2 },
    connectivity: { kind: 'pearson' },
  });
  const common = { ids: at('ids.txt'), fcKind: 'pearson' } as const;
  await ingestConnectivity([at('one.npy')], { ...common, sessions: ['a'], out: at('a.dataset') });
  await ingestConnectivity([at('two.npy')], { ...common, sessions: ['b'], out: at('b.dataset') });
  await mergeDatasets([at('a.dataset'), at('b.dataset')], { out: at('ab.dataset') });
  expect(values('ab.dataset')).toEqual(values('whole.dataset'));
  expect(readFileSync(at('ab.dataset/scans.tsv'), 'utf8')).toBe(readFileSync(at('whole.dataset/scans.tsv'), 'utf8'));
});

const ALONE = 'and the data set holds connectivity matrices alone';
const CASES: readonly (readonly [command: string, sentence: string])[] = [
  [
    'ingest good.csv half.csv --connectivity',
    'half.csv, row 1, column 2: the matrix is not symmetric, expected 0, as in row 2, column 1, found -0.25147396326065063; save both halves of the matrix.',
  ],
  [
    'ingest good.csv --fisher-z',
    '--fisher-z: the option is about connectivity matrices; pass --connectivity as well, or leave it out.',
  ],
  [
    'ingest good.csv --connectivity --layout auto --tr 2',
    '--tr: the option does not go with --connectivity, which reads matrices; leave one of them out.',
  ],
  ['pretrain fc.dataset', `fc.dataset: pretraining draws time points, ${ALONE}; ingest the series of these scans.`],
  [
    'finetune none.run fc.dataset --label dx --augment 20',
    `fc.dataset: augmentation draws time points, ${ALONE}; leave out --augment.`,
  ],
];

describe('exit code 2, one sentence, nothing written', () => {
  it.concurrent.each(CASES)('%s', async (command, sentence) => {
    const out = `out-${CASES.findIndex(([own]) => own === command)}`;
    const { code, stdout, stderr } = await brainmass(...command.split(' '), '--out', out);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(`brainmass: ${sentence}`),
    });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(existsSync(at(out))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes(`${out}.`))).toEqual([]);
  });
});
