/** @file A tiny real run that is killed (SIGKILL) at seeded moments and resumed: what `kill.test.ts` and `scripts/kill-30.ts` do. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeDataset } from '../../src/dataset/write-dataset.ts';
import { randomStream, uniform } from '../../src/random/draws.ts';
import { madeUpDataset } from './made-up.ts';

const program = fileURLToPath(new URL('../../bin/brainmass.mjs', import.meta.url));
/** The paper's projection of 1,024 would make a checkpoint of 80 MB. */
const SETTINGS = 'model: {feature: 128}\n';
/** 8 scans in batches of 4. */
const STEPS_AN_EPOCH = 2;
/** Kills are aimed at steps below this one. */
const AIMED_BELOW = 40;
/** A run to be killed is given so many epochs that it cannot end before, however slow the machine is to kill it. */
export const ENDLESS = 100_000;
const OPTIONS = '--layers 1 --heads 4 --ffn 16 --batch 4 --seed 3 --threads 1 --checkpoint-minutes 0';

/** A data set and a run in a folder of one's own. */
export interface TinyRun {
  readonly dataset: string;
  readonly run: string;
}

/** Also writes the settings of runs on it, beside it. */
export async function makeTinyDataset(directory: string): Promise<void> {
  const made = madeUpDataset(8);
  const scans = made.scans.map((scan, i) => ({ scan, series: made.readSeries(i) }));
  writeFileSync(`${directory}.yaml`, SETTINGS);
  await writeDataset(directory, { ...made, sources: [], reading: {} }, scans, { overwrite: false });
}

/** Starts the run, saving after every step; with `resume` goes on with it. */
export function startTinyRun({ dataset, run }: TinyRun, resume: boolean, epochs: number): ChildProcess {
  const options = resume ? ['--resume', '--threads', '1'] : ['--config', `${dataset}.yaml`, ...OPTIONS.split(' ')];
  const words = [program, 'pretrain', dataset, '--out', run, '--epochs', String(epochs), ...options];
  return spawn(process.execPath, words, {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** Exit code (null when it was killed) and what it wrote on stderr. */
export async function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const stderr: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stderr: stderr.join('') };
}

/** Whole lines of `metrics.jsonl`; none before the run is there. */
export function stepsLogged(run: string): number {
  try {
    return readFileSync(join(run, 'metrics.jsonl'), 'utf8').split('\n').length - 1;
  } catch {
    return 0;
  }
}

export const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** When a process is killed: so long after its start, or after the run has logged so many steps if that is later. */
export interface Moment {
  readonly step: number;
  readonly milliseconds: number;
}

/** Moments at an address, in the order of their steps; one in three during start-up. */
export function killMoments(seed: number, count: number): Moment[] {
  const stream = randomStream({ seed, purpose: 'simulate' });
  return Array.from({ length: count }, () => ({
    step: Math.floor(uniform(stream) * AIMED_BELOW),
    milliseconds: Math.floor(uniform(stream) * 20),
    early: uniform(stream) < 1 / 3 ? Math.floor(uniform(stream) * 1000) : 0,
  }))
    .sort((a, b) => a.step - b.step)
    .map(({ step, milliseconds, early }) => (early > 0 ? { step: 0, milliseconds: early } : { step, milliseconds }));
}

/**
 * Starts or resumes a run, kills it at a moment and counts the steps it has logged by then.
 *
 * @throws Error when the run ended by itself before
 */
export async function killAt(moment: Moment, tiny: TinyRun, resume: boolean): Promise<number> {
  const child = startTinyRun(tiny, resume, ENDLESS);
  const end = ended(child);
  while (stepsLogged(tiny.run) < moment.step && child.exitCode === null) await wait(2);
  await wait(moment.milliseconds);
  child.kill('SIGKILL');
  const { code, stderr } = await end;
  if (code !== null)
    throw new Error(`the run ended with ${code} before it was killed at step ${moment.step}: ${stderr}`);
  return stepsLogged(tiny.run);
}

/** A number of epochs that takes a run some steps beyond those it has logged. */
export function epochsBeyond(steps: number): number {
  return Math.ceil(steps / STEPS_AN_EPOCH) + 5;
}

/** Starts or goes on, to the end. @throws Error when that fails */
export async function finish(tiny: TinyRun, resume: boolean, epochs: number): Promise<void> {
  const { code, stderr } = await ended(startTinyRun(tiny, resume, epochs));
  if (code !== 0) throw new Error(`the run ended with ${code}: ${stderr}`);
}

/** `metrics.jsonl` without `scans_per_second`: a time, and so the one thing that no two runs share. */
function metricsWithoutTime(run: string): string[] {
  const text = readFileSync(join(run, 'metrics.jsonl'), 'utf8');
  return text.split('\n').map((line) => line.replace(/,"scans_per_second":[\d.]+}$/, '}'));
}

/** What a finished run has on disk, without the TensorBoard files: there is one for every process. */
function filesOf(run: string): string[] {
  return readdirSync(run, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('events.out.tfevents.'))
    .sort();
}

/** How a run that was killed and resumed differs from an uninterrupted one; nothing when all is well. */
export function differences(whole: string, killed: string): string[] {
  const same = (file: string) => readFileSync(join(whole, file)).equals(readFileSync(join(killed, file)));
  const files = ['model.safetensors', 'card.json', 'config.yaml', 'resume/state.safetensors'];
  const metrics = [whole, killed].map(metricsWithoutTime);
  return [
    ...files.filter((file) => !same(file)),
    ...metrics[0].flatMap((line, i) => (line === metrics[1][i] ? [] : [`metrics.jsonl line ${i + 1}`])),
    ...(metrics[0].length === metrics[1].length ? [] : [`metrics.jsonl has ${metrics[1].length - 1} lines`]),
    ...filesOf(killed).filter((file) => !filesOf(whole).includes(file)),
  ];
}
