/** @file The files of a folder of no known layout that may be scans; where there are none, what to do. Node only. */
import { relative } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import { findScans } from '../series/find-scans.ts';
import { MATRIX_EXTENSIONS } from '../series/read-matrix.ts';
import { imageOfHeader } from '../volume/nifti-parts.ts';
import { contentOf } from './content-by-name.ts';
import { noPlaces } from './read-image-scan.ts';

const IMAGE_EXTENSIONS = ['.nii', '.nii.gz', '.img', '.img.gz', '.hdr', '.hdr.gz'] as const;

/** `images`: of which a parcellation makes series. CIFTI files that name their ROIs go with matrices. */
export type Wanted = 'series' | 'connectivity' | 'images';

export interface FolderScans {
  readonly paths: readonly string[];
  /** Images that are passed over because nobody says where their ROIs are. */
  readonly passedOver: readonly string[];
}

/**
 * Files by their extension, and of the two files of a NIfTI pair the one with the numbers.
 *
 * @throws InputError when there are none; when there are others, it says with which options these are read
 */
export function scansOfFolder(folder: string, wanted: Wanted): FolderScans {
  const all = oneOfEachPair(findScans(folder, [...MATRIX_EXTENSIONS, ...IMAGE_EXTENSIONS]));
  const paths = all.filter((path) => isWanted(path, wanted));
  const images = all.filter((path) => isImage(path) && !isWanted(path, wanted));
  if (paths.length === 0) throw othersOnly(folder, wanted, images);
  return { paths, passedOver: images };
}

function isImage(path: string): boolean {
  return IMAGE_EXTENSIONS.some((extension) => path.toLowerCase().endsWith(extension));
}

function isWanted(path: string, wanted: Wanted): boolean {
  switch (wanted) {
    case 'images':
      return isImage(path);
    case 'series':
      return !isImage(path) || contentOf(path) === 'parcel-series';
    case 'connectivity':
      return !isImage(path) || contentOf(path) === 'connectivity';
  }
}

function othersOnly(folder: string, wanted: Wanted, [first, ...more]: readonly string[]): InputError {
  if (first === undefined)
    return new InputError({
      where: folder,
      problem: 'the folder holds no images',
      expected: `files named ${IMAGE_EXTENSIONS.map((extension) => `*${extension}`).join(', ')}`,
      fix: 'leave out --labels if the scans are series already',
    });
  const names = `${relative(folder, first)}${more.length === 0 ? '' : ` and ${more.length} more`}`;
  const content = contentOf(first);
  const { expected, fix } = noPlaces(folder, content).details;
  return new InputError({
    where: folder,
    problem: `the folder holds ${content === 'connectivity' ? content : 'images'} (${names}) and no ${wanted}`,
    ...(expected === undefined || wanted === 'connectivity' ? {} : { expected }),
    fix: wanted === 'connectivity' ? `ingest series first: leave out --connectivity and ${fix}` : `${fix}`,
  });
}

/** Of the two files of a NIfTI pair the one with the numbers, whichever is named. */
export function oneOfEachPair(paths: readonly string[]): string[] {
  const all = new Set(paths);
  return paths.flatMap((path) => {
    const image = imageOfHeader(path);
    if (image === undefined) return [path];
    return all.has(image) ? [] : [image];
  });
}
