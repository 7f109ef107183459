/** @file The raw data set that outputs stem from, and the tables that say who was scanned. Node only. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { TreeFile } from './file-tree.ts';
import type { FoundScan } from './found.ts';

/** Folders that participants' folders lie in, as paths: `derivatives/fmriprep` of `derivatives/fmriprep/sub-01/func/…`. */
export function outputRoots(folder: string, scans: readonly FoundScan[]): string[] {
  const roots = new Set<string>();
  for (const { name } of scans) roots.add(/^(.*?)(?:^|\/)sub-[^/]+\//.exec(name)?.[1] ?? dirname(name));
  return [...roots].map((root) => join(folder, root));
}

/**
 * The raw data set of outputs: the folder above the nearest `derivatives/` (BIDS 1.9, "Storage of derived datasets"), or
 * `sourcedata/raw` or `sourcedata` inside (as DataLad and fMRIPrep link it).
 */
export function rawDataset(roots: readonly string[]): string | undefined {
  for (const root of roots) {
    const inside = ['sourcedata/raw', 'sourcedata'].map((name) => join(root, name));
    const linked = inside.find((path) => existsSync(join(path, 'dataset_description.json')));
    if (linked !== undefined) return linked;
    for (let path = resolve(root); path !== dirname(path); path = dirname(path))
      if (basename(path) === 'derivatives') return dirname(path);
  }
  return undefined;
}

/** `participants.tsv` of the outputs, else of the folder, else of the raw data set. */
export function participantsTable(
  roots: readonly string[],
  folder: string,
  raw: string | undefined,
): string | undefined {
  const folders = [...roots, folder, ...(raw === undefined ? [] : [raw])];
  return folders.flatMap((path) => ['tsv', 'csv'].map((type) => join(path, `participants.${type}`))).find(existsSync);
}

/** `sub-01_sessions.tsv` of the tree and of the raw data set: one a participant, if any, the raw one first. */
export function sessionsTables(
  files: readonly TreeFile[],
  scans: readonly FoundScan[],
  raw: string | undefined,
): string[] {
  const inTree = new Map<string, string>();
  for (const { base, path } of files) {
    const participant = /^(sub-.+)_sessions\.tsv$/.exec(base)?.[1];
    if (participant !== undefined && !inTree.has(participant)) inTree.set(participant, path);
  }
  const participants = new Set(scans.map(({ participant }) => participant).filter((name) => name.startsWith('sub-')));
  return [...participants].flatMap((participant) => {
    const path = raw === undefined ? undefined : join(raw, participant, `${participant}_sessions.tsv`);
    const found = path !== undefined && existsSync(path) ? path : inTree.get(participant);
    return found === undefined ? [] : [found];
  });
}

/** Folders whose sidecars hold for a scan, nearest first: from its own up, then those of the raw data set. */
export function sidecarFolders(folder: string, scan: FoundScan, raw: string | undefined): string[] {
  const folders: string[] = [];
  for (let name = dirname(scan.name); name !== '.'; name = dirname(name)) folders.push(join(folder, name));
  folders.push(folder);
  if (raw === undefined) return folders;
  const { participant, session } = scan;
  const levels = [participant, session, 'func'].filter((level) => level !== '');
  for (let depth = levels.length; depth >= 0; depth--) folders.push(join(raw, ...levels.slice(0, depth)));
  // The root of the raw data set is above the derivatives, but its turn comes after its own folders.
  return folders.filter((path, i) => i === folders.length - 1 || resolve(path) !== resolve(raw));
}
