// The paper's corpus at full number, 70,781 scans of 46,686 participants: opened, read in random order, trained on.
//
//   npx tsx scripts/scale.ts OUT
//
// Writes OUT/full.dataset (100 time points of 100 ROIs each, 2.8 GB; 200 simulated scans, again and again) and OUT/500.dataset,
// measures in a process of its own, prints one JSON document. OUT is yours to delete.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { median, millisecondsOf, rounded } from '../src/bench/figures.ts';
import { writeStandIn } from '../src/bench/stand-in-dataset.ts';
import { progressLine } from '../src/cli/terminal.ts';
import type { Dataset } from '../src/dataset/dataset.ts';
import { openDataset } from '../src/dataset/open-dataset.ts';
import { pretrain } from '../src/pretrain/pretrain.ts';
import { scanSampler } from '../src/pretrain/schedule.ts';
import { type Settings, settingsSchema, sizeOfSettings } from '../src/pretrain/settings.ts';
import { initialState } from '../src/pretrain/training-state.ts';
import { nodeRuntime } from '../src/runtime/node.ts';

const SHAPE = { timepoints: 100, rois: 100 };
const FULL = { name: 'full.dataset', scans: 70_781, participants: 46_686 };
const FEW = { name: '500.dataset', scans: 500, participants: 330 };
const BYTES = (FULL.scans + FEW.scans) * SHAPE.timepoints * SHAPE.rois * 4;

const TINY = settingsSchema.parse({
  model: { layers: 1, heads: 5, ffn: 64, feature: 64 },
  training: { batch: 16, micro_batch: 16, checkpoint_minutes: 1e6 },
});
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

/** Scans a second of each of some training steps, as pretrain takes them. */
async function train(dataset: Dataset, settings: Settings, steps: number): Promise<number[]> {
  const state = initialState(sizeOfSettings(settings, dataset.roiNames.length), 1);
  const rates: number[] = [];
  const stop = new AbortController();
  await pretrain(state, {
    dataset,
    settings,
    compile: nodeRuntime(),
    onStep: ({ scans_per_second }) => {
      rates.push(scans_per_second);
      if (rates.length === steps) stop.abort();
    },
    onCheckpoint: () => {},
    onSnapshot: () => {},
    signal: stop.signal,
  });
  return rates.slice(2);
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
  const rates: { few: number[]; full: number[] } = { few: [], full: [] };
  for (let round = 0; round < 3; round++) {
    rates.few.push(...(await train(small, SMALL, 8)));
    rates.full.push(...(await train(dataset, SMALL, 8)));
  }
  rss['peak with the small preset'] = peak();
  const training = { few: median(rates.few), full: median(rates.full) };
  return {
    open_seconds: openSeconds,
    open_again_seconds: rounded((await millisecondsOf(() => openDataset(full).close())) / 1000),
    reading: { disk: fromDisk, cache: median(fromCache), cache_of_500_scans: median(readFew) },
    training_small: {
      scans_per_second_of_500: rounded(training.few),
      scans_per_second_of_70781: rounded(training.full),
      time_per_scan_ratio: rounded(training.few / training.full),
    },
    reading_over_training: {
      disk: fromDisk === null ? null : rounded(fromDisk / training.full),
      cache: rounded(median(fromCache) / training.full),
    },
    rss_mb: rss,
  };
}

const [out, mode] = process.argv.slice(2);
if (out === undefined) throw new Error('name a directory: npx tsx scripts/scale.ts OUT');
if (mode === '--measure') console.log(JSON.stringify(await measure(out), null, 2));
else {
  console.log(JSON.stringify({ written_seconds: await make(out) }));
  spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1, 3), '--measure'], { stdio: 'inherit' });
}
