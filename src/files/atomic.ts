/** @file Whole files and directories: read whole, and replaced whole or not at all. Node only. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError, isInputError } from '../errors/input-error.ts';
import { decodeText } from './text.ts';

/** @throws InputError when the file is missing, a directory or unreadable */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw asInputError(error, path);
  }
}

/** UTF-8 (or UTF-16 with a byte order mark). @throws InputError as {@link readBytes}, and when it is not text */
export function readText(path: string): string {
  return decodeText(readBytes(path), path);
}

/** Writes a file under a temporary name beside it and renames it: readers see the old file or the new one. */
export function writeFileAtomically(path: string, content: Uint8Array | string): void {
  writePartsAtomically(path, [typeof content === 'string' ? new TextEncoder().encode(content) : content]);
}

/** {@link writeFileAtomically} of parts that follow one another; a large file needs no copy in one piece. */
export function writePartsAtomically(path: string, parts: Iterable<Uint8Array>): void {
  const temporary = temporaryBeside(path, 'partial');
  try {
    mkdirSync(dirname(resolve(path)), { recursive: true });
    writeParts(temporary, parts);
    renameSync(temporary, path);
    flush(dirname(resolve(path)));
  } catch (error) {
    discard(temporary);
    throw asInputError(error, path, temporary);
  }
}

/** Removes what could not be finished; when the disk refuses that too, the first trouble is the one to be told. */
function discard(temporary: string): void {
  try {
    rmSync(temporary, { recursive: true, force: true });
  } catch {}
}

function writeParts(path: string, parts: Iterable<Uint8Array>): void {
  const file = openSync(path, 'w');
  try {
    for (const part of parts) writeFileSync(file, part);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Removes what killed writers left in a directory. Nobody else may be writing there. */
export function removeLeftovers(directory: string): void {
  for (const name of existsSync(directory) ? readdirSync(directory) : [])
    if (/^\..+\.partial-\d+-[0-9a-z]+$/.test(name)) rmSync(join(directory, name), { recursive: true, force: true });
}

/** Removes what killed writers of one directory left beside it. Nobody else may be writing it. */
export function removeLeftoversOf(target: string): void {
  const whole = resolve(target);
  const [folder, start] = [dirname(whole), `.${basename(whole)}.`];
  const isLeftover = (name: string) =>
    name.startsWith(start) && /^partial-\d+-[0-9a-z]+$/.test(name.slice(start.length));
  for (const name of readdirSync(folder).filter(isLeftover)) discard(join(folder, name));
}

export interface ReplaceOptions {
  readonly overwrite: boolean;
  /** A file that shows an existing directory to be one of ours (`dataset.json`); nothing else is ever overwritten. */
  readonly marker?: string;
}

/**
 * Fills a directory under a temporary name beside `target` and renames it when it is whole and on disk. Until then an
 * old `target` stays; when `write` fails, it stays for good and the temporary directory is removed.
 *
 * @param write fills the directory it is given
 * @throws InputError when `target` exists and may not be overwritten, or cannot be written
 */
export async function replaceDirectory(
  target: string,
  write: (temporary: string) => Promise<void>,
  { overwrite, marker }: ReplaceOptions,
): Promise<void> {
  checkReplaceable(target, overwrite, marker);
  const temporary = temporaryBeside(target, 'partial');
  try {
    // Only what is above with its parents: where nothing can be made (/proc), Node would try the whole for ever.
    mkdirSync(dirname(temporary), { recursive: true });
    mkdirSync(temporary);
    await write(temporary);
    flushTree(temporary);
    checkReplaceable(target, overwrite, marker);
    exchange(temporary, target);
    flush(dirname(resolve(target)));
  } catch (error) {
    discard(temporary);
    throw namedAfter(target, temporary, asInputError(error, target, temporary));
  }
}

/** The temporary name means nothing to who reads the error: the name of what was to be written. */
function namedAfter(target: string, temporary: string, error: unknown): unknown {
  if (!isInputError(error) || error.details.where?.startsWith(temporary) !== true) return error;
  const where = target + error.details.where.slice(temporary.length);
  return new InputError({ ...error.details, where }, { cause: error });
}

/** @throws InputError when `target` exists and may not be overwritten, or is none of ours (see {@link ReplaceOptions}) */
export function checkReplaceable(target: string, overwrite: boolean, marker: string | undefined): void {
  if (!existsSync(target)) return;
  if (!overwrite)
    throw new InputError({
      where: target,
      problem: 'the output exists already',
      fix: 'pass --overwrite to replace it, or choose another name',
    });
  if (!statSync(target).isDirectory())
    throw new InputError({ where: target, problem: 'the output is a file, expected a directory' });
  if (marker !== undefined && readdirSync(target).length > 0 && !existsSync(join(target, marker)))
    throw new InputError({
      where: target,
      problem: `the directory holds no ${marker} and so is not overwritten`,
      fix: 'choose another name',
    });
}

/** Puts `temporary` in the place of `target`; an old `target` is moved aside and deleted last. */
function exchange(temporary: string, target: string): void {
  if (!existsSync(target)) {
    renameSync(temporary, target);
    return;
  }
  const old = temporaryBeside(target, 'old');
  renameSync(target, old);
  try {
    renameSync(temporary, target);
  } catch (error) {
    renameSync(old, target);
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

/** A hidden sibling name (same file system, so that renaming is atomic) that no other process uses. */
function temporaryBeside(path: string, purpose: 'partial' | 'old'): string {
  const whole = resolve(path);
  return join(dirname(whole), `.${basename(whole)}.${purpose}-${process.pid}-${Date.now().toString(36)}`);
}

function flushTree(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) flushTree(path);
    else flush(path);
  }
  flush(directory);
}

/** Waits until a file or directory is on disk. */
export function flush(path: string): void {
  // Windows can open no directory for this; there a rename is on disk by itself.
  if (process.platform === 'win32' && statSync(path).isDirectory()) return;
  const file = openSync(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** What the person at the keyboard can mend, by the system's error code. */
const SYSTEM_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EISDIR: 'a directory, expected a file',
  ENOTDIR: 'not a directory, or a part of the path is a file',
  ELOOP: 'the link goes in a circle',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk reports an error',
  ESTALE: 'the file on the network drive is gone',
  ENOTEMPTY: 'another process has just made it',
  EEXIST: 'not a directory, or a part of the path is a file',
  ENAMETOOLONG: 'the name is too long',
  ERR_FS_FILE_TOO_LARGE: 'larger than 2 GiB, too large to read at once',
};

/**
 * An InputError for a system error that a user can mend; any other error as it is.
 *
 * @param where the path that is named, unless the error is about another one (not below `temporary`)
 */
export function asInputError(error: unknown, where: string, temporary?: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const problem = SYSTEM_PROBLEMS[String(error.code)];
  if (problem === undefined) return error;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : where;
  const ours = temporary !== undefined && path.startsWith(temporary);
  return new InputError({ where: ours ? where : path, problem }, { cause: error });
}
