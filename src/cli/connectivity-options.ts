/** @file Options of `ingest --connectivity`: matrices instead of series. */
import { type Command, Option } from 'commander';
import { STATED_FC_KINDS, type StatedFcKind } from '../connectivity/kinds.ts';
import { InputError } from '../errors/input-error.ts';
import type { ConnectivityOptions } from '../ingest/ingest-connectivity.ts';
import type { IngestFlags } from './ingest-options.ts';

export interface ConnectivityFlags {
  readonly connectivity?: boolean;
  readonly fcKind?: StatedFcKind;
  readonly fisherZ?: boolean;
  readonly ids?: string;
  readonly sessions?: readonly string[];
}

export function withConnectivityOptions(command: Command): Command {
  return command
    .optionsGroup('Connectivity matrices:')
    .option('--connectivity', 'the files hold connectivity matrices, not series: one a scan, or stacks of many')
    .addOption(new Option('--fc-kind <kind>', 'what these matrices are (default: unknown)').choices(STATED_FC_KINDS))
    .option('--fisher-z', "their values are Fisher's z: turn them back into correlations")
    .option('--ids <file>', 'participants of a stack of matrices, one id a line, in its order')
    .option('--sessions <names>', 'session of each stack, parted by commas', (text: string) => text.split(','));
}

/** Options of `ingest` that mean the same for matrices as for series. */
const SHARED: ReadonlySet<string> = new Set([
  ...['out', 'overwrite', 'json', 'connectivity', 'fcKind', 'fisherZ', 'ids', 'sessions', 'atlas', 'array'],
  ...['participants', 'id', 'fileColumn', 'sessionColumn', 'runColumn', 'siteColumn', 'trColumn', 'allowMissing'],
  ...['tool', 'task', 'space', 'parcellation', 'content', 'session', 'strategy'],
  ...['dryRun', 'add', 'skipBad', 'shard', 'threads'],
]);

/**
 * How matrices are to be read; undefined when the files hold series.
 *
 * @param flags all options of `ingest`, as commander names them
 * @throws InputError when an option of the one is given for the other
 */
export function connectivityOptions(
  flags: ConnectivityFlags & Pick<IngestFlags, 'content'>,
): Pick<ConnectivityOptions, 'fcKind' | 'fisherZ' | 'ids' | 'sessions'> | undefined {
  const { fcKind, fisherZ, ids, sessions } = flags;
  // Of a preprocessor's outputs, the kind of file that is wanted says it as well.
  const connectivity = flags.connectivity === true || flags.content === 'connectivity';
  const own = firstGiven({ '--fc-kind': fcKind, '--fisher-z': fisherZ, '--ids': ids, '--sessions': sessions });
  if (!connectivity && own !== undefined)
    throw new InputError({
      where: own,
      problem: 'the option is about connectivity matrices',
      fix: 'pass --connectivity as well, or leave it out',
    });
  if (!connectivity) return undefined;
  const others = Object.entries(flags).filter(([name]) => !SHARED.has(name));
  const other = firstGiven(Object.fromEntries(others.filter(([, value]) => value !== 'auto')));
  if (other !== undefined)
    throw new InputError({
      where: `--${other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      problem: 'the option does not go with --connectivity, which reads matrices',
      fix: 'leave one of them out',
    });
  return {
    ...(fcKind === undefined ? {} : { fcKind }),
    ...(fisherZ === undefined ? {} : { fisherZ }),
    ...(ids === undefined ? {} : { ids }),
    ...(sessions === undefined ? {} : { sessions }),
  };
}

function firstGiven(options: Readonly<Record<string, unknown>>): string | undefined {
  return Object.keys(options).find((name) => options[name] !== undefined);
}
