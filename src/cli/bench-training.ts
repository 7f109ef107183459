/** @file `brainmass bench training`: whole pretraining steps beside the rate of a matrix product. */
import { Command } from 'commander';
import { benchTraining } from '../bench/training.ts';
import { modelSize } from '../model/size.ts';
import { MEMORY_BUDGET, microBatchThatFits } from '../pretrain/micro-batch.ts';
import { PAPER_OBJECTIVE } from '../pretrain/objective.ts';
import type { Device } from '../runtime/device.ts';
import { deviceOption, LANES, runtimeFor } from './device.ts';
import { printJson, progressLine } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface TrainingOptions {
  preset: string;
  rois: number;
  batch: number;
  microBatch?: number;
  steps: number;
  dropout: boolean;
  threads?: number;
  lanes?: number;
  device: Device;
  json: boolean;
}

export function benchTrainingCommand(): Command {
  return new Command('training')
    .description('Time whole pretraining steps beside the rate of a matrix product')
    .option('--preset <name>', 'small, base or large', 'small')
    .option('--rois <n>', 'ROI count', wholeNumber('--rois', 1), 100)
    .option('--batch <n>', 'scans a step', wholeNumber('--batch', 2), 16)
    .option('--micro-batch <n>', 'scans in memory at once (default: as many as fit)', wholeNumber('--micro-batch', 1))
    .option('--steps <n>', 'steps to time, after two to warm up', wholeNumber('--steps', 1), 6)
    .option('--no-dropout', 'leave dropout out')
    .option('--threads <n>', 'threads (default: all cores)', wholeNumber('--threads', 1))
    .option('--lanes <n>', LANES, wholeNumber('--lanes', 1))
    .addOption(deviceOption())
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', '\nExample:\n  brainmass bench training --preset small --batch 16 --json')
    .action(runTraining);
}

async function runTraining(options: TrainingOptions): Promise<void> {
  const { preset, rois, batch, steps } = options;
  const size = modelSize(preset, rois);
  const { microBatch = microBatchThatFits(size, batch, MEMORY_BUDGET) } = options;
  const machine = await runtimeFor(options);
  const figures = await benchTraining({
    size,
    batch,
    microBatch,
    dropout: options.dropout ? PAPER_OBJECTIVE.dropout : 0,
    steps,
    machine,
    progress: progressLine('step'),
  });
  const result = {
    preset,
    batch,
    device: machine.device,
    ...figures,
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  if (options.json) printJson(result);
  else
    process.stdout.write(
      `${preset}, batch ${batch}: ${result.ms_per_scan} ms a scan (${result.scans_per_second} scans/s), ` +
        `${result.gflops} of ${result.gemm_gflops} GFLOP/s (${Math.round(100 * result.utilisation)} %), ` +
        `peak memory ${result.peak_rss_mb} MB\n`,
    );
}
