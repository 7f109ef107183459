/** @file Options of `ingest --connectivity`: matrices instead of series. */
import { type Command, Option } from 'commander';
import { STATED_FC_KINDS, type StatedFcKind } from '../connectivity/kinds.ts';
import { InputError } from '../errors/input-error.ts';
import type { ConnectivityOptions } from '../ingest/ingest-connectivity.ts';
import type { Layout } from '../series/layout.ts';

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

/** Options that mean something for series only. */
interface SeriesFlags {
  readonly project?: string;
  readonly layout: Layout;
  readonly tr?: number;
}

/**
 * How matrices are to be read; undefined when the files hold series.
 *
 * @throws InputError when an option of the one is given for the other
 */
export function connectivityOptions(
  given: ConnectivityFlags & SeriesFlags,
): Pick<ConnectivityOptions, 'fcKind' | 'fisherZ' | 'ids' | 'sessions'> | undefined {
  const { connectivity, fcKind, fisherZ, ids, sessions, project, layout, tr } = given;
  const own = firstGiven({ '--fc-kind': fcKind, '--fisher-z': fisherZ, '--ids': ids, '--sessions': sessions });
  const ofSeries = firstGiven({ '--project': project, '--layout': layout === 'auto' ? undefined : layout, '--tr': tr });
  if (connectivity !== true && own !== undefined)
    throw new InputError({
      where: own,
      problem: 'the option is about connectivity matrices',
      fix: 'pass --connectivity as well, or leave it out',
    });
  if (connectivity !== true) return undefined;
  if (ofSeries !== undefined)
    throw new InputError({
      where: ofSeries,
      problem: 'the option is about series, and --connectivity reads matrices',
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
