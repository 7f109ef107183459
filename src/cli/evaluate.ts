/** @file `brainmass evaluate`: an honest score of a model on a label, beside its baselines. */
import { Command, Option } from 'commander';
import { FC_KINDS, type FcKind } from '../connectivity/kinds.ts';
import { InputError } from '../errors/input-error.ts';
import type { Device } from '../runtime/device.ts';
import { parseShots, USUAL_SHOTS } from '../splits/shots.ts';
import { deviceOption } from './device.ts';
import { evaluateIntoDirectory } from './evaluation-run.ts';
import { describeEvaluation } from './evaluation-text.ts';
import { parseSplitPlan } from './split-plan-option.ts';
import { evaluateTasks } from './tasks-run.ts';
import { describeTasks } from './tasks-text.ts';
import { printJson } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface EvaluateOptions {
  label?: string;
  tasks?: string;
  positive?: string;
  control?: string;
  regress: boolean;
  protocol?: string;
  split: string;
  repeats?: number;
  seed: number;
  fc?: FcKind;
  heads?: number;
  test?: string;
  splits?: string;
  ignoreCorpusSplit: boolean;
  baselines?: readonly string[];
  confounds?: readonly string[];
  harmonise?: 'combat' | 'regress';
  covariates?: readonly string[];
  permutations: number;
  fewShot?: string | true;
  fewShotDraws: number;
  fewShotProtocols: readonly string[];
  strict: boolean;
  device: Device;
  out: string;
  overwrite: boolean;
  json: boolean;
}

const EXAMPLES = `
Protocols: svm (RBF; the default), svm-linear, logistic, ridge, knn, prototype; of numbers ridge-regression
(the default) and svr; of either finetune (the whole network) and finetune-head (a head on its embeddings).

Examples:
  brainmass evaluate cohort.run cohort.dataset --label dx --out dx-score
  brainmass evaluate abide.run abide.dataset --label sex --positive 2 --protocol svm-linear --out sex-score
  brainmass evaluate abide.run abide.dataset --label 'age>15' --out age-score
  brainmass evaluate abide.run abide.dataset --label age --regress --baselines all --out age
  brainmass evaluate abide.run abide.dataset --label dx --split leave-one-site-out --harmonise combat --out sites
  brainmass evaluate abide.run site1.dataset --test site2.dataset --label dx --out transfer-score
  brainmass evaluate abide.run abide.dataset --label dx --few-shot 1,2,4,8,50%,100% --out few-shot
  brainmass evaluate abide.run --tasks tasks.yaml --out study`;

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('Score a model on a label, beside raw FC, the untrained encoder and what needs no brain')
    .argument('<model>', 'a run directory, a .safetensors or a published .pth')
    .argument('[dataset]', 'a data set written by ingest or simulate; not with --tasks')
    .option('--tasks <file>', 'run all tasks of a file, see brainmass tasks; finished ones are not run again')
    .option('--label <column>', "a phenotype column, or a threshold on one: 'age>15'")
    .option(
      '--positive <value>',
      'the value of the patient class (default: the larger number, or what is no word for controls)',
    )
    .option('--control <value>', 'the value that is the control class')
    .option('--regress', 'predict the number in the column', false)
    .option('--protocol <name>', 'how it learns, see below (default: svm, or ridge-regression)')
    .option('--split <plan>', 'repeated (70/15/15), k-fold:K, leave-one-site-out or column:NAME', 'repeated')
    .option(
      '--repeats <n>',
      'how often the splits are dealt, by participant (default: 10; of k-fold 1)',
      wholeNumber('--repeats', 1),
    )
    .option('--seed <n>', 'of the splits and the untrained encoder', wholeNumber('--seed', 0), 0)
    .addOption(new Option('--fc <kind>', "functional connectivity (default: the model's)").choices(FC_KINDS))
    .option('--heads <n>', 'attention heads of a checkpoint that does not say', wholeNumber('--heads', 1))
    .option('--test <dataset>', 'train on the first data set, test on this one')
    .option('--splits <file>', 'use the splits.json of an earlier evaluation')
    .option('--baselines <names>', 'fc_svm, untrained, …, all or none (default: raw FC and untrained)', names)
    .option('--confounds <columns>', 'what the confounds baseline knows (default: age, sex, site, motion)', names)
    .addOption(
      new Option('--harmonise <method>', 'take out of features, fitted on training rows').choices([
        'combat',
        'regress',
      ]),
    )
    .option('--covariates <columns>', 'what combat keeps, or regress takes out', names)
    .option('--permutations <n>', 'labels permuted within sites, for a p-value', wholeNumber('--permutations', 0), 0)
    .option('--few-shot [shots]', `learning curves of k participants a class, or a share: ${USUAL_SHOTS}`)
    .option('--few-shot-draws <n>', 'subsets of each split', wholeNumber('--few-shot-draws', 1), 10)
    .option('--few-shot-protocols <names>', 'who learns the curves (logistic takes longest)', names, [
      'svm',
      'prototype',
    ])
    .option('--strict', 'refuse test participants that the model was pretrained on', false)
    .addOption(deviceOption())
    .option(
      '--ignore-corpus-split',
      'draw splits also on a data set whose split was made when the model was pretrained',
      false,
    )
    .requiredOption('--out <directory>', 'for results.json, report.json, splits.json, predictions.tsv, tables, figures')
    .option('--overwrite', 'replace the directory', false)
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', EXAMPLES)
    .action(evaluate);
}

async function evaluate(
  model: string,
  dataset: string | undefined,
  options: EvaluateOptions,
  command: Command,
): Promise<void> {
  if (options.tasks === undefined) return evaluateOne(model, dataset, options);
  refuseBesideTasks(dataset, command);
  const summary = await evaluateTasks({ ...options, model, file: options.tasks, fewShot: fewShotOptions(options) });
  if (options.json) printJson(summary);
  else process.stdout.write(`${describeTasks(summary, options.out)}\n`);
}

/** What the file says of each task. */
const OF_TASKS = [
  'label',
  'positive',
  'control',
  'regress',
  'protocol',
  'split',
  'repeats',
  'seed',
  'test',
  'splits',
  'baselines',
  'confounds',
  'harmonise',
  'covariates',
  'permutations',
];

function refuseBesideTasks(dataset: string | undefined, command: Command): void {
  const given = OF_TASKS.find((name) => command.getOptionValueSource(name) === 'cli');
  if (dataset === undefined && given === undefined) return;
  const where = dataset ?? `--${given}`;
  throw new InputError({ where, problem: 'the file of --tasks says this of each task', fix: `leave out ${where}` });
}

async function evaluateOne(model: string, dataset: string | undefined, options: EvaluateOptions): Promise<void> {
  const { label } = options;
  if (dataset === undefined)
    throw new InputError({ problem: "missing required argument 'dataset'", fix: 'brainmass --help shows how' });
  if (label === undefined)
    throw new InputError({
      problem: "required option '--label <column>' not specified",
      fix: 'brainmass --help shows how',
    });
  if (options.test !== undefined && (options.splits !== undefined || options.split !== 'repeated')) {
    const where = options.splits === undefined ? '--split' : '--splits';
    throw new InputError({
      where,
      problem: 'with --test there is one split only: train on the first data set, test on the second',
      fix: `leave out ${where} or --test`,
    });
  }
  const { json, split, repeats, confounds, harmonise, covariates, fewShot, ...run } = options;
  const document = await evaluateIntoDirectory({
    ...run,
    label,
    model,
    dataset,
    plan: parseSplitPlan(split, repeats),
    confounds: { confounds, harmonise, covariates },
    fewShot: fewShotOptions(options),
  });
  if (json) printJson(document);
  else process.stdout.write(`${describeEvaluation(document, options.out)}\n`);
}

function fewShotOptions({ fewShot, fewShotDraws, fewShotProtocols }: EvaluateOptions) {
  if (fewShot === undefined) return undefined;
  const shots = parseShots(fewShot === true ? USUAL_SHOTS : fewShot);
  return { shots, draws: fewShotDraws, protocols: fewShotProtocols };
}

/** Names between commas. */
function names(text: string): readonly string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
