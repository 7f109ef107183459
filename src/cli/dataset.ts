/** @file `brainmass dataset`: what is done with data sets as a whole. */
import { Command } from 'commander';
import { mergeDatasets } from '../dataset/merge-datasets.ts';
import { formatInspection } from './inspect.ts';
import { printJson, progressLine } from './terminal.ts';

interface MergeFlags {
  readonly out: string;
  readonly overwrite?: boolean;
  readonly mixed?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  The parts that a job array has read (see brainmass ingest --shard):
    $ brainmass dataset merge part-*.dataset --out cohort.dataset
  Two cohorts of one atlas, denoised in different ways:
    $ brainmass dataset merge one.dataset two.dataset --mixed --out both.dataset`;

export function datasetCommand(): Command {
  return new Command('dataset')
    .description('Join data sets')
    .addCommand(mergeCommand())
    .addHelpText('after', '\nExample:\n  $ brainmass dataset merge part-*.dataset --out cohort.dataset');
}

function mergeCommand(): Command {
  return new Command('merge')
    .description('Write the scans of several data sets into one')
    .argument('<dataset...>', 'directories written by ingest, in order')
    .requiredOption('--out <dataset>', 'directory to write')
    .option('--mixed', 'join also data sets whose scans were read in different ways')
    .option('--overwrite', 'replace the data set when it exists')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (directories: string[], { json, ...options }: MergeFlags) => {
      const inspection = await mergeDatasets(directories, { ...options, progress: progressLine('merging scan') });
      if (json === true) printJson(inspection);
      else process.stdout.write(`${formatInspection(options.out, inspection)}\n`);
    });
}
