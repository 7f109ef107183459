/** @file `brainmass bench connectivity`: FC and pseudo-FC beside a training step. */
import { Command } from 'commander';
import { benchConnectivity } from '../bench/connectivity.ts';
import { modelSize } from '../model/size.ts';
import { runtimeFor } from './device.ts';
import { printJson, progressLine } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface ConnectivityOptions {
  preset: string;
  rois: number;
  timepoints: number;
  batch: number;
  rounds: number;
  threads?: number;
  json: boolean;
}

export function benchConnectivityCommand(): Command {
  return new Command('connectivity')
    .description('Time connectivity, and the pseudo-FC pair of a scan in training, beside a training step')
    .option('--preset <name>', 'small, base or large: whose training step', 'small')
    .option('--rois <n>', 'ROI count', wholeNumber('--rois', 1), 100)
    .option('--timepoints <n>', 'length of the scans', wholeNumber('--timepoints', 20), 200)
    .option('--batch <n>', 'scans a step', wholeNumber('--batch', 2), 16)
    .option('--rounds <n>', 'rounds to time, after two to warm up', wholeNumber('--rounds', 1), 6)
    .option('--threads <n>', 'threads (default: all cores)', wholeNumber('--threads', 1))
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', '\nExample:\n  brainmass bench connectivity --timepoints 200 --json')
    .action(runConnectivity);
}

async function runConnectivity(options: ConnectivityOptions): Promise<void> {
  const { preset, rois, timepoints, batch, rounds } = options;
  const figures = await benchConnectivity({
    size: modelSize(preset, rois),
    timepoints,
    batch,
    rounds,
    machine: await runtimeFor(options),
    progress: progressLine('round'),
  });
  if (options.json) {
    printJson({ preset, rois, timepoints, batch, ...figures });
    return;
  }
  const { draws, networks } = figures.pfc_pair_parts_ms;
  process.stdout.write(
    `${rois} ROIs x ${timepoints} time points: Pearson ${figures.pearson_ms} ms, Ledoit-Wolf ${figures.ledoit_wolf_ms} ms; ` +
      `pseudo-FC pair ${figures.pfc_pair_ms} ms (draws ${draws}, networks ${networks}); ` +
      `${(100 * figures.share_of_step).toFixed(1)} % of a ${preset} training step of ${figures.step_ms} ms a scan\n`,
  );
}
