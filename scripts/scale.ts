// The paper's corpus at full number, 70,781 scans of 46,686 participants: opened, read in random order, trained on.
//
//   npx tsx scripts/scale.ts OUT
//
// Writes OUT/full.dataset (100 time points of 100 ROIs each, 2.8 GB; 200 simulated scans, again and again) and OUT/500.dataset,
// measures in a process of its own, prints one JSON document. OUT is yours to delete.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { median, millisecondsOf, rounded } from '../src/bench/figures.ts';
import { writeStandIn } from '../src/bench/stand-in-dataset.ts';
import { timedSteps } from '../src/bench/timed-steps.ts';
import { progressLine } from '../src/cli/terminal.ts';
import type { Dataset } from '../src/dataset/dataset.ts';
import { openDataset } from '../src/dataset/open-dataset.ts';
import { pretrain } from '../src/pretrain/pretrain.ts';
import { scanSampler } from '../src/pretrain/schedule.ts';
import { type Settings, settingsSchema, sizeOfSettings } from '../src/pretrain/settings.ts';
import { initialState } from '../src/pretrain/training-state.ts';
import { teamOn } from '../src/pretrain/worker-lanes.ts';
import { nodeRuntime } from '../src/runtime/node.ts';

const SHAPE = { timepoints: 100, rois: 100 };
const FULL = { name: 'full.dataset', scans: 70_781, participants: 46_686 };
const FEW = { name: '500.dataset', scans: 500, participants: 330 };
const BYTES = (FULL.scans + FEW.scans) * SHAPE.timepoints * SHAPE.rois * 4;

const TINY = settingsSchema.parse({
  model: { layers: 1, heads: 5, ffn: 64, feature: 64 },
  training: { batch: 16, micro_batch: 16, checkpoint_minutes: 1e6 },
});
const MACHINE = { compile: nodeRuntime(), threads: availableParallelism() };
const SMALL = settingsSchema.parse({ training: { batch: 16, micro_batch: 16, checkpoint_minutes: 1e6 } });

async function make(out: string): Promise<Record<string, number>> {
  mkdirSync(out, { recursive: true });
  const seconds: Record<string, number> = {};
  const { bavail, bsize } = statfsSync(out);
  if (!existsSync(`${out}/${FULL.name}`) && bavail * bsize < 1.2 * BYTES)
    throw new Error(`${out} has not the ${Math.ceil((1.2 * BYTES) / 1e9)} GB that this takes`);
  for (const { name, scans, participants } of [FEW, FULL]) {
    if (existsSync(`${out}/${name}`)) continue;
    const write = () =>
      writeStandIn(`${out}/${name}`, { scans, participants, ...SHAPE }, progressLine(`${name}: scan`));
    seconds[name] = rounded((await millisecondsOf(write)) / 1000);
  }
  return seconds;
}

/** Puts a file out of the page cache, so that it is read from the disk; only GNU dd can. */
function forget(path: string): boolean {
  spawnSync('sync', [path]);
  return spawnSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0']).status === 0;
}

/** Scans a second, in an epoch's random order. */
function read({ scans, readSeries }: Dataset, epoch: number, count: number): number {
  const order = scanSampler(1, scans.length, scans.length)(epoch, 0);
  const started = performance.now();
  for (let i = 0; i < count; i++) readSeries(order[i % scans.length]);
  return Math.round(count / ((performance.now() - started) / 1000));
}

/** Milliseconds a scan of reading, drawing and training on the one and on the other, step by step in turn. */
async function stepsInTurn(few: Dataset, full: Dataset): Promise<{ few: number; full: number }> {
  const { batch } = SMALL.training;
  const size = sizeOfSettings(SMALL, SHAPE.rois);
  const training = await timedSteps({ size, batch, microBatch: batch, machine: MACHINE });
  const sides = { few, full };
  const samples = { few: scanSampler(1, FEW.scans, batch), full: scanSampler(1, FULL.scans, batch) };
  const times: { few: number[]; full: number[] } = { few: [], full: [] };
  for (let step = 0; step < 16; step++)
    for (const side of ['few', 'full'] as const) {
      const take = () => training.take(Array.from(samples[side](0, step), sides[side].readSeries));
      const milliseconds = (await millisecondsOf(take)) / batch;
      if (step > 0) times[side].push(milliseconds);
    }
  await training.release();
  return { few: median(times.few), full: median(times.full) };
}

/** Some training steps, as pretrain takes them. */
async function train(dataset: Dataset, settings: Settings, steps: number): Promise<void> {
  const { state, assemble, compile } = teamOn(
    MACHINE,
    initialState(sizeOfSettings(settings, dataset.roiNames.length), 1),
  );
  let taken = 0;
  const stop = new AbortController();
  await pretrain(state, {
    dataset,
    settings,
    assemble,
    compile,
    onStep: () => {
      taken++;
      if (taken === steps) stop.abort();
    },
    onCheckpoint: () => {},
    onSnapshot: () => {},
    signal: stop.signal,
  });
}

async function measure(out: string): Promise<Record<string, unknown>> {
  const resident = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
  const peak = () => Math.round(process.resourceUsage().maxRSS / 1024);
  const rss: Record<string, number> = { 'at the start': resident() };
  const [few, full] = [`${out}/${FEW.name}`, `${out}/${FULL.name}`];
  const cold = forget(`${full}/timeseries.npy`);
  const started = performance.now();
  const dataset = openDataset(full);
  const openSeconds = rounded((performance.now() - started) / 1000);
  rss.open = resident();
  const fromDisk = cold ? read(dataset, 1, 5000) : null;
  read(dataset, 0, FULL.scans);
  const fromCache = [1, 2, 3].map((epoch) => read(dataset, epoch, FULL.scans));
  rss['after 4 times all scans'] = resident();
  rss['peak so far'] = peak();
  await train(dataset, TINY, 20);
  rss['peak with a tiny model'] = peak();
  const small = openDataset(few);
  const readFew = [1, 2, 3].map((epoch) => read(small, epoch, 20_000));
  const { few: ofFew, full: ofFull } = await stepsInTurn(small, dataset);
  return {
    open_seconds: openSeconds,
    open_again_seconds: rounded((await millisecondsOf(() => openDataset(full).close())) / 1000),
    reading: { disk: fromDisk, cache: median(fromCache), cache_of_500_scans: median(readFew) },
    training_small: {
      ms_per_scan_of_500: rounded(ofFew),
      ms_per_scan_of_70781: rounded(ofFull),
      time_ratio: rounded(ofFull / ofFew),
    },
    reading_over_training: {
      disk: fromDisk === null ? null : rounded((fromDisk * ofFull) / 1000),
      cache: rounded((median(fromCache) * ofFull) / 1000),
    },
    rss_mb: rss,
  };
}

/** The most memory, in MB, that a process of its own holds while it trains the small preset. */
async function trainingPeak(path: string): Promise<number> {
  await train(openDataset(path), SMALL, 8);
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

/** Runs this script again for one part, so that its memory is its own; what it prints, as JSON. */
function inProcess(...words: string[]): unknown {
  const { stdout } = spawnSync(process.execPath, [...process.execArgv, process.argv[1], ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  return JSON.parse(stdout);
}

const [out, part] = process.argv.slice(2);
if (out === undefined) throw new Error('name a directory: npx tsx scripts/scale.ts OUT');
if (part === 'measure') console.log(JSON.stringify(await measure(out)));
else if (part === 'peak') console.log(await trainingPeak(out));
else {
  const written = await make(out);
  const peaks = [FEW, FULL].map(({ name }) => [name, inProcess(`${out}/${name}`, 'peak')] as const);
  const measured = { ...(inProcess(out, 'measure') as object), training_small_peak_mb: Object.fromEntries(peaks) };
  console.log(JSON.stringify({ written_seconds: written, ...measured }, null, 2));
}
