/** @file One file from a server onto the disk: resumed, checked, and under its name only when it is whole. Node only. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import { asInputError } from '../files/atomic.ts';
import { wrongBeginning, wrongWhole } from './content.ts';
import { type Origin, type PartFile, partFile } from './part-file.ts';
import { type Again, type Patience, persist } from './persist.ts';
import { addressOf, type RemoteFile } from './remote-file.ts';
import { brokenLine, type Line, lengthOf, openLine, request } from './request.ts';

/** How a file was found to be whole: against the published checksum, the server's, gzip's own, or by its size alone. */
export type Check = 'sha256' | 'md5' | 'gzip' | 'size';

export interface Downloaded {
  readonly bytes: number;
  readonly sha256: string;
  readonly check: Check;
}

export interface DownloadOptions {
  readonly mirror: string | undefined;
  readonly patience: Patience;
  /** Gives everything up; what has come stays for the next time. */
  readonly signal: AbortSignal;
  /** Replaces a file of this name that is different. */
  readonly overwrite: boolean;
  /** Told of bytes as they come. */
  readonly received?: (bytes: number) => void;
}

/**
 * Fetches one file. A part that an earlier try left is gone on with (Range, If-Range) when the server still has the same
 * file; the name is given last.
 *
 * @param folder exists
 * @returns what is there now, or that the server does not have it
 * @throws InputError when it cannot be had, is not what was asked for, fails its checksum each time, the disk is full,
 *   or a different file of that name is there
 */
export async function download(
  file: RemoteFile,
  folder: string,
  { mirror, patience, signal, overwrite, received }: DownloadOptions,
): Promise<Downloaded | { readonly absent: string }> {
  const address = addressOf(file, mirror);
  const target = join(folder, file.name);
  const part = partFile(target);
  let damaged = 0;
  try {
    const outcome = await persist(
      address,
      async () => {
        const came = await transfer(file, address, part, { patience, signal, received });
        if (!('whole' in came)) return came;
        const found = await checked(file, part, came.whole);
        // Once may be the line's fault, twice is the server's.
        if ('again' in found && ++damaged === 2)
          throw new InputError({
            where: address,
            problem: `${found.again}, twice`,
            fix: 'the file on the server is not the published one, or something on the way changes it',
          });
        return found;
      },
      patience,
      signal,
    );
    if ('absent' in outcome) return outcome;
    if (existsSync(target) && !overwrite && (await digest(target, 'sha256')) !== outcome.sha256)
      throw new InputError({
        where: target,
        problem: 'a different file of this name is there already',
        fix: 'move it away, choose another --out, or pass --overwrite',
      });
    part.finish();
    return outcome;
  } catch (error) {
    throw asInputError(error, target, part.path);
  }
}

interface Transfer {
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly received: ((bytes: number) => void) | undefined;
}

/** One request for what is still missing. @returns the origin of the part when all bytes are there */
async function transfer(
  file: RemoteFile,
  address: string,
  part: PartFile,
  { patience, signal, received }: Transfer,
): Promise<{ readonly whole: Origin } | { readonly absent: string } | Again> {
  const known = part.origin();
  const resumable = known?.address === address && known.validator !== undefined ? known : undefined;
  const offset = resumable === undefined ? 0 : part.size();
  if (resumable !== undefined && offset === resumable.size) return { whole: resumable };
  const line = openLine(patience.stall, signal);
  try {
    const headers =
      resumable?.validator === undefined ? {} : { range: `bytes=${offset}-`, 'if-range': resumable.validator };
    const answer = await request(address, { headers }, line, signal);
    if (!('response' in answer)) return answer;
    const { response } = answer;
    const resumed = resumable !== undefined && continues(response, resumable, offset);
    if (response.status !== 200 && !resumed) {
      part.discard();
      return { again: 'the server sends another part than was asked for' };
    }
    const origin = resumed ? resumable : originOf(response, address);
    refuseTooLarge(file, address, origin.size ?? 0);
    if (!resumed) part.begin(origin);
    const came = await receive(response, file, address, part, { line, signal, received, fresh: !resumed });
    if (came !== undefined) return { ...came, gained: part.size() > offset && origin.validator !== undefined };
    const size = part.size();
    if (origin.size === undefined || size === origin.size) return { whole: origin };
    if (size > origin.size) part.discard();
    return { again: `${size} of ${origin.size} bytes came`, gained: size > offset && size < origin.size };
  } finally {
    line.end();
  }
}

/** True when a partial answer goes on exactly where the part ends, with the same file. */
function continues({ status, headers }: Response, { size, validator }: Origin, offset: number): boolean {
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
  if (status !== 206 || range === null || Number(range[1]) !== offset) return false;
  const same = size === undefined || range[3] === '*' || Number(range[3]) === size;
  const named = [headers.get('etag'), headers.get('last-modified')].filter((name) => name !== null);
  return same && (named.length === 0 || (validator !== undefined && named.includes(validator)));
}

function originOf(response: Response, address: string): Origin {
  const { headers } = response;
  const etag = headers.get('etag') ?? undefined;
  const size = lengthOf(response);
  // A weak ETag does not promise the same bytes (RFC 9110, 8.8.1), and no range of packed bytes would fit.
  const strong = etag?.startsWith('"') === true ? etag : undefined;
  const validator = headers.has('content-encoding') ? undefined : (strong ?? headers.get('last-modified') ?? undefined);
  // S3 names what was stored in one piece, unencrypted or under its own key, by its MD5.
  const stored = headers.get('server') === 'AmazonS3' && headers.get('x-amz-server-side-encryption') !== 'aws:kms';
  const md5 = stored ? /^"([0-9a-f]{32})"$/.exec(etag ?? '')?.[1] : undefined;
  return {
    address,
    ...(validator === undefined ? {} : { validator }),
    ...(size === undefined ? {} : { size }),
    ...(md5 === undefined ? {} : { md5 }),
  };
}

/** Appends the body to the part. @returns why it broke off, or undefined when it ended */
async function receive(
  response: Response,
  file: RemoteFile,
  address: string,
  part: PartFile,
  {
    line,
    signal,
    received,
    fresh,
  }: { line: Line; signal: AbortSignal; received?: Transfer['received']; fresh: boolean },
): Promise<Again | undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return { again: 'the server sends nothing' };
  let handle: FileHandle | undefined;
  let size = part.size();
  let first = fresh;
  try {
    handle = await open(part.path, 'a');
    for (;;) {
      // A connection that breaks is tried again, a disk that is full is not: only reading is caught.
      const next = await reader.read().catch((error: unknown) => ({ error }));
      if ('error' in next) return brokenLine(next.error, address, line, signal);
      const { done, value } = next;
      if (done) return undefined;
      line.beat();
      if (first) refuseWrong(value, file, address, response.headers.get('content-type'), part);
      first = false;
      size += value.length;
      refuseTooLarge(file, address, size);
      await handle.appendFile(value);
      received?.(value.length);
    }
  } finally {
    await handle?.close();
  }
}

function refuseTooLarge({ atMost }: RemoteFile, address: string, bytes: number): void {
  if (bytes > atMost)
    throw new InputError({
      where: address,
      problem: 'the server sends more than this file can hold',
      expected: `at most ${atMost} bytes`,
      found: `${bytes} or more`,
    });
}

function refuseWrong(
  bytes: Uint8Array,
  { kind }: RemoteFile,
  where: string,
  type: string | null,
  part: PartFile,
): void {
  const problem = wrongBeginning(bytes, kind, type);
  if (problem === undefined) return;
  part.discard();
  throw new InputError({ where, problem, fix: 'open the address in a browser: this network may ask to sign in first' });
}

/** What is there, when it passes the best check there is; else it is discarded and tried again. */
async function checked(file: RemoteFile, part: PartFile, origin: Origin): Promise<Downloaded | Again> {
  const sha256 = await digest(part.path, 'sha256');
  const bytes = part.size();
  const wrong = (again: string): Again => {
    part.discard();
    return { again };
  };
  if (bytes === 0) return wrong('the server sends an empty file');
  if (file.sha256 !== undefined) {
    if (sha256 === file.sha256) return { bytes, sha256, check: 'sha256' };
    return wrong(`the SHA-256 of what comes is ${sha256}, that of the published file ${file.sha256}`);
  }
  const damage = await wrongWhole(part.path, file.kind);
  if (damage !== undefined) return wrong(damage);
  if (origin.md5 === undefined) return { bytes, sha256, check: file.kind === 'gzip' ? 'gzip' : 'size' };
  const md5 = await digest(part.path, 'md5');
  if (md5 === origin.md5) return { bytes, sha256, check: 'md5' };
  return wrong(`the MD5 of what comes is ${md5}, that of the server's file ${origin.md5}`);
}

/** Hex digest of a file. */
export async function digest(path: string, algorithm: 'sha256' | 'md5'): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
