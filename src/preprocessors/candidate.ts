/** @file What the names of one tool's files say: scans that may be wanted, and files that are never scans. */
import type { TreeFile } from './file-tree.ts';
import type { Content, FoundScan, Skipped, Tool } from './found.ts';

/** A scan that goes in when it fits the selection, and the file whose name it has. */
export interface Candidate {
  readonly file: TreeFile;
  readonly scan: FoundScan;
  /** Something is wrong with it; told only when the scan is wanted. */
  readonly fault?: string;
}

export interface Candidates {
  readonly scans: readonly Candidate[];
  readonly skipped: readonly Skipped[];
  /** A phenotypic table of the tool's own, when it has one. */
  readonly participantsTable?: string;
}

/** Paths of the arrays in an HDF5 file. */
export type ArraysOf = (path: string) => readonly string[];

/** What bears on how names are understood. */
export interface Reading {
  readonly arraysOf?: ArraysOf | undefined;
  /** What files are said to hold whose names do not say. */
  readonly content?: Content | undefined;
}

/** How one tool names its files. */
export interface Naming {
  readonly tool: Tool;
  /** True when a file bears a name that this tool gives to scans, wherever it lies. */
  readonly claims: (file: TreeFile) => boolean;
  /** @param files all that belong to the tool, in the order of their names */
  readonly find: (files: readonly TreeFile[], reading: Reading) => Candidates;
}

/** A scan whose name is of BIDS; `more` adds to what the name says and overrides it. */
export function bidsScan(file: TreeFile, what: Pick<FoundScan, 'tool' | 'content'> & Partial<FoundScan>): FoundScan {
  const { entities } = file.bids;
  const entity = (key: string) => entities.get(key);
  const prefixed = (key: string) => {
    const value = entities.get(key) ?? new RegExp(`(?:^|/)${key}-([A-Za-z0-9+]+)/`).exec(file.name)?.[1];
    return value === undefined ? '' : `${key}-${value}`;
  };
  const run = entity('run');
  // A template by age is another space for each age.
  const space = [entity('space'), entity('cohort') && `cohort-${entity('cohort')}`];
  return {
    path: file.path,
    name: file.name,
    participant: prefixed('sub'),
    session: prefixed('ses'),
    run: run === undefined ? '' : `run-${run}`,
    site: '',
    ...given({
      task: entity('task'),
      space: space.filter((part) => part !== undefined).join(':') || undefined,
      resolution: entity('res') ?? entity('den'),
      atlas: parcellationOf(file),
    }),
    ...what,
  };
}

/** `Gordon` of `seg-Gordon`; `Schaefer/7n/100` where the name parts it (BIDS 1.11: `atlas-`, `seg-`, `scale-`). */
function parcellationOf({ bids: { entities } }: TreeFile): string | undefined {
  const parts = ['atlas', 'seg', 'scale'].flatMap((key) => entities.get(key) ?? []);
  return parts.length === 0 ? undefined : parts.join('/');
}

/** The entries that have a value. */
export function given<T extends object>(entries: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** `candidate` or what is wrong with it: a broken link counts before anything else. */
export function candidate(file: TreeFile, scan: FoundScan, fault?: string): Candidate {
  const problem = file.broken ? 'the link points to nothing (of a DataLad data set: datalad get)' : fault;
  return { file, scan, ...given({ fault: problem }) };
}
