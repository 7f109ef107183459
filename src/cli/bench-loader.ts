/** @file `brainmass bench loader`: scans read in random order beside training. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { benchLoader } from '../bench/loader.ts';
import { writeStandIn } from '../bench/stand-in-dataset.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import { modelSize } from '../model/size.ts';
import { runtimeFor } from './device.ts';
import { printJson, progressLine } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface LoaderOptions {
  scans: number;
  timepoints: number;
  preset: string;
  heads?: number;
  batch: number;
  rounds: number;
  reads: number;
  threads?: number;
  json: boolean;
}

export function benchLoaderCommand(): Command {
  return new Command('loader')
    .description('Time reading scans in random order beside training steps on them')
    .argument('[dataset]', 'a data set written by ingest or simulate (default: one is made, and deleted afterwards)')
    .option('--scans <n>', 'scans of the data set that is made', wholeNumber('--scans', 2), 2000)
    .option('--timepoints <n>', 'length of its scans', wholeNumber('--timepoints', 20), 200)
    .option('--preset <name>', 'small, base or large: whose training', 'small')
    .option(
      '--heads <n>',
      "attention heads instead of the preset's; they divide the ROI count",
      wholeNumber('--heads', 1),
    )
    .option('--batch <n>', 'scans a step, at most the scans there are', wholeNumber('--batch', 2), 16)
    .option('--rounds <n>', 'rounds of reading and training', wholeNumber('--rounds', 1), 6)
    .option('--reads <n>', 'scans read a round', wholeNumber('--reads', 1), 5000)
    .option('--threads <n>', 'threads of training (default: all cores)', wholeNumber('--threads', 1))
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', '\nExample:\n  brainmass bench loader cohort.dataset --json')
    .action(runLoader);
}

async function runLoader(path: string | undefined, options: LoaderOptions): Promise<void> {
  if (path !== undefined) return measureLoader(path, options);
  const temporary = mkdtempSync(join(tmpdir(), 'brainmass-loader-'));
  try {
    const { scans, timepoints } = options;
    const made = join(temporary, 'made.dataset');
    await writeStandIn(made, { scans, participants: scans, timepoints, rois: 100 }, progressLine('making scan'));
    await measureLoader(made, options);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function measureLoader(path: string, options: LoaderOptions): Promise<void> {
  const { preset, heads, batch, rounds, reads } = options;
  const started = performance.now();
  const dataset = openDataset(path);
  const openSeconds = Math.round(performance.now() - started) / 1000;
  try {
    const figures = await benchLoader({
      dataset,
      size: modelSize(preset, dataset.roiNames.length, heads === undefined ? {} : { heads }),
      batch,
      rounds,
      readsPerRound: reads,
      machine: await runtimeFor(options),
      residentBytes: () => process.memoryUsage.rss(),
      progress: progressLine('round'),
    });
    const scans = dataset.scans.length;
    if (options.json) printJson({ scans, preset, batch, open_seconds: openSeconds, ...figures });
    else
      process.stdout.write(
        `${scans} scans, open in ${openSeconds} s: ${figures.scans_per_second} scans/s in random order ` +
          `(${figures.mb_per_second} MB/s, ${figures.rss_mb} MB resident), ${figures.ratio} times the ` +
          `${figures.training_scans_per_second} scans/s of training ${preset}\n`,
      );
  } finally {
    dataset.close();
  }
}
