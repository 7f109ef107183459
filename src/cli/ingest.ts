/** @file `brainmass ingest`: scans in their own files into one data set. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { ingest } from '../ingest/ingest.ts';
import { ingestConnectivity } from '../ingest/ingest-connectivity.ts';
import { LAYOUTS, type Layout } from '../series/layout.ts';
import { type ConnectivityFlags, connectivityOptions, withConnectivityOptions } from './connectivity-options.ts';
import { formatInspection } from './inspect.ts';
import { printJson, progressLine } from './terminal.ts';

interface Options extends ConnectivityFlags {
  readonly out: string;
  readonly participants?: string;
  readonly id?: string;
  readonly fileColumn?: string;
  readonly sessionColumn?: string;
  readonly runColumn?: string;
  readonly siteColumn?: string;
  readonly trColumn?: string;
  readonly allowMissing?: boolean;
  readonly layout: Layout;
  readonly atlas?: string;
  readonly project?: string;
  readonly tr?: number;
  readonly array?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  A folder of scans, one file each, that all belong to an atlas we know:
    $ brainmass ingest timeseries/ --atlas schaefer100 --out mine.dataset
  A table that names files and phenotypes, and scans taken to Schaefer-100:
    $ brainmass ingest abide/ --participants abide/participants.csv \\
        --project overlap_cc200_to_schaefer100.csv --out abide.dataset
  Any other parcellation, with the names of its ROIs in a file, rows being ROIs:
    $ brainmass ingest scans/*.txt --atlas my-rois.csv --layout roi-time --tr 0.72 --out my.dataset
  Connectivity matrices without series, two stacks of the same people (docs/connectivity-matrices.md):
    $ brainmass ingest fc_test.npy fc_retest.npy --connectivity --fc-kind pearson \\
        --ids subjects.txt --sessions test,retest --out fc.dataset`;

export function ingestCommand(): Command {
  const command = new Command('ingest')
    .description('Read parcellated scans (.npy .npz .1D .csv .tsv .txt) into one data set')
    .argument('<source...>', 'folders or files with one scan a file')
    .requiredOption('--out <dataset>', 'directory to write')
    .option('--participants <file>', 'table (csv or tsv) of participants, files and phenotypes')
    .option('--id <column>', 'column with the participant ids')
    .option('--file-column <column>', "column with the scan's file, relative to the source folder or the table")
    .option('--session-column <column>', 'column with the session')
    .option('--run-column <column>', 'column with the run')
    .option('--site-column <column>', 'column with the site')
    .option('--tr-column <column>', 'column with the repetition time, seconds')
    .option('--allow-missing', 'leave out rows of the table that have no file')
    .addOption(new Option('--layout <layout>', 'what a row of a file is').choices(LAYOUTS).default('auto'))
    .option('--atlas <id|file|n>', 'schaefer100, cc200, aal116, a file with ROI names, or a number of ROIs')
    .option('--project <overlap.csv>', 'take the scans to another atlas by voxel overlap (then --atlas is the target)')
    .option('--tr <seconds>', 'repetition time of all scans', seconds)
    .option('--array <name>', 'which array of .npz files');
  return withConnectivityOptions(command)
    .option('--overwrite', 'replace the data set when it exists')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(run);
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 100)) throw new InvalidArgumentError('It is not a number of seconds.');
  return value;
}

async function run(sources: string[], given: Options): Promise<void> {
  const { id, fileColumn, sessionColumn, runColumn, siteColumn, trColumn, json, ...options } = given;
  const columns = {
    ...(id === undefined ? {} : { id }),
    ...(fileColumn === undefined ? {} : { file: fileColumn }),
    ...(sessionColumn === undefined ? {} : { session: sessionColumn }),
    ...(runColumn === undefined ? {} : { run: runColumn }),
    ...(siteColumn === undefined ? {} : { site: siteColumn }),
    ...(trColumn === undefined ? {} : { tr: trColumn }),
  };
  const common = { ...options, columns, progress: progressLine('ingesting scan') };
  const ofMatrices = connectivityOptions(given);
  const inspection =
    ofMatrices === undefined
      ? await ingest(sources, common)
      : await ingestConnectivity(sources, { ...common, ...ofMatrices });
  if (json === true) printJson(inspection);
  else process.stdout.write(`${formatInspection(options.out, inspection)}\n`);
}
