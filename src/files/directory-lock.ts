/**
 * @file One process at a time works in a directory (a run, an ingest): `lock.json` names it. Node only.
 *
 * The file is made exclusively. A lock is dead when its process is (same host) or when it was not touched for
 * {@link SILENCE_MINUTES} (another host, whose processes cannot be seen; the owner touches it every minute). Dead locks
 * are removed only by who holds the exclusively made `lock.json.takeover`, who judges the lock anew first; so of several
 * processes that find a dead lock, one gets it. An owner that was silent for too long (a suspended machine) finds
 * another's lock at its next checkpoint and stops, see {@link checkLock}.
 */

import { existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import { asInputError } from './atomic.ts';
import { isAlive, type LockOwner, parseOwner } from './lock-owner.ts';

const SILENCE_MINUTES = 15;
const TOUCH_MILLISECONDS = 60_000;
const pathOf = (directory: string) => join(directory, 'lock.json');

/** Makes this process the one that works in a directory. @throws InputError naming a live owner */
export function takeLock(directory: string, owner: LockOwner): void {
  if (makeLock(directory, owner)) return;
  const takeover = `${pathOf(directory)}.takeover`;
  if (!makeExclusively(takeover, ''))
    throw new InputError({
      where: directory,
      problem: 'another process is taking it over',
      fix: `try again in a moment; when there is none, delete ${takeover}`,
    });
  try {
    refuseLive(directory);
    rmSync(pathOf(directory), { force: true });
  } finally {
    rmSync(takeover, { force: true });
  }
  if (!makeLock(directory, owner)) refuseLive(directory);
}

/** Puts the lock into a directory that holds none. @returns false when it holds one */
export function makeLock(directory: string, owner: LockOwner): boolean {
  return makeExclusively(pathOf(directory), `${JSON.stringify(owner)}\n`);
}

function makeExclusively(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    // A full disk leaves an empty file behind, which would lock it for everybody.
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') rmSync(path, { force: true });
    throw asInputError(error, path);
  }
}

/** @throws InputError when the owner of the lock lives, or may live */
function refuseLive(directory: string): void {
  const lock = readLock(directory);
  if (lock === undefined) return;
  const { owner, silentMinutes } = lock;
  const here = owner?.host === hostname();
  if (here ? !isAlive(owner) : silentMinutes > SILENCE_MINUTES) return;
  const who =
    owner === undefined ? 'lock.json names no process' : `process ${owner.pid} on ${owner.host} since ${owner.since}`;
  const life = here ? 'alive' : `last seen ${Math.max(0, Math.round(silentMinutes))} min ago`;
  throw new InputError({
    where: directory,
    problem: `another process works in it (${who}, ${life})`,
    fix: here
      ? 'wait for it, stop it, or choose another --out'
      : `wait for it, stop it, or choose another --out; ${SILENCE_MINUTES} min after it was last seen the lock is free`,
  });
}

function readLock(directory: string): { owner: LockOwner | undefined; silentMinutes: number } | undefined {
  try {
    const silentMinutes = (Date.now() - statSync(pathOf(directory)).mtimeMs) / 60_000;
    return { owner: parseOwner(readFileSync(pathOf(directory), 'utf8')), silentMinutes };
  } catch (error) {
    if (!existsSync(pathOf(directory))) return undefined;
    throw asInputError(error, pathOf(directory));
  }
}

/** @throws InputError when the run was taken over by another process; what it wrote must not be overwritten */
export function checkLock(directory: string, owner: LockOwner): void {
  if (readLock(directory)?.owner?.id === owner.id) return;
  throw new InputError({
    where: directory,
    problem: 'this process no longer owns it: its lock.json was removed or taken over',
    fix: 'see that no other process works in it, then go on with --resume',
  });
}

/** Removes the lock, unless it is another's. One that a disk in trouble keeps is dead when the process has ended. */
export function releaseLock(directory: string, owner: LockOwner): void {
  try {
    if (readLock(directory)?.owner?.id === owner.id) rmSync(pathOf(directory), { force: true });
  } catch {
    // What the disk did to the run is what must be said, not what it did to the lock.
  }
}

/** Shows other hosts from time to time that the owner lives. @returns what ends it */
export function touchLock(directory: string, owner: LockOwner): () => void {
  const touch = () => {
    const now = new Date();
    try {
      if (readLock(directory)?.owner?.id === owner.id) utimesSync(pathOf(directory), now, now);
    } catch {
      // A disk in trouble is found by what is written next; a sign of life is no reason to stop.
    }
  };
  const timer = setInterval(touch, TOUCH_MILLISECONDS).unref();
  return () => clearInterval(timer);
}
