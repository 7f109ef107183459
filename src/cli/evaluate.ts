/** @file `brainmass evaluate`: an honest diagnosis score on frozen features, beside its baselines. */
import { Command, Option } from 'commander';
import { FC_KINDS, type FcKind } from '../connectivity/kinds.ts';
import { InputError } from '../errors/input-error.ts';
import type { Estimate } from '../evaluate/interval.ts';
import { PROTOCOLS, parseProtocol } from '../evaluate/protocol-svm.ts';
import type { Estimates } from '../evaluate/replicates.ts';
import type { Device } from '../runtime/device.ts';
import { deviceOption } from './device.ts';
import { type EvaluationDocument, runEvaluation } from './evaluation-run.ts';
import { formatTable, printJson } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface EvaluateOptions {
  label: string;
  positive?: string;
  control?: string;
  protocol: string;
  repeats: number;
  seed: number;
  fc?: FcKind;
  heads?: number;
  test?: string;
  splits?: string;
  ignoreCorpusSplit: boolean;
  device: Device;
  out: string;
  overwrite: boolean;
  json: boolean;
}

const EXAMPLES = `
Examples:
  brainmass evaluate cohort.run cohort.dataset --label dx --out dx-score
  brainmass evaluate abide.run abide.dataset --label sex --positive 2 --protocol svm-linear --out sex-score
  brainmass evaluate abide.run abide.dataset --label 'age>15' --out age-score
  brainmass evaluate abide.run site1.dataset --test site2.dataset --label dx --out transfer-score`;

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('Score frozen features on a two-class label, beside raw FC, the untrained encoder and the majority')
    .argument('<model>', 'a run directory, a .safetensors or a published .pth')
    .argument('<dataset>', 'a data set written by ingest or simulate')
    .requiredOption('--label <column>', "a phenotype column, or a threshold on one: 'age>15'")
    .option(
      '--positive <value>',
      'the value of the patient class (default: the larger number, or what is no word for controls)',
    )
    .option('--control <value>', 'the value that is the control class')
    .option('--protocol <name>', PROTOCOLS.join(' or '), 'svm')
    .option('--repeats <n>', 'random splits 70/15/15 by participant', wholeNumber('--repeats', 1), 10)
    .option('--seed <n>', 'of the splits and the untrained encoder', wholeNumber('--seed', 0), 0)
    .addOption(new Option('--fc <kind>', "functional connectivity (default: the model's)").choices(FC_KINDS))
    .option('--heads <n>', 'attention heads of a checkpoint that does not say', wholeNumber('--heads', 1))
    .option('--test <dataset>', 'train on the first data set, test on this one')
    .option('--splits <file>', 'use the splits.json of an earlier evaluation')
    .addOption(deviceOption())
    .option(
      '--ignore-corpus-split',
      'draw splits also on a data set whose split was made when the model was pretrained',
      false,
    )
    .requiredOption('--out <directory>', 'for results.json, splits.json and predictions.tsv')
    .option('--overwrite', 'replace the directory', false)
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', EXAMPLES)
    .action(evaluate);
}

async function evaluate(model: string, dataset: string, options: EvaluateOptions): Promise<void> {
  if (options.test !== undefined && options.splits !== undefined)
    throw new InputError({
      where: '--splits',
      problem: 'with --test there is one split only: train on the first data set, test on the second',
      fix: 'leave out --splits or --test',
    });
  const { json, ...run } = options;
  const document = await runEvaluation({ ...run, model, dataset, protocol: parseProtocol(options.protocol) });
  if (json) printJson(document);
  else process.stdout.write(`${forPeople(document, options.out)}\n`);
}

/** A heading, the table, the verdict, what to doubt, and where the files are. */
function forPeople(document: EvaluationDocument, out: string): string {
  const { positive, control } = document.classes;
  const { missing, other } = document.dropped;
  const dropped = missing + other === 0 ? '' : `; left out: ${missing} without a value, ${other} of other classes`;
  const spread = spreadOf(document);
  const rows: [string, Estimates | undefined][] = [
    ['model', document.metrics],
    ['untrained encoder', document.baselines.untrained],
    ['raw FC', document.baselines.fc_svm],
    ['majority class', document.baselines.majority],
  ];
  const cells = rows.flatMap(([name, estimates]) =>
    estimates === undefined
      ? []
      : [[name, withInterval(estimates.auc), ...COLUMNS.map(([, metric]) => number(estimates[metric].mean))]],
  );
  return [
    `${document.task}: ${control.value} (${control.scans} scans) against ${positive.value} (${positive.scans}), ${document.participants} participants${dropped}`,
    `protocol ${document.protocol}, ${spread}`,
    '',
    formatTable(['features', 'AUC', ...COLUMNS.map(([title]) => title)], cells),
    '',
    document.verdict,
    ...document.warnings.map((warning) => `Warning: ${warning}.`),
    `Written to ${out}: results.json, splits.json, predictions.tsv`,
  ].join('\n');
}

/** What was trained and tested on, and what the interval is over. */
function spreadOf({ datasets, corpus_split: corpus, repeats }: EvaluationDocument): string {
  if (datasets.length > 1)
    return 'train on the first data set, test on the second; 95 % interval over test participants';
  if (corpus === undefined) return `${repeats} splits by participant; 95 % interval over splits`;
  return `the split of the pretraining corpus (${corpus.file}, data set "${corpus.dataset}"); 95 % interval over test participants`;
}

const COLUMNS = [
  ['accuracy', 'accuracy'],
  ['balanced', 'balanced_accuracy'],
  ['sensitivity', 'sensitivity'],
  ['specificity', 'specificity'],
] as const;

function withInterval({ mean, low, high }: Estimate): string {
  return low === null || high === null ? number(mean) : `${number(mean)} [${number(low)}, ${number(high)}]`;
}

function number(value: number | null): string {
  return value === null ? 'n/a' : value.toFixed(3);
}
