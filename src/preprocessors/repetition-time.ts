/** @file The repetition time of a scan, from its sidecar or one that it inherits. Node only. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isInputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import { appliesTo, type BidsName, bidsName } from './bids-name.ts';

/** Seconds, or why the sidecar cannot be believed; neither when no sidecar says anything. */
export interface RepetitionTime {
  readonly tr?: number;
  readonly fault?: string;
}

interface Sidecar {
  readonly path: string;
  readonly base: string;
  readonly bids: BidsName;
}

/**
 * Looks up repetition times by the inheritance principle (BIDS 1.9): the sidecar beside the file, else those in its
 * folder and the folders above it whose entities all fit. Of a sidecar counts `RepetitionTime`, else the inverse of
 * `SamplingFrequency`. Folders and sidecars are read once.
 */
export function repetitionTimes(): (base: string, folders: readonly string[]) => RepetitionTime {
  const listings = new Map<string, ReadonlyMap<string, readonly Sidecar[]>>();
  const read = new Map<string, RepetitionTime>();
  return (base, folders) => {
    const name = bidsName(base);
    const own = `${base.slice(0, base.length - name.extension.length)}.json`;
    for (const folder of folders) {
      const listing = remembered(listings, folder, () => sidecarsIn(folder));
      const near = [...(listing.get(name.entities.get('sub') ?? '') ?? []), ...(listing.get('') ?? [])];
      const fitting = near.filter(({ bids }) => appliesTo(bids, name));
      // Its own first, then the most specific.
      fitting.sort((a, b) => Number(b.base === own) - Number(a.base === own) || b.base.length - a.base.length);
      for (const { path } of fitting) {
        const found = remembered(read, path, () => readSidecar(path));
        if (found.tr !== undefined || found.fault !== undefined) return found;
      }
    }
    return {};
  };
}

function remembered<T>(memory: Map<string, T>, key: string, make: () => T): T {
  const old = memory.get(key);
  if (old !== undefined) return old;
  const made = make();
  memory.set(key, made);
  return made;
}

/** Sidecars of scans, by participant: one folder may hold those of thousands. */
function sidecarsIn(folder: string): ReadonlyMap<string, readonly Sidecar[]> {
  const sidecars = new Map<string, Sidecar[]>();
  for (const base of list(folder)) {
    if (!/(^|_)(bold|timeseries)\.json$/.test(base) || base.startsWith('.') || base.includes('_desc-confounds_'))
      continue;
    const bids = bidsName(base);
    const participant = bids.entities.get('sub') ?? '';
    const group = sidecars.get(participant) ?? [];
    group.push({ path: join(folder, base), base, bids });
    sidecars.set(participant, group);
  }
  return sidecars;
}

/** A raw data set may lack the folders of a derivative. */
function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function readSidecar(path: string): RepetitionTime {
  let sidecar: unknown;
  try {
    sidecar = JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof SyntaxError) return { fault: `the sidecar ${path} is not JSON` };
    if (isInputError(error)) return { fault: `the sidecar ${path} cannot be read: ${error.details.problem}` };
    throw error;
  }
  const { RepetitionTime: tr, SamplingFrequency: frequency } = Object(sidecar) as Readonly<Record<string, unknown>>;
  const seconds = typeof tr === 'number' ? tr : typeof frequency === 'number' ? 1 / frequency : undefined;
  if (seconds === undefined && tr === undefined) return {};
  return seconds !== undefined && seconds > 0 && seconds < 100
    ? { tr: seconds }
    : { fault: `the sidecar ${path} says a repetition time of ${JSON.stringify(tr ?? seconds)}, expected seconds` };
}
