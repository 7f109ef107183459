/** @file `brainmass finetune`: a model that answers a question, trained end to end on labelled scans. */
import { Command, Option } from 'commander';
import { FC_KINDS, type FcKind } from '../connectivity/kinds.ts';
import { InputError } from '../errors/input-error.ts';
import { FINETUNE_DEFAULTS } from '../finetune/settings.ts';
import type { Device } from '../runtime/device.ts';
import { deviceOption } from './device.ts';
import { runFinetuning } from './finetune-run.ts';
import type { FinetuneDocument } from './finetuned-directory.ts';
import { positiveNumber } from './positive-number.ts';
import { formatTable, printJson } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface FinetuneOptions {
  label: string;
  positive?: string;
  control?: string;
  regress: boolean;
  frozen: boolean;
  epochs: number;
  patience: number;
  batch: number;
  learningRate: number;
  layerDecay?: number;
  classWeights: 'equal' | 'balanced';
  augment?: number;
  splits?: string;
  split: number;
  ignoreCorpusSplit: boolean;
  fc?: FcKind;
  heads?: number;
  seed: number;
  device: Device;
  out: string;
  overwrite: boolean;
  json: boolean;
}

const EXAMPLES = `
Examples:
  brainmass finetune cohort.run cohort.dataset --label dx --out dx.run
  brainmass finetune cohort.run cohort.dataset --label dx --frozen --out dx-head.run    (fast: only the head learns)
  brainmass finetune cohort.run cohort.dataset --label age --regress --out age.run
  brainmass finetune cohort.run cohort.dataset --label dx --splits dx-score/splits.json --split 3 --out dx3.run
  brainmass predict dx.run clinic.dataset --out clinic-dx.tsv                           (then apply it)

Ctrl-C ends it; nothing is written then.`;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** What a shell reports of a program that was interrupted. */
const INTERRUPTED = 130;

export function finetuneCommand(): Command {
  const { epochs, patience, batch, learningRate } = FINETUNE_DEFAULTS;
  return new Command('finetune')
    .description('Train a model end to end on a label: two classes, several, or a number')
    .argument('<model>', 'a run directory, a .safetensors or a published .pth')
    .argument('<dataset>', 'a data set written by ingest or simulate')
    .requiredOption('--label <column>', "a phenotype column, or a threshold on one: 'age>15'")
    .option('--positive <value>', 'the value of the patient class')
    .option('--control <value>', 'the value that is the control class')
    .option('--regress', 'learn the column as a number', false)
    .option('--frozen', 'leave the encoder as it is and train the head only', false)
    .option('--epochs <n>', 'passes over the training scans, at most', wholeNumber('--epochs', 1), epochs)
    .option(
      '--patience <n>',
      'epochs without a lower validation loss before it stops',
      wholeNumber('--patience', 1),
      patience,
    )
    .option('--batch <n>', 'scans a step, about', wholeNumber('--batch', 2), batch)
    .option('--learning-rate <x>', 'of the head', positiveNumber('--learning-rate'), learningRate)
    .option(
      '--layer-decay <x>',
      'share of the learning rate from layer to layer downwards (default: a tenth is left at the lowest)',
      positiveNumber('--layer-decay', 1),
    )
    .addOption(
      new Option('--class-weights <way>', 'balanced: rare classes count as much as others')
        .choices(['equal', 'balanced'])
        .default('equal'),
    )
    .option(
      '--augment <percent>',
      'train on pseudo-FC: drop so many % of the time points, anew each epoch (default: none)',
      wholeNumber('--augment', 1),
    )
    .option('--splits <file>', 'a splits.json of evaluate or finetune (default: 70/15/15 by participant)')
    .option('--split <n>', 'which split of the file', wholeNumber('--split', 1), 1)
    .option(
      '--ignore-corpus-split',
      'draw a split also on a data set whose split was made when the model was pretrained',
      false,
    )
    .addOption(new Option('--fc <kind>', "functional connectivity (default: the model's)").choices(FC_KINDS))
    .option('--heads <n>', 'attention heads of a checkpoint that does not say', wholeNumber('--heads', 1))
    .option('--seed <n>', 'of the split and of every draw in training', wholeNumber('--seed', 0), 0)
    .addOption(deviceOption())
    .requiredOption('--out <run>', 'the model directory')
    .option('--overwrite', 'replace the directory', false)
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', EXAMPLES)
    .action(finetune);
}

async function finetune(model: string, dataset: string, options: FinetuneOptions): Promise<void> {
  const { json, epochs, patience, batch, learningRate, layerDecay, classWeights, ...run } = options;
  if (run.frozen && (run.augment !== undefined || layerDecay !== undefined))
    throw new InputError({
      where: '--frozen',
      problem: `a frozen encoder learns nothing, so that ${run.augment === undefined ? '--layer-decay' : '--augment'} has no meaning`,
      fix: 'leave one of them out',
    });
  const settings = { ...FINETUNE_DEFAULTS, epochs, patience, batch, learningRate, layerDecay, classWeights };
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  // A second Ctrl-C ends the process at once.
  for (const name of SIGNALS) process.once(name, onSignal);
  try {
    const document = await runFinetuning({ ...run, settings, model, dataset }, stop.signal);
    if (json) printJson(document);
    else process.stdout.write(`${forPeople(document)}\n`);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.stderr.write('brainmass: stopped; nothing was written.\n');
    process.exitCode = INTERRUPTED;
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}

function forPeople({
  run,
  task,
  answer,
  split,
  dropped,
  frozen,
  epochs,
  best_epoch,
  metrics,
  warnings,
}: FinetuneDocument): string {
  const what = answer.kind === 'classes' ? `one of ${answer.classes.join(', ')}` : 'a number';
  const left = dropped.missing + dropped.other;
  return [
    `${task}: ${what}; ${split.train} scans to train, ${split.validation} to stop by, ${split.test} to test${left === 0 ? '' : `; ${left} left out`}`,
    `${frozen ? 'head only' : 'end to end'}, ${epochs} epochs, the best was ${best_epoch}`,
    '',
    formatTable(
      ['test metric', 'value'],
      Object.entries(metrics).map(([name, { value, reason }]) => [
        name.replaceAll('_', ' '),
        value === null ? `n/a (${reason})` : value.toFixed(3),
      ]),
    ),
    '',
    ...warnings.map((warning) => `Warning: ${warning}.`),
    `Written to ${run}: model.safetensors, card.json, metrics.jsonl, predictions.tsv, results.json, splits.json`,
  ].join('\n');
}
