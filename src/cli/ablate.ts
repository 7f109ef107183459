/** @file `brainmass ablate`: what each part of the method is worth, on one set of splits. */
import { Command, Option } from 'commander';
import { withChanges } from '../ablate/cell.ts';
import type { AblationDocument } from '../ablate/document.ts';
import { PARTS } from '../ablate/parts.ts';
import { type PlanRequest, partsNamed } from '../ablate/plan.ts';
import { parsePlanFile } from '../ablate/plan-file.ts';
import { FC_KINDS } from '../connectivity/kinds.ts';
import { InputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import { validate } from '../pretrain/config-file.ts';
import { PAPER_SETTINGS, settingsSchema } from '../pretrain/settings.ts';
import { estimateText } from '../report/estimate-text.ts';
import type { Device } from '../runtime/device.ts';
import type { Estimate } from '../statistics/interval.ts';
import { groupsOf } from './ablation-files.ts';
import { describeForecast, foretell } from './ablation-forecast.ts';
import type { AblationRequest, PreparedAblation } from './ablation-request.ts';
import { runAblation, withAblation } from './ablation-run.ts';
import { deviceOption, LANES, runtimeFor } from './device.ts';
import { parseSplitPlan } from './split-plan-option.ts';
import { formatTable, printJson } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface AblateOptions {
  label: string;
  out: string;
  plan?: readonly string[];
  planFile?: string;
  positive?: string;
  control?: string;
  regress: boolean;
  protocol?: string;
  split: string;
  splits?: string;
  repeats?: number;
  preset?: string;
  layers?: number;
  heads?: number;
  ffn?: number;
  fc?: string;
  sizes?: readonly string[];
  epochs?: number;
  batch?: number;
  microBatch?: number;
  warmupEpochs?: number;
  seed?: number;
  threads?: number;
  lanes?: number;
  device: Device;
  dryRun: boolean;
  json: boolean;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export function ablateCommand(): Command {
  return new Command('ablate')
    .description('Pretrain with parts of the method left out or changed, and score all on the same splits')
    .argument('<dataset>', 'a data set written by ingest or simulate')
    .requiredOption('--label <column>', "a phenotype column, or a threshold on one: 'age>15'")
    .requiredOption('--out <directory>', 'for the runs, ablation.json, tables and figures')
    .option('--plan <parts>', `what to vary, some of ${PARTS.join(', ')}`, names)
    .option('--plan-file <file>', 'settings, parts and cells of your own as YAML, see docs/ablation.md')
    .option('--sizes <list>', 'of --plan size: presets, or counts of layers (default: small and base)', names)
    .option('--positive <value>', 'the value of the patient class')
    .option('--control <value>', 'the value that is the control class')
    .option('--regress', 'predict the number in the column', false)
    .option('--protocol <name>', 'how frozen features are learnt from (default: svm, or ridge-regression)')
    .option('--split <plan>', 'repeated (70/15/15), k-fold:K, leave-one-site-out or column:NAME', 'repeated')
    .option('--splits <file>', 'use the splits.json of an earlier evaluation')
    .option('--repeats <n>', 'how often the splits are dealt (default: 10; of k-fold 1)', wholeNumber('--repeats', 1))
    .option('--preset <name>', 'of the full method: small, base or large (default: small)')
    .option('--layers <n>', "layers instead of the preset's", wholeNumber('--layers', 1))
    .option('--heads <n>', "attention heads instead of the preset's", wholeNumber('--heads', 1))
    .option('--ffn <n>', "feed-forward width instead of the preset's", wholeNumber('--ffn', 1))
    .addOption(new Option('--fc <kind>', 'functional connectivity (default: pearson)').choices(FC_KINDS))
    .option('--epochs <n>', 'passes over the data, of every run (default: 2000)', wholeNumber('--epochs', 0))
    .option('--batch <n>', 'scans a step (default: 256, at most the scans there are)', wholeNumber('--batch', 2))
    .option('--micro-batch <n>', 'scans in memory at once; the result is the same', wholeNumber('--micro-batch', 1))
    .option(
      '--warmup-epochs <n>',
      'epochs until the full learning rate (default: 10)',
      wholeNumber('--warmup-epochs', 0),
    )
    .option(
      '--seed <n>',
      'of every draw: pretraining, splits, untrained encoder (default: 1)',
      wholeNumber('--seed', 0),
    )
    .option('--lanes <n>', LANES, wholeNumber('--lanes', 1))
    .option('--threads <n>', 'threads (default: all cores)', wholeNumber('--threads', 1))
    .addOption(deviceOption())
    .option('--dry-run', 'say which runs there would be and how long they take, and write nothing', false)
    .option('--json', 'print one JSON document', false)
    .addHelpText(
      'after',
      `
Parts: losses (with and without the masked losses), drop (0 to 80 % of the time points), ways (points, a fixed
count, a window), masked (ROI counts), size, fc, augmentation (pseudo-FC without any pretraining)

Examples:
  brainmass ablate cohort.dataset --label dx --out ablation --plan losses,drop --epochs 100 --batch 64 --dry-run
  brainmass ablate cohort.dataset --label dx --out ablation --plan losses,drop --epochs 100 --batch 64
  brainmass ablate cohort.dataset --label dx --out ablation --plan-file ablation.yaml

Cells with the same settings share one run. Ctrl-C finishes the step and saves; the same command goes on.`,
    )
    .action(ablate);
}

async function ablate(dataset: string, options: AblateOptions): Promise<void> {
  await withAblation(requestOf(dataset, options), async (ablation) => {
    if (options.dryRun) return dryRun(ablation, options);
    const end = await untilSignal((signal) => runAblation(ablation, signal));
    if ('stoppedAt' in end) {
      if (options.json) printJson({ stopped_at: end.stoppedAt.name });
      else process.stdout.write(`stopped in run ${end.stoppedAt.name} and saved; the same command goes on\n`);
    } else if (options.json) printJson(end.document);
    else process.stdout.write(`${describeAblation(end.document, options.out)}\n`);
  });
}

async function dryRun({ plan, dataset }: PreparedAblation, options: AblateOptions): Promise<void> {
  const forecast = await foretell(plan, { dataset, out: options.out, machine: await runtimeFor(options) });
  if (options.json) printJson(forecast);
  else process.stdout.write(`${describeForecast(forecast)}\n`);
}

/** A second Ctrl-C ends the process at once. */
async function untilSignal<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  for (const name of SIGNALS) process.once(name, onSignal);
  try {
    return await work(stop.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}

function requestOf(dataset: string, options: AblateOptions): AblationRequest {
  const { split, repeats, sizes, plan: parts = [], planFile, ...asked } = options;
  if (planFile === undefined && parts.length === 0)
    throw new InputError({
      problem: 'it is not said what to vary',
      expected: `--plan with some of ${PARTS.join(', ')}, or --plan-file`,
    });
  const file = planFile === undefined ? undefined : parsePlanFile(readText(planFile), planFile);
  const { preset, layers, heads, ffn, fc, epochs, batch, microBatch, warmupEpochs, seed } = options;
  const changes = {
    model: given({ preset, layers, heads, ffn }),
    data: given({ fc }),
    optimizer: given({ warmup_epochs: warmupEpochs }),
    training: given({ epochs, batch, micro_batch: microBatch, seed }),
  };
  const base = validate(settingsSchema, withChanges(file?.base ?? PAPER_SETTINGS, changes), 'the command line');
  const plan: PlanRequest = {
    base,
    parts: partsNamed([...parts, ...(file?.parts ?? [])]),
    sizes,
    further: file?.cellsAround(base) ?? [],
  };
  return { ...asked, dataset, plan, splitPlan: parseSplitPlan(split, repeats) };
}

/** What was asked for, without what was not. */
function given(changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

/** Names between commas. */
function names(text: string): readonly string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function describeAblation(document: AblationDocument, out: string): string {
  const { task, protocol, splits, participants, metric, metric_name: title, runs } = document;
  const rows = groupsOf(document).flatMap(({ name: part, rows: own }) =>
    own.map(({ name, metrics, against_full: against }) => [
      part,
      name,
      shown(metrics[metric]),
      against === undefined ? '' : shown(against.difference),
      against?.p_holm?.toFixed(4) ?? '',
    ]),
  );
  return [
    `${task}: ${participants} participants, protocol ${protocol}, ${splits} splits, ${runs.length} pretraining runs`,
    '',
    formatTable(['part', 'cell', title, `${title} minus full`, 'p (Holm)'], rows),
    '',
    ...document.warnings.map((warning) => `Warning: ${warning}.`),
    `Written to ${out}: runs, ablation.json, splits.json, tables and figures`,
  ].join('\n');
}

const shown = (estimate: Estimate) => estimateText(estimate, 3);
