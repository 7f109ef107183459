/** @file `brainmass bench embedding`: series to features beside the rate of a matrix product. */
import { Command, Option } from 'commander';
import { benchEmbedding } from '../bench/embedding.ts';
import { FC_KINDS, type FcKind } from '../connectivity/kinds.ts';
import { modelSize } from '../model/size.ts';
import type { Device } from '../runtime/device.ts';
import { deviceOption, runtimeFor } from './device.ts';
import { printJson, progressLine } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface EmbeddingOptions {
  preset: string;
  rois: number;
  fc: FcKind;
  scans: number;
  passes: number;
  threads?: number;
  device: Device;
  json: boolean;
}

export function benchEmbeddingCommand(): Command {
  return new Command('embedding')
    .description('Time connectivity and encoder of embed beside the rate of a matrix product')
    .option('--preset <name>', 'small, base or large', 'small')
    .option('--rois <n>', 'ROI count', wholeNumber('--rois', 1), 100)
    .addOption(new Option('--fc <kind>', 'functional connectivity').choices(FC_KINDS).default('pearson'))
    .option('--scans <n>', 'scans of 200 time points to embed', wholeNumber('--scans', 1), 64)
    .option('--passes <n>', 'times all of them are embedded, after once to warm up', wholeNumber('--passes', 1), 6)
    .option('--threads <n>', 'threads (default: all cores)', wholeNumber('--threads', 1))
    .addOption(deviceOption())
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', '\nExample:\n  brainmass bench embedding --preset small --json')
    .action(runEmbedding);
}

async function runEmbedding(options: EmbeddingOptions): Promise<void> {
  const { preset, rois, fc, scans, passes, json } = options;
  const { device, compile } = await runtimeFor(options);
  const figures = await benchEmbedding({
    size: modelSize(preset, rois),
    fc,
    scans,
    passes,
    compile,
    progress: progressLine('pass'),
  });
  if (json) printJson({ preset, fc, device, ...figures });
  else
    process.stdout.write(
      `${preset}: ${figures.ms_per_scan} ms a scan (${figures.scans_per_second} scans/s), ${figures.gflops} of ` +
        `${figures.gemm_gflops} GFLOP/s (${Math.round(100 * figures.utilisation)} %)\n`,
    );
}
