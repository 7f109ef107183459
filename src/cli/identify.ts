/** @file `brainmass identify`: are people found again by their brain networks in another session? */
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { FC_KINDS, type FcKind } from '../connectivity/kinds.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import { connectivityTable, featureBank } from '../features/feature-bank.ts';
import { replaceDirectory } from '../files/atomic.ts';
import { IDENTIFIED_BY, type IdentificationDocument, type IdentifiedBy } from '../identify/identification-document.ts';
import { type IdentificationRequest, runIdentification } from '../identify/run-identification.ts';
import { loadModel } from '../model/load-model.ts';
import { estimateText, numberText } from '../report/estimate-text.ts';
import type { Device } from '../runtime/device.ts';
import { pretrainedOn } from './corpus-evaluation.ts';
import { deviceOption, runtimeFor } from './device.ts';
import { PREDICTIONS, writeIdentification } from './identification-files.ts';
import { formatTable, printJson, progressLine } from './terminal.ts';
import { VERSION } from './version.ts';
import { wholeNumber } from './whole-number.ts';

interface IdentifyOptions {
  by: string;
  target?: string;
  database?: string;
  features?: readonly IdentifiedBy[];
  fc?: FcKind;
  heads?: number;
  seed: number;
  device: Device;
  out: string;
  overwrite: boolean;
  json: boolean;
}

export function identifyCommand(): Command {
  return new Command('identify')
    .description('Find people of one session again in another, by embedding, untrained encoder and raw FC')
    .argument('<model>', 'a run directory, a .safetensors or a published .pth; none with --features fc')
    .argument('[dataset]', 'a data set written by ingest or simulate')
    .option('--by <column>', 'what tells the scans of a person apart: session, run or a phenotype', 'session')
    .option('--target <session>', 'whose scans are looked for (default: of the two that most people have)')
    .option('--database <session>', 'among whose scans they are looked for')
    .option('--features <names>', `${IDENTIFIED_BY.join(', ')} (default: all); fc alone needs no model`, featureNames)
    .addOption(new Option('--fc <kind>', "functional connectivity (default: the model's)").choices(FC_KINDS))
    .option('--heads <n>', 'attention heads of a checkpoint that does not say', wholeNumber('--heads', 1))
    .option('--seed <n>', 'of the untrained encoder and the intervals', wholeNumber('--seed', 0), 0)
    .addOption(deviceOption())
    .requiredOption('--out <directory>', 'for report.json, predictions.tsv, table and figures')
    .option('--overwrite', 'replace the directory', false)
    .option('--json', 'print one JSON document', false)
    .addHelpText(
      'after',
      `
Both ways: targets among the database, and the reverse. Several runs of a session are averaged.

Examples:
  brainmass identify cohort.run cohort.dataset --out fingerprints
  brainmass identify cohort.run cohort.dataset --target ses-2 --database ses-1 --out fingerprints
  brainmass identify eyes.run eyes.dataset --by condition --out open-closed --json
  brainmass identify cohort.dataset --features fc --out fingerprints`,
    )
    .action(identify);
}

async function identify(first: string, second: string | undefined, options: IdentifyOptions): Promise<void> {
  const { out, by, target, database, features, json } = options;
  const withModel = features?.includes('model') !== false;
  const [modelPath, datasetPath] = paths(first, second, withModel);
  const dataset = openDataset(datasetPath);
  let document: IdentificationDocument | undefined;
  const write = async (directory: string) => {
    const source = modelPath === undefined ? ofDataset(dataset, options) : await ofModel(modelPath, dataset, options);
    const { device, ...request } = source;
    const outcome = await runIdentification({
      ...request,
      by,
      target,
      database,
      ...(features === undefined ? {} : { features }),
    });
    document = {
      ...outcome.result,
      predictions: join(out, PREDICTIONS),
      model: modelPath ?? null,
      device,
      versions: { brainmass: VERSION, node: process.version },
    };
    writeIdentification(directory, outcome, document);
  };
  try {
    await replaceDirectory(out, write, { overwrite: options.overwrite, marker: 'report.json' });
  } finally {
    dataset.close();
  }
  if (document === undefined) throw new Error('no document');
  if (json) printJson(document);
  else process.stdout.write(`${describeIdentification(document, out)}\n`);
}

/** Of the model and of the data set. @throws InputError when one is missing or one too many */
function paths(first: string, second: string | undefined, withModel: boolean): [string | undefined, string] {
  if (!withModel && second === undefined) return [undefined, first];
  if (withModel && second !== undefined) return [first, second];
  throw withModel
    ? new InputError({
        problem: "missing required argument 'dataset'",
        fix: 'name a model and a data set; with --features fc a data set alone',
      })
    : new InputError({
        where: '--features fc',
        problem: 'no model takes part',
        fix: 'name the data set alone, or add model to --features',
      });
}

type Source = Pick<IdentificationRequest, 'bank' | 'pretrainedOn'> & { readonly device: Device };

async function ofModel(path: string, dataset: Dataset, options: IdentifyOptions): Promise<Source> {
  const { seed } = options;
  const model = await loadModel(path, options);
  const { device, compile } = await runtimeFor(options);
  const fc = options.fc ?? model.card.fc;
  const bank = featureBank({ model, datasets: [dataset], fc, seed, compile, progress: progressLine });
  return { bank, pretrainedOn: pretrainedOn(model.card, [dataset]), device };
}

/** Raw connectivity, of the kind that the data set holds or else Pearson's. */
function ofDataset(dataset: Dataset, { fc: asked, seed }: IdentifyOptions): Source {
  const fc = asked ?? FC_KINDS.find((kind) => kind === dataset.fcKind) ?? 'pearson';
  const origin = { datasets: [dataset], fc, seed };
  return { bank: { origin, table: () => connectivityTable({ ...origin, progress: progressLine }) }, device: 'cpu' };
}

/** @throws InputError naming the nearest one */
function featureNames(text: string): IdentifiedBy[] {
  const asked = text.split(',');
  const names = IDENTIFIED_BY.filter((name) => asked.includes(name));
  const unknown = asked.find((name) => !IDENTIFIED_BY.some((known) => known === name));
  const nearest = unknown === undefined ? undefined : nearestName(unknown, IDENTIFIED_BY);
  if (unknown !== undefined)
    throw new InputError({
      where: `--features ${text}`,
      problem: `"${unknown}" are no features to identify by`,
      expected: `some of ${IDENTIFIED_BY.join(', ')}`,
      ...(nearest === undefined ? {} : { fix: `did you mean ${nearest}` }),
    });
  if (!names.includes('model') && names.includes('untrained'))
    throw new InputError({
      where: `--features ${text}`,
      problem: 'the untrained encoder is there to be compared with its model',
      fix: 'add model, or name fc alone',
    });
  return names;
}

const NAMES: Readonly<Record<string, string>> = { model: 'model', untrained: 'untrained encoder', fc: 'raw FC' };

/** What a person reads. */
function describeIdentification(document: IdentificationDocument, out: string): string {
  const { by, target, database, n, left_out: leftOut, chance, metrics_of: main, metrics, baselines, tests } = document;
  const rows = Object.entries({ [main]: metrics, ...baselines }).map(([name, own]) => {
    const { target_in_database: there, database_in_target: back } = tests[name];
    return [
      NAMES[name] ?? name,
      estimateText(own.accuracy, 3),
      `${there.identified} (${probability(there.p)})`,
      `${back.identified} (${probability(back.p)})`,
      numberText(own.mean_rank.mean, 1),
      numberText(own.i_diff.mean, 1),
    ];
  });
  const left = leftOut === 0 ? '' : `; left out: ${leftOut} with one of them only`;
  return [
    `${n} participants with ${by} ${database} and ${target}${left}`,
    `chance: accuracy ${chance.accuracy.toFixed(3)}, rank ${chance.mean_rank.toFixed(1)}; 95 % interval over participants`,
    '',
    formatTable(
      ['features', 'accuracy', `${target} in ${database} (p)`, `${database} in ${target} (p)`, 'mean rank', 'I_diff'],
      rows,
    ),
    '',
    document.verdict,
    ...Object.entries(document.paired).map(([name, { target_in_database: there, database_in_target: back }]) => {
      const found = ({ first_only: own, other_only: other, p }: typeof there) =>
        `${own} and ${other} (${probability(p)})`;
      return `Found by the model alone and by ${NAMES[name] ?? name} alone: ${found(there)}, the other way ${found(back)}`;
    }),
    ...document.warnings.map((warning) => `Warning: ${warning}.`),
    `Written to ${out}: report.json, predictions.tsv, table and figures`,
  ].join('\n');
}

function probability(p: number): string {
  return p < 0.0001 ? 'p < 0.0001' : `p = ${p.toFixed(4)}`;
}
