/**
 * @file Connectivity matrices on the command line: they go in, or one sentence says why not and nothing is written. One
 * refusal runs as a process of its own, which takes seconds; the others show that the same error gets to it.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { writeConnectivity } from '../../src/dataset/write-connectivity.ts';
import { isInputError } from '../../src/errors/input-error.ts';
import { encodeNpy, parseNpy } from '../../src/files/npy.ts';
import { madeUpDataset } from '../pretrain/made-up.ts';

const program = fileURLToPath(new URL('../../bin/brainmass.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'brainmass-cli-fc-'));
const at = (...names: string[]) => join(folder, ...names);

/** The command in this process; names of files are below the folder. @returns what it prints */
async function brainmass(line: string, out: string): Promise<string> {
  const [name, ...args] = line.split(' ');
  const command = await COMMANDS[name]();
  const printed: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const paths = args.map((arg) => (/\.\w+$/.test(arg) ? at(arg) : arg));
  await command.exitOverride().parseAsync([...paths, '--out', at(out)], { from: 'user' });
  return printed.join('');
}
afterEach(() => vi.restoreAllMocks());

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

it('stacks of two sessions go in with one command, one by one and merged, added, or in parts', async () => {
  const both = 'ingest one.npy two.npy --connectivity --ids ids.txt --fc-kind pearson --sessions a,b';
  const printed = await brainmass(`${both} --json`, 'whole.dataset');
  expect(JSON.parse(printed)).toMatchObject({
    scans: 4,
    participants: 2,
    rois: 4,
    sessions: { a: 2, b: 2 },
    connectivity: { kind: 'pearson' },
    ingest: { read: 4, taken_over: 0, left_out: [] },
  });
  const each = '--connectivity --ids ids.txt --fc-kind pearson --sessions';
  await brainmass(`ingest one.npy ${each} a`, 'a.dataset');
  await brainmass(`ingest two.npy ${each} b`, 'b.dataset');
  await brainmass('dataset merge a.dataset b.dataset', 'ab.dataset');
  await brainmass(`${both} --add --json`, 'a.dataset');
  for (const part of [1, 2]) await brainmass(`${both} --shard ${part}/2 --threads 2`, `part-${part}.dataset`);
  await brainmass('dataset merge part-2.dataset part-1.dataset', 'parts.dataset');
  for (const name of ['ab.dataset', 'a.dataset', 'parts.dataset']) {
    expect(values(name)).toEqual(values('whole.dataset'));
    expect(readFileSync(at(name, 'scans.tsv'), 'utf8')).toBe(readFileSync(at('whole.dataset/scans.tsv'), 'utf8'));
  }
});

it('--dry-run says what would go in, and writes nothing', async () => {
  const printed = await brainmass('ingest one.npy --connectivity --ids ids.txt --dry-run', 'dry.dataset');
  expect(printed).toMatch(/^2 scans of 2 participants would go in\./);
  expect(printed).toContain('one.npy#2');
  expect(existsSync(at('dry.dataset'))).toBe(false);
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

describe('one sentence, nothing written', () => {
  it.each(CASES)('%s', async (command, sentence) => {
    const out = `out-${CASES.findIndex(([own]) => own === command)}.dataset`;
    const error: unknown = await brainmass(command, out).catch((refused: unknown) => refused);
    if (!isInputError(error)) throw new Error('not refused as wrong input', { cause: error });
    expect(error.message.replaceAll(at(''), '')).toContain(sentence);
    expect(process.stdout.write).not.toHaveBeenCalled();
    expect(readdirSync(folder).filter((name) => name.includes(out))).toEqual([]);
  });

  it('on stderr, with exit code 2', async () => {
    const [command, sentence] = CASES[0];
    const args = [program, ...command.split(' '), '--out', 'process.dataset'];
    const outcome = await new Promise((resolve) => {
      execFile(process.execPath, args, { cwd: folder }, (error, stdout, stderr) =>
        resolve({ code: error?.code, stdout, stderr }),
      );
    });
    expect(outcome).toEqual({ code: 2, stdout: '', stderr: `brainmass: ${sentence}\n` });
    expect(readdirSync(folder).filter((name) => name.includes('process.dataset'))).toEqual([]);
  });
});
