/** @file `brainmass pretrain`: self-supervised pretraining on a data set, new or resumed. */
import { Command, Option } from 'commander';
import { FC_KINDS } from '../connectivity/kinds.ts';
import { releaseLock } from '../files/directory-lock.ts';
import { type LockOwner, newOwner } from '../files/lock-owner.ts';
import { parameterCount } from '../model/parameters.ts';
import type { StepMetrics } from '../pretrain/run-directory.ts';
import type { Ranks } from '../ranks/ranks.ts';
import { runOnRanks } from '../ranks/run-on-ranks.ts';
import { deviceOption, LANES, runtimeFor } from './device.ts';
import { openPretrainingData, type PretrainingData } from './pretraining-data.ts';
import { type PretrainOptions, prepareOn } from './pretraining-run.ts';
import { takeSteps } from './pretraining-steps.ts';
import { printJson, progressLine } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export function pretrainCommand(): Command {
  return new Command('pretrain')
    .description('Pretrain a brain network transformer on unlabelled scans')
    .argument('<dataset>', 'a data set written by ingest or simulate, or a corpus.yaml that names several')
    .requiredOption('--out <run>', 'the run directory')
    .option('--config <file>', 'settings as YAML (ours, or the layout of the released code); options here win')
    .option('--preset <name>', 'small, base or large (default: small)')
    .option('--layers <n>', "layers instead of the preset's", wholeNumber('--layers', 1))
    .option(
      '--heads <n>',
      "attention heads instead of the preset's; they divide the ROI count",
      wholeNumber('--heads', 1),
    )
    .option('--ffn <n>', "feed-forward width instead of the preset's", wholeNumber('--ffn', 1))
    .addOption(new Option('--fc <kind>', 'functional connectivity (default: pearson)').choices(FC_KINDS))
    .option(
      '--epochs <n>',
      'passes over the data (default: 2000); 0 writes the untrained model',
      wholeNumber('--epochs', 0),
    )
    .option('--batch <n>', 'scans a step (default: 256, at most the scans there are)', wholeNumber('--batch', 2))
    .option(
      '--micro-batch <n>',
      'scans in memory at once (default: as many as fit); the result is the same',
      wholeNumber('--micro-batch', 1),
    )
    .option(
      '--warmup-epochs <n>',
      'epochs until the full learning rate (default: 10)',
      wholeNumber('--warmup-epochs', 0),
    )
    .option(
      '--checkpoint-minutes <n>',
      'minutes between saves (default: 5); 0 saves after every step',
      wholeNumber('--checkpoint-minutes', 0),
    )
    .option(
      '--checkpoint-epochs <n>',
      'save also after every n epochs (default: 0, never)',
      wholeNumber('--checkpoint-epochs', 0),
    )
    .option('--snapshot-epochs <n>', 'keep a copy of the model every n epochs', wholeNumber('--snapshot-epochs', 0))
    .option('--seed <n>', 'seed of every random draw (default: 1)', wholeNumber('--seed', 0))
    .option('--lanes <n>', LANES, wholeNumber('--lanes', 1))
    .option('--threads <n>', 'threads (default: all cores)', wholeNumber('--threads', 1))
    .addOption(deviceOption())
    .option('--licence <text>', 'licence of the weights, for the model card', 'not stated')
    .option('--resume', 'go on with the run in --out', false)
    .option('--overwrite', 'replace the run in --out', false)
    .option('--json', 'print one JSON document', false)
    .addHelpText(
      'after',
      `
Examples:
  brainmass pretrain cohort.dataset --out cohort.run --preset small --epochs 100 --batch 32
  brainmass pretrain cohort.dataset --out cohort.run --resume --epochs 200    (go on, to 200 epochs in all)
  brainmass pretrain cohort.dataset --out untrained.run --epochs 0            (the baseline every claim needs)
  brainmass pretrain cohort.dataset --out cohort.run --config normal_sch1.yaml
  brainmass pretrain corpus.yaml --out corpus.run --epochs 100                (several data sets, see docs/recipes/corpus.md)

Ctrl-C finishes the step, saves, and says how to resume.`,
    )
    .action(run);
}

async function run(path: string, options: PretrainOptions): Promise<void> {
  const afterwards = `Go on from the last checkpoint: brainmass pretrain ${path} --out ${options.out} --resume`;
  const say = (message: string) => process.stderr.write(`brainmass: ${message}\n`);
  await runOnRanks((ranks) => runAs(ranks, path, options), { environment: process.env, say, afterwards });
}

async function runAs(ranks: Ranks, path: string, options: PretrainOptions): Promise<void> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  const data = openPretrainingData(path, options);
  const owner = newOwner();
  // A second Ctrl-C ends the process at once.
  for (const name of SIGNALS) process.once(name, onSignal);
  try {
    await train(ranks, path, data, options, owner, stop.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
    if (ranks.rank === 0) releaseLock(options.out, owner);
    data.dataset.close();
  }
}

async function train(
  ranks: Ranks,
  path: string,
  data: PretrainingData,
  options: PretrainOptions,
  owner: LockOwner,
  signal: AbortSignal,
): Promise<void> {
  const prepared = await prepareOn(ranks, data, options, owner);
  const leads = ranks.rank === 0;
  const machine = await runtimeFor(options);
  const { before, after, last, stopped } = await takeSteps({
    ranks,
    dataset: data.dataset,
    out: options.out,
    prepared,
    owner,
    machine,
    saysUtilisation: !options.json && machine.device === 'cpu' && ranks.size === 1,
    status: leads ? progressLine('step') : undefined,
    signal,
  });
  if (!leads) return;
  if (options.json)
    printJson({ run: options.out, step: after, parameters: parameterCount(prepared.card.size), last: last ?? null });
  else process.stdout.write(summary(options.out, path, { before, after }, last, stopped));
}

function summary(
  out: string,
  dataset: string,
  steps: { readonly before: number; readonly after: number },
  last: StepMetrics | undefined,
  interrupted: boolean,
): string {
  if (interrupted)
    return `stopped after ${steps.after} steps and saved; go on with: brainmass pretrain ${dataset} --out ${out} --resume\n`;
  if (last === undefined && steps.after === 0) return `the untrained model is in ${out}\n`;
  if (last === undefined) return `all ${steps.after} steps were taken before; --epochs with a larger number goes on\n`;
  const loss = `loss ${last.loss.toFixed(4)} (lra ${last.lra.toFixed(4)}, nce ${last.nce.toFixed(4)}, mse ${last.mse.toFixed(5)})`;
  return `${steps.after - steps.before} steps, ${loss}; model and metrics are in ${out}\n`;
}
