/** @file `fetched.json`: which files of a folder were fetched, from where, and how they were found whole. Node only. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../errors/input-error.ts';
import { readText, writeFileAtomically } from '../files/atomic.ts';
import { digest } from './download.ts';
import type { RemoteFile } from './remote-file.ts';

const ENTRY = z.strictObject({
  url: z.string(),
  bytes: z.number().int().nonnegative(),
  sha256: z.string(),
  check: z.enum(['sha256', 'md5', 'gzip', 'size']),
  /** When, ISO 8601. */
  date: z.string(),
});
const MANIFEST = z.strictObject({ format: z.literal(1), files: z.record(z.string(), ENTRY) });

const MANIFEST_NAME = 'fetched.json';

/** What is known of a fetched file. */
export type Entry = z.infer<typeof ENTRY>;
/** By name, in the order of fetching. */
export type Manifest = ReadonlyMap<string, Entry>;

/** @throws InputError when the file is there and cannot be understood */
export function readManifest(folder: string): Manifest {
  const path = join(folder, MANIFEST_NAME);
  if (!existsSync(path)) return new Map();
  const { data } = MANIFEST.safeParse(parsed(readText(path)));
  if (data === undefined)
    throw new InputError({
      where: path,
      problem: 'this is not a list of fetched files as fetch writes it',
      fix: 'remove it: the files are then fetched again',
    });
  return new Map(Object.entries(data.files));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws InputError when the disk refuses */
export function writeManifest(folder: string, manifest: Manifest): void {
  const document: z.infer<typeof MANIFEST> = { format: 1, files: Object.fromEntries(manifest) };
  writeFileAtomically(join(folder, MANIFEST_NAME), `${JSON.stringify(document, null, 2)}\n`);
}

/** True when the folder holds the file as it was fetched. */
export async function isWhole(file: RemoteFile, folder: string, entry: Entry | undefined): Promise<boolean> {
  if (entry === undefined) return false;
  const path = join(folder, file.name);
  const present = statSync(path, { throwIfNoEntry: false });
  if (present === undefined) return false;
  if (file.sha256 !== undefined && file.sha256 !== entry.sha256) return false;
  return present.size === entry.bytes && (await digest(path, 'sha256')) === entry.sha256;
}
