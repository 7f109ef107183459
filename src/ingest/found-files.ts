/** @file The files of an ingest's sources that may be scans, and what a preprocessor's layout says of them. Node only. */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import { discover } from '../preprocessors/discover.ts';
import type { Discovery, FoundScan, Selection } from '../preprocessors/found.ts';
import { oneOfEachPair, scansOfFolder } from './scans-of-folder.ts';

/** A file that may be a scan. */
export interface FoundFile {
  readonly path: string;
  /** Relative to the source folder, with `/`. */
  readonly name: string;
  /** What the preprocessor's layout says, when it was recognised. */
  readonly found?: FoundScan;
}

export interface FoundFiles {
  readonly files: readonly FoundFile[];
  /** One for each source folder that holds a preprocessor's outputs. */
  readonly discoveries: readonly Discovery[];
  /** What a person should know of other files, in sentences. */
  readonly notes: readonly string[];
}

export interface FindOptions {
  readonly selection?: Selection;
  /** In folders of no layout look for NIfTI images, not for matrices. */
  readonly images?: boolean;
  /** Whose each file is, a table says. */
  readonly hasTable?: boolean;
}

/**
 * All files of the sources that may be scans. A folder that a preprocessor wrote is read by its layout, any other one
 * gives every file with the extension of a matrix (or of an image); a file that is named itself is taken as it is.
 *
 * @throws InputError when there is no source, one does not exist, or a folder holds no scans
 */
export function findFiles(
  sources: readonly string[],
  { selection = {}, images = false, hasTable = false }: FindOptions,
): FoundFiles {
  const discoveries: Discovery[] = [];
  const passedOver: string[] = [];
  const given = oneOfEachPair(sources);
  const named = fileNames(given.filter((source) => !isFolder(source)));
  const files = given.flatMap((source): FoundFile[] => {
    if (!isFolder(source)) return [{ path: source, name: named(source) }];
    const discovery = discover(source, selection);
    // Nilearn names no files; whose each is, a table tells better than names that are common.
    if (discovery === undefined || (hasTable && discovery.tool === 'nilearn')) {
      const matrices = selection.content === 'connectivity' ? 'connectivity' : 'series';
      const scans = scansOfFolder(source, images ? 'images' : matrices);
      passedOver.push(...scans.passedOver);
      return scans.paths.map((path) => ({ path, name: unixPath(relative(source, path)) }));
    }
    discoveries.push(discovery);
    return discovery.scans.map((found) => ({ path: found.path, name: found.name, found }));
  });
  const notes =
    passedOver.length === 0
      ? []
      : [
          `${passedOver.length} images were passed over (${listed(passedOver)}): --labels and --atlas would say where their ROIs are`,
        ];
  return { files, discoveries, notes };
}

/** @throws InputError when there is no source, or one does not exist */
export function checkSources(sources: readonly string[]): void {
  for (const source of sources)
    if (!existsSync(source))
      throw new InputError({ where: source, problem: 'there is no such file or folder', fix: 'check the path' });
  if (sources.length === 0)
    throw new InputError({ problem: 'no source is given', fix: 'name the folder or the files that hold the scans' });
}

function listed(paths: readonly string[]): string {
  return `${paths.slice(0, 3).join('; ')}${paths.length > 3 ? '; …' : ''}`;
}

function isFolder(path: string): boolean {
  return statSync(path).isDirectory();
}

/**
 * Names for files that are given one by one: as they are given, absolute ones without their folders, or where these are
 * needed to tell them apart, with the folders below the one that holds them all.
 */
function fileNames(files: readonly string[]): (file: string) => string {
  const short = (file: string) => unixPath(isAbsolute(file) ? basename(file) : file);
  if (new Set(files.map(short)).size === new Set(files).size) return short;
  const folders = files.map((file) => dirname(resolve(file)).split(sep));
  const differing = folders[0].findIndex((part, i) => folders.some((parts) => parts[i] !== part));
  const common = folders[0].slice(0, differing < 0 ? undefined : differing).join(sep) || sep;
  return (file) => unixPath(relative(common, resolve(file)));
}

export function unixPath(path: string): string {
  return path.replaceAll(sep, '/');
}
