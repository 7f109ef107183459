/** @file The files of an ingest's sources that may be scans, and what a preprocessor's layout says of them. Node only. */
import { existsSync, statSync } from 'node:fs';
import { basename, isAbsolute, relative, sep } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import { discover } from '../preprocessors/discover.ts';
import type { Discovery, FoundScan, Selection } from '../preprocessors/found.ts';
import { findScans } from '../series/find-scans.ts';
import { MATRIX_EXTENSIONS } from '../series/read-matrix.ts';

const IMAGE_EXTENSIONS = ['.nii', '.nii.gz'] as const;

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
  const files = sources.flatMap((source): FoundFile[] => {
    if (!statSync(source).isDirectory())
      return [{ path: source, name: unixPath(isAbsolute(source) ? basename(source) : source) }];
    const discovery = discover(source, selection);
    // Nilearn names no files; whose each is, a table tells better than names that are common.
    if (discovery === undefined || (hasTable && discovery.tool === 'nilearn'))
      return findScans(source, images ? IMAGE_EXTENSIONS : MATRIX_EXTENSIONS).map((path) => ({
        path,
        name: unixPath(relative(source, path)),
      }));
    discoveries.push(discovery);
    return discovery.scans.map((found) => ({ path: found.path, name: found.name, found }));
  });
  return { files, discoveries };
}

/** @throws InputError when there is no source, or one does not exist */
export function checkSources(sources: readonly string[]): void {
  for (const source of sources)
    if (!existsSync(source))
      throw new InputError({ where: source, problem: 'there is no such file or folder', fix: 'check the path' });
  if (sources.length === 0)
    throw new InputError({ problem: 'no source is given', fix: 'name the folder or the files that hold the scans' });
}

export function unixPath(path: string): string {
  return path.replaceAll(sep, '/');
}
