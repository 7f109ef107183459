/** @file Many files, four at a time: what is whole is left alone, and the first failure ends it. Node only. */
import { mkdirSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError, isInputError } from '../errors/input-error.ts';
import { asInputError } from '../files/atomic.ts';
import { releaseLock, takeLock, touchLock } from '../files/directory-lock.ts';
import { newOwner } from '../files/lock-owner.ts';
import type { Progress } from '../progress.ts';
import { type Check, type Downloaded, download } from './download.ts';
import { type Entry, isWhole, type Manifest, readManifest, writeManifest } from './manifest.ts';
import { PATIENCE, type Patience } from './persist.ts';
import { addressOf, type RemoteFile } from './remote-file.ts';

const AT_ONCE = 4;
/** Milliseconds between two writings of the manifest: it is rewritten whole. */
const NOTE_EVERY = 1000;

/** What is there already, and what is not. */
export interface Stock {
  readonly whole: readonly RemoteFile[];
  readonly missing: readonly RemoteFile[];
  readonly manifest: Manifest;
}

/** Looks at the folder; nothing is fetched. @throws InputError as {@link readManifest} */
export async function takeStock(files: readonly RemoteFile[], folder: string): Promise<Stock> {
  const manifest = readManifest(folder);
  const whole: RemoteFile[] = [];
  const missing: RemoteFile[] = [];
  for (const file of files)
    (await isWhole(file, folder, manifest.get(file.name))) ? whole.push(file) : missing.push(file);
  return { whole, missing, manifest };
}

export interface FetchOptions {
  readonly mirror?: string | undefined;
  readonly overwrite?: boolean | undefined;
  readonly patience?: Patience | undefined;
  readonly progress?: Progress | undefined;
  /** Bytes that are expected, so that a disk without room is noticed before. */
  readonly expected?: number | undefined;
}

export interface Fetched {
  readonly files: number;
  readonly bytes: number;
  /** How many files were found whole by which check. */
  readonly checks: Readonly<Partial<Record<Check, number>>>;
  /** Names of files that the server does not have, none of them required. */
  readonly absent: readonly string[];
}

/**
 * Fetches what is missing. Files get their names one by one, each when it is whole; after a failure or a kill the same
 * call goes on where it stopped.
 *
 * @throws InputError when a file cannot be had (see {@link download}), a required one is not on the server, the disk has no
 *   room, or another process fetches into the folder
 */
export async function fetchMissing(stock: Stock, folder: string, options: FetchOptions): Promise<Fetched> {
  prepare(folder, stock.missing, options.expected ?? 0);
  const owner = newOwner();
  takeLock(folder, owner);
  const endTouching = touchLock(folder, owner);
  try {
    return await fetchAlone(stock, folder, options);
  } finally {
    endTouching();
    releaseLock(folder, owner);
  }
}

/** With the folder to itself. */
async function fetchAlone(
  { missing, manifest }: Stock,
  folder: string,
  { mirror, overwrite = false, patience = PATIENCE, progress }: FetchOptions,
): Promise<Fetched> {
  const all = new AbortController();
  const entries = new Map(manifest);
  const checks: Partial<Record<Check, number>> = {};
  const absent: string[] = [];
  let bytes = 0;
  let files = 0;
  let noted = Date.now();
  const report = () => progress?.(files + absent.length, missing.length, `${(bytes / 1e6).toFixed(1)} MB`);
  const received = (more: number) => {
    bytes += more;
    report();
  };
  const one = async (file: RemoteFile) => {
    const outcome = await download(file, folder, { mirror, patience, overwrite, received, signal: all.signal });
    if ('absent' in outcome) absent.push(nameAbsent(file, outcome.absent, mirror));
    else {
      files++;
      checks[outcome.check] = (checks[outcome.check] ?? 0) + 1;
      entries.set(file.name, entryOf(file, outcome, mirror));
      if (Date.now() - noted > NOTE_EVERY) {
        noted = Date.now();
        writeManifest(folder, entries);
      }
    }
    report();
  };
  const queue = missing.values();
  const worker = async () => {
    for (const file of queue) await one(file);
  };
  const stopping = () =>
    worker().catch((error: unknown) => {
      // The others stop too; what they say then is only that they were stopped.
      if (!all.signal.aborted) all.abort(error);
    });
  report();
  await Promise.all(Array.from({ length: AT_ONCE }, stopping));
  if (files > 0) noteWhatCame(folder, entries, all);
  if (all.signal.aborted) throw all.signal.reason;
  return { files, bytes, checks, absent };
}

/** Notes the whole files also after a failure; a disk that refuses that as well has said so already. */
function noteWhatCame(folder: string, entries: Manifest, { signal }: AbortController): void {
  try {
    writeManifest(folder, entries);
  } catch (error) {
    if (!signal.aborted || !isInputError(error)) throw error;
  }
}

function prepare(folder: string, files: readonly RemoteFile[], expected: number): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const below of new Set(files.map(({ name }) => dirname(join(folder, name)))))
      mkdirSync(below, { recursive: true });
    const { bavail, bsize } = statfsSync(folder);
    if (expected > bavail * bsize)
      throw new InputError({
        where: folder,
        problem: 'the disk has no room for the files',
        expected: `${megabytes(expected)} MB`,
        found: `${megabytes(bavail * bsize)} MB`,
      });
  } catch (error) {
    throw asInputError(error, folder);
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function nameAbsent(file: RemoteFile, problem: string, mirror: string | undefined): string {
  if (file.required)
    throw new InputError({ where: addressOf(file, mirror), problem, fix: 'report it: the address may have changed' });
  return file.name;
}

function entryOf(file: RemoteFile, { bytes, sha256, check }: Downloaded, mirror: string | undefined): Entry {
  return { url: addressOf(file, mirror), bytes, sha256, check, date: new Date().toISOString() };
}
