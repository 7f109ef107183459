/** @file The files of a folder that may be scans. Node only. */
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import { asInputError } from '../files/atomic.ts';
import { MATRIX_EXTENSIONS } from './read-matrix.ts';

/** `sub-2` before `sub-10`, whatever the machine's language. */
const NATURAL_ORDER = new Intl.Collator('en', { numeric: true });

/** A table about the scans (as BIDS names it), not a scan. */
const PARTICIPANTS_TABLE = /^participants\.(csv|tsv)$/i;

/**
 * Paths of all files below `folder` with one of the extensions, in natural order of their paths. Hidden files and
 * folders and `participants.csv` / `.tsv` are skipped. Links to files are followed (also broken ones, so that reading
 * them says so), links to folders are not.
 *
 * @throws InputError when the folder is missing, or holds no such file
 */
export function findScans(folder: string, extensions: readonly string[] = MATRIX_EXTENSIONS): string[] {
  const found = filesBelow(folder).filter(([name]) => extensions.some((end) => name.toLowerCase().endsWith(end)));
  const scans = found.filter(([name]) => !PARTICIPANTS_TABLE.test(name)).map(([, path]) => path);
  if (scans.length === 0)
    throw new InputError({
      where: folder,
      problem: 'the folder holds no scans',
      expected: `files named ${extensions.map((extension) => `*${extension}`).join(', ')}`,
    });
  return scans.sort((a, b) => NATURAL_ORDER.compare(a, b) || (a < b ? -1 : 1));
}

/** Name and path of every file that is not hidden. */
function filesBelow(folder: string): [name: string, path: string][] {
  return list(folder)
    .filter((entry) => !entry.name.startsWith('.'))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path);
      return entry.isFile() || linksToFile(entry, path) ? [[entry.name, path] as [string, string]] : [];
    });
}

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw asInputError(error, folder);
  }
}

function linksToFile(entry: Dirent, path: string): boolean {
  return entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true;
}
