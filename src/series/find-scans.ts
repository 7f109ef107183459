/** @file The files of a folder that may be scans. Node only. */
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import { asInputError } from '../files/atomic.ts';
import { isDatasetFolder } from '../files/dataset-folder.ts';
import { MATRIX_EXTENSIONS } from './read-matrix.ts';

/** `sub-2` before `sub-10`, whatever the machine's language. */
const NATURAL_ORDER = new Intl.Collator('en', { numeric: true });

/** A table about the scans (as BIDS names it), not a scan. */
const PARTICIPANTS_TABLE = /^participants\.(csv|tsv)$/i;

/**
 * Paths of all files below `folder` with one of the extensions, in natural order of their paths. Hidden files and
 * folders, `participants.csv` / `.tsv` and data sets of ours are skipped. Links to files are followed (also broken ones,
 * so that reading them says so), links to folders are not.
 *
 * @throws InputError when the folder is missing, is a data set of ours, or holds no such file
 */
export function findScans(folder: string, extensions: readonly string[] = MATRIX_EXTENSIONS): string[] {
  const entries = list(folder);
  if (isDatasetFolder(entries))
    throw new InputError({
      where: folder,
      problem: 'this is a data set already, not a folder of scans',
      fix: 'brainmass dataset merge joins data sets',
    });
  const found = filesOf(entries, folder).filter(([name]) => extensions.some((end) => name.toLowerCase().endsWith(end)));
  const scans = found.filter(([name]) => !PARTICIPANTS_TABLE.test(name)).map(([, path]) => path);
  if (scans.length === 0)
    throw new InputError({
      where: folder,
      problem: 'the folder holds no scans',
      expected: `files named ${extensions.map((extension) => `*${extension}`).join(', ')}`,
    });
  return scans.sort((a, b) => NATURAL_ORDER.compare(a, b) || (a < b ? -1 : 1));
}

/** Name and path of every file that is not hidden, of a folder with these entries and of those below. */
function filesOf(entries: readonly Dirent[], folder: string): [name: string, path: string][] {
  if (isDatasetFolder(entries)) return [];
  return entries
    .filter((entry) => !entry.name.startsWith('.'))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesOf(list(path), path);
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

/** A link to a pipe or a device would be read for ever. */
function linksToFile(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return false;
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
  } catch {
    // A link that goes in a circle is as good as broken.
    return true;
  }
}
