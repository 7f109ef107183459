/** @file `brainmass ingest`: scans in their own files into one data set. */
import { Command } from 'commander';
import { dryRun, dryRunOf } from '../ingest/dry-run.ts';
import { ingest } from '../ingest/ingest.ts';
import { ingestConnectivity } from '../ingest/ingest-connectivity.ts';
import { locateConnectivity } from '../ingest/locate-connectivity.ts';
import { type ConnectivityFlags, connectivityOptions, withConnectivityOptions } from './connectivity-options.ts';
import { formatDryRun } from './dry-run-text.ts';
import {
  columnsOf,
  given,
  type IngestFlags,
  selectionOf,
  withDenoiseOptions,
  withParticipantOptions,
  withReadingOptions,
  withSelectionOptions,
  withWorkOptions,
} from './ingest-options.ts';
import { formatInspection } from './inspect.ts';
import { printJson, progressLine } from './terminal.ts';

interface Options extends IngestFlags, ConnectivityFlags {
  readonly out: string;
  readonly dryRun?: boolean;
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
  fMRIPrep's derivatives: images to ROIs, confounds regressed out:
    $ brainmass ingest derivatives/fmriprep --task rest --labels Schaefer100_2mm.nii.gz --atlas schaefer100 \\
        --denoise 36p --band-pass 0.01-0.1 --scrub-fd 0.5 --out cohort.dataset
  What another program has left, before anything is read:
    $ brainmass ingest derivatives/xcp_d --dry-run --out cohort.dataset
  One of sixteen jobs of a cluster's job array:
    $ brainmass ingest derivatives/fmriprep … --shard $SLURM_ARRAY_TASK_ID/16 --out part-$SLURM_ARRAY_TASK_ID.dataset
  Connectivity matrices without series, two stacks of the same people (docs/connectivity-matrices.md):
    $ brainmass ingest fc_test.npy fc_retest.npy --connectivity --fc-kind pearson \\
        --ids subjects.txt --sessions test,retest --out fc.dataset`;

export function ingestCommand(): Command {
  const command = new Command('ingest')
    .description("Read scans into one data set: parcellated series, images, or a preprocessor's outputs")
    .argument('<source...>', 'folders or files with one scan a file')
    .requiredOption('--out <dataset>', 'directory to write')
    .option('--overwrite', 'replace the data set when it exists')
    .option('--json', 'print one JSON document');
  withParticipantOptions(command);
  withReadingOptions(command);
  withSelectionOptions(command);
  withDenoiseOptions(command);
  withConnectivityOptions(command);
  withWorkOptions(command);
  return command.addHelpText('after', EXAMPLES).action(run);
}

async function run(sources: string[], flags: Options): Promise<void> {
  const { out, json, project, roiRange, labels, tr, atlas, array, participants, shard, threads } = flags;
  const {
    allowMissing,
    overwrite,
    add,
    skipBad,
    confounds: confoundsName,
    motionOrder,
    minCoverage: minimumCoverage,
  } = flags;
  const where = given({ participants, allowMissing, atlas, array });
  const columns = columnsOf(flags);
  const selection = selectionOf(flags);
  const locating = { ...where, ...given({ labels }), columns, selection };
  const ofMatrices = connectivityOptions(flags);
  if (flags.dryRun === true) {
    const found =
      ofMatrices === undefined
        ? dryRun(sources, locating)
        : dryRunOf((await locateConnectivity(sources, { ...locating, ...ofMatrices, allowMissing: true })).located);
    if (json === true) printJson(found);
    else process.stdout.write(`${formatDryRun(found)}\n`);
    return;
  }
  const progress = progressLine('ingesting scan');
  const work = { ...given({ overwrite, add, skipBad, shard, threads }), out, progress };
  const report =
    ofMatrices === undefined
      ? await ingest(sources, {
          ...locating,
          ...given({ project, roiRange, tr, minimumCoverage, confoundsName, motionOrder }),
          ...work,
          layout: flags.layout,
          denoising: flags,
        })
      : await ingestConnectivity(sources, { ...locating, ...ofMatrices, ...work });
  if (json === true) printJson(report);
  else process.stdout.write(`${formatInspection(out, report)}\n`);
}
