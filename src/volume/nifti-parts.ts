/** @file The files an image lies in: one, or a pair of a header (`.hdr`) and its numbers (`.img`, `.img.gz`). Node only. */
import { existsSync } from 'node:fs';
import { InputError } from '../errors/input-error.ts';

/** Two paths when the image is a pair, which either of them names; else one path twice. */
export interface NiftiParts {
  readonly header: string;
  readonly numbers: string;
  readonly pair: boolean;
}

const PAIR = /\.(hdr|img)(\.gz)?$/i;
const HEADER = /\.hdr(\.gz)?$/i;

/** The numbers that lie beside a header: a folder then holds one image, not two. Undefined for any other file. */
export function imageOfHeader(path: string): string | undefined {
  return HEADER.test(path) ? beside(path, 'img') : undefined;
}

/**
 * The files of an image, told by its name.
 *
 * @throws InputError when one of a pair is missing
 */
export function niftiParts(path: string): NiftiParts {
  if (!PAIR.test(path)) return { header: path, numbers: path, pair: false };
  const isHeader = HEADER.test(path);
  const other = beside(path, isHeader ? 'img' : 'hdr');
  // A name that is not there at all is told by whoever opens it.
  if (other === undefined && existsSync(path)) throw missing(path, isHeader ? 'img' : 'hdr');
  const found = other ?? path;
  return { header: isHeader ? path : found, numbers: isHeader ? found : path, pair: true };
}

function beside(path: string, ending: 'hdr' | 'img'): string | undefined {
  const stem = path.replace(PAIR, '');
  const names = [ending, `${ending}.gz`].flatMap((name) => [name, name.toUpperCase()]);
  return names.map((name) => `${stem}.${name}`).find((name) => existsSync(name));
}

function missing(path: string, ending: 'hdr' | 'img'): InputError {
  const header = ending === 'hdr';
  return new InputError({
    where: path,
    problem: header ? 'the image has no header beside it' : 'the header has no image beside it',
    expected: `${path.replace(PAIR, '')}.${ending}${header ? '' : ' or .img.gz'}`,
    fix: 'keep the .hdr and the .img file of an image in one folder',
  });
}
