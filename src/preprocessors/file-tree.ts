/** @file Every file below a folder, by one listing of each folder. Node only. */
import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { asInputError } from '../files/atomic.ts';
import { isDatasetFolder } from '../files/dataset-folder.ts';
import { type BidsName, bidsName } from './bids-name.ts';

export interface TreeFile {
  readonly path: string;
  /** Relative to the root, with `/`. */
  readonly name: string;
  /** Folder of `name`; empty at the root. */
  readonly folder: string;
  /** Name without folders. */
  readonly base: string;
  readonly bids: BidsName;
  /** A link that points to nothing: what DataLad leaves of a file that was not fetched. */
  readonly broken: boolean;
}

/** What preprocessors keep beside their outputs: reports, surfaces of FreeSurfer, and Nipype's working folders (C-PAC's is `working`). */
const NO_OUTPUTS = /^(figures|reportlets|logs?|freesurfer|sourcedata|working|.+_wf)$/;

interface Folder {
  readonly path: string;
  readonly name: string;
  /** Without links, to see where a link comes back. */
  readonly real: string;
}

/**
 * Files below a folder, in the order of their names. Hidden files and folders are left out, and so are folders that
 * hold no outputs (data sets of ours, `figures`, `logs`, `freesurfer`, `sourcedata`, `working`, `*_wf`). Links to files and folders are followed,
 * each folder once, except to a folder that holds the root.
 *
 * @throws InputError when a folder cannot be read
 */
export function fileTree(root: string): TreeFile[] {
  const files: TreeFile[] = [];
  const seen = new Set<string>();
  const links: Folder[] = [];
  const top = realPath(root);
  const pending: Folder[] = [{ path: root, name: '', real: top }];
  // Links come last: what lies in the tree itself keeps its own name, whatever order the folder is listed in.
  for (;;) {
    const folder = pending.pop() ?? links.shift();
    if (folder === undefined) break;
    if (seen.has(folder.real)) continue;
    seen.add(folder.real);
    const linked: Folder[] = [];
    const entries = list(folder.path);
    if (isDatasetFolder(entries)) continue;
    for (const entry of entries) {
      const base = entry.name;
      if (base.startsWith('.')) continue;
      const name = folder.name === '' ? base : `${folder.name}/${base}`;
      const path = join(folder.path, base);
      const kind = kindOf(entry, path);
      if (kind === 'folder') {
        if (NO_OUTPUTS.test(base)) continue;
        if (!entry.isSymbolicLink()) pending.push({ path, name, real: join(folder.real, base) });
        else if (!holds(realPath(path), top)) linked.push({ path, name, real: realPath(path) });
      } else if (kind !== 'other')
        files.push({ path, name, folder: folder.name, base, bids: bidsName(base), broken: kind === 'broken' });
    }
    if (linked.length === 0) continue;
    links.push(...linked);
    links.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function kindOf(entry: Dirent, path: string): 'file' | 'folder' | 'broken' | 'other' {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (!entry.isSymbolicLink()) return 'other';
  const target = linkTarget(path);
  if (target === undefined) return 'broken';
  if (target.isDirectory()) return 'folder';
  return target.isFile() ? 'file' : 'other';
}

/** A link that goes in a circle points to nothing either. */
function linkTarget(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function holds(outer: string, inner: string): boolean {
  const below = relative(outer, inner);
  return below === '' || !(below === '..' || below.startsWith(`..${sep}`));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw asInputError(error, path);
  }
}

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw asInputError(error, folder);
  }
}
