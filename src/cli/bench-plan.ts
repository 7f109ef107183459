/** @file `brainmass bench plan`: hours, memory and disk of a pretraining, before it is started. */
import { Command } from 'commander';
import { type PretrainingPlan, planPretraining } from '../bench/plan.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import { InputError } from '../errors/input-error.ts';
import { parameterCount } from '../model/parameters.ts';
import { modelSize } from '../model/size.ts';
import { MEMORY_BUDGET, microBatchThatFits } from '../pretrain/micro-batch.ts';
import { runtimeFor } from './device.ts';
import { formatTable, printJson, progressLine } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface PlanOptions {
  preset: string;
  heads?: number;
  epochs: number;
  batch: number;
  microBatch?: number;
  steps: number;
  threads?: number;
  json: boolean;
}

interface PresetPlan extends PretrainingPlan {
  readonly preset: string;
}

export function benchPlanCommand(): Command {
  return new Command('plan')
    .description('Measure a few steps, and say what a whole pretraining will take on this machine')
    .argument('<dataset>', 'a data set written by ingest or simulate')
    .option('--preset <names>', 'small, base or large, or several: small,base', 'small')
    .option(
      '--heads <n>',
      "attention heads instead of the preset's; they divide the ROI count",
      wholeNumber('--heads', 1),
    )
    .option('--epochs <n>', 'passes over the data', wholeNumber('--epochs', 1), 2000)
    .option('--batch <n>', 'scans a step, at most the scans there are', wholeNumber('--batch', 2), 256)
    .option('--micro-batch <n>', 'scans in memory at once (default: as many as fit)', wholeNumber('--micro-batch', 1))
    .option('--steps <n>', 'steps to time, of two micro-batches each', wholeNumber('--steps', 1), 3)
    .option('--threads <n>', 'threads (default: all cores)', wholeNumber('--threads', 1))
    .option('--json', 'print one JSON document', false)
    .addHelpText(
      'after',
      '\nExamples:\n  brainmass bench plan cohort.dataset --preset small --epochs 100\n' +
        '  brainmass bench plan cohort.dataset --preset small,base,large --epochs 2000 --json',
    )
    .action(runPlan);
}

async function runPlan(path: string, options: PlanOptions): Promise<void> {
  const dataset = openDataset(path);
  try {
    const plans = await planPresets(dataset, options);
    if (options.json) printJson({ dataset: path, scans: dataset.scans.length, epochs: options.epochs, presets: plans });
    else process.stdout.write(`${describe(dataset, options, plans)}\n`);
  } finally {
    dataset.close();
  }
}

async function planPresets(dataset: Dataset, options: PlanOptions): Promise<PresetPlan[]> {
  if (dataset.scans.length < 2)
    throw new InputError({
      where: dataset.directory,
      problem: 'pretraining compares scans',
      expected: 'at least 2',
      found: `${dataset.scans.length}`,
    });
  const { heads, epochs, batch, steps } = options;
  const changes = heads === undefined ? {} : { heads };
  const models = options.preset
    .split(',')
    .map((preset) => ({ preset, size: modelSize(preset, dataset.roiNames.length, changes) }));
  // A process's peak of memory never falls, so that the smallest model has to come first.
  models.sort((a, b) => parameterCount(a.size) - parameterCount(b.size));
  const plans: PresetPlan[] = [];
  for (const { preset, size } of models) {
    const plan = await planPretraining({
      dataset,
      size,
      epochs,
      batch,
      microBatch: options.microBatch ?? microBatchThatFits(size, Math.min(batch, dataset.scans.length), MEMORY_BUDGET),
      steps,
      machine: await runtimeFor(options),
      peakBytes: () => process.resourceUsage().maxRSS * 1024,
      progress: progressLine(`${preset}: step`),
    });
    plans.push({ preset, ...plan });
  }
  return plans;
}

function describe({ scans }: Dataset, { epochs }: PlanOptions, plans: readonly PresetPlan[]): string {
  const header = ['preset', 'parameters', 'steps', 'ms a scan', 'hours', 'memory MB', 'checkpoint MB', 'disk MB'];
  const rows = plans.map((plan) =>
    [
      plan.preset,
      plan.parameters,
      plan.steps,
      plan.ms_per_scan.toFixed(1),
      plan.hours.toFixed(plan.hours < 10 ? 2 : 0),
      plan.peak_memory_mb,
      plan.checkpoint_mb,
      plan.disk_mb,
    ].map(String),
  );
  return `${scans.length} scans, ${epochs} epochs, batch ${plans[0].batch}\n\n${formatTable(header, rows)}`;
}
