/** @file The options of `ingest`, by what they are about. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { DenoiseRequest } from '../denoise/settings.ts';
import type { ColumnChoice } from '../ingest/participants.ts';
import { parseRoiRange, type RoiRange } from '../ingest/roi-range.ts';
import { parseShard, type Shard } from '../ingest/shard.ts';
import type { Content, Selection, Tool } from '../preprocessors/found.ts';
import { LAYOUTS, type Layout } from '../series/layout.ts';
import { addDenoiseOptions } from './denoise-options.ts';
import { wholeNumber } from './whole-number.ts';

/** What the command line gives, as commander names it. */
export interface IngestFlags extends DenoiseRequest {
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
  readonly labels?: string;
  readonly roiRange?: RoiRange;
  readonly minCoverage?: number;
  readonly tr?: number;
  readonly array?: string;
  readonly tool?: Tool;
  readonly task?: string;
  readonly space?: string;
  readonly parcellation?: string;
  readonly content?: Content;
  readonly session?: string;
  readonly strategy?: string;
  readonly confounds?: string;
  readonly motionOrder?: string;
  readonly add?: boolean;
  readonly skipBad?: boolean;
  readonly shard?: Shard;
  readonly threads?: number;
  readonly overwrite?: boolean;
}

export function withParticipantOptions(command: Command): Command {
  return command
    .optionsGroup('Participants:')
    .option('--participants <file>', 'table (csv or tsv) of participants, files and phenotypes')
    .option('--id <column>', 'column with the participant ids')
    .option('--file-column <column>', "column with the scan's file, relative to the source folder or the table")
    .option('--session-column <column>', 'column with the session')
    .option('--run-column <column>', 'column with the run')
    .option('--site-column <column>', 'column with the site')
    .option('--tr-column <column>', 'column with the repetition time, seconds')
    .option('--allow-missing', 'leave out rows of the table that have no file');
}

export function withReadingOptions(command: Command): Command {
  return command
    .optionsGroup('Files and ROIs:')
    .addOption(new Option('--layout <layout>', 'what a row of a file is').choices(LAYOUTS).default('auto'))
    .option(
      '--atlas <id|file|n>',
      'schaefer100 (200, 300, 400), cc200, aal116, a file with ROI names, or a number of ROIs',
    )
    .option('--project <overlap.csv>', 'take the scans to another atlas by voxel overlap (then --atlas is the target)')
    .option('--roi-range <first-last>', 'take these ROIs of files that hold more, counted from 1', parseRoiRange)
    .option('--labels <file>', 'where the ROIs of images are: a label image, or a CIFTI file with labels or parcels')
    .option(
      '--min-coverage <part>',
      'an ROI with signal in a smaller part of its voxels is missing (default: 0.5)',
      part,
    )
    .option('--tr <seconds>', 'repetition time of all scans', seconds)
    .option('--array <name>', 'which array of files with several (.npz .mat .h5 .parquet)');
}

const TOOLS = [
  'fmriprep',
  'xcp-d',
  'c-pac',
  'pcp',
  'dpabi',
  'conn',
  'nilearn',
  'giga-connectome',
] as const satisfies Tool[];
const CONTENTS = ['series', 'parcel-series', 'volume', 'dense-series', 'connectivity'] as const satisfies Content[];

export function withSelectionOptions(command: Command): Command {
  return command
    .optionsGroup("Of a preprocessor's outputs, where there are several:")
    .addOption(new Option('--tool <name>', 'which program wrote the files').choices(TOOLS))
    .option('--task <name>', 'which task')
    .option('--space <name>', 'which space (MNI152NLin2009cAsym, or with its resolution MNI152NLin6Asym:res-2)')
    .option('--parcellation <name>', 'which parcellation')
    .addOption(new Option('--content <kind>', 'which kind of file').choices(CONTENTS))
    .option('--session <name>', 'which session')
    .option('--strategy <name>', 'which denoising of theirs');
}

export function withDenoiseOptions(command: Command): Command {
  return addDenoiseOptions(command.optionsGroup('Denoising (docs/denoising.md):')).option(
    '--confounds <name>',
    "file of confounds beside each scan: bold_moest.txt, or {name}_confounds.tsv with the scan's name in it",
  );
}

export function withWorkOptions(command: Command): Command {
  return command
    .optionsGroup('Many scans:')
    .option('--dry-run', 'say what would go in and what not, and why; read no scan, write nothing')
    .option('--add', 'keep what the data set holds, and read only files that are new or were changed')
    .option('--skip-bad', 'leave out scans that cannot be read, and say which')
    .option('--shard <i/n>', 'read only the i-th of n parts; join them by brainmass dataset merge', parseShard)
    .option('--threads <n>', 'threads that read (default: all cores)', wholeNumber('--threads', 1));
}

/** Columns of the table that were named. */
export function columnsOf(flags: IngestFlags): ColumnChoice {
  const { id, fileColumn: file, sessionColumn: session, runColumn: run, siteColumn: site, trColumn: tr } = flags;
  return given({ id, file, session, run, site, tr });
}

export function selectionOf(flags: IngestFlags): Selection {
  const { tool, content, task, space, parcellation: atlas, session, strategy, tr, denoise } = flags;
  const withoutConfounds = denoise === 'none' ? true : undefined;
  return given({ tool, content, task, space, atlas, session, strategy, tr, withoutConfounds });
}

/** The entries that have a value. */
export function given<T extends Record<string, unknown>>(entries: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 100)) throw new InvalidArgumentError('It is not a number of seconds.');
  return value;
}

function part(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('It is not a number from 0 to 1.');
  return value;
}
