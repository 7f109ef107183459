/** @file Two runs on one directory: who is refused, and whose lock is taken over. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkLock, makeLock, releaseLock, takeLock } from '../../src/files/directory-lock.ts';
import { isAlive, type LockOwner, newOwner } from '../../src/files/lock-owner.ts';

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'brainmass-lock-'));
});
afterEach(() => rmSync(run, { recursive: true }));

const lock = () => join(run, 'lock.json');
const leave = (owner: LockOwner) => writeFileSync(lock(), JSON.stringify(owner));
const holder = () => JSON.parse(readFileSync(lock(), 'utf8')).id;
const hasProc = existsSync('/proc/self/stat');

/** The id of a process that has ended. */
const deadProcess = () => spawnSync(process.execPath, ['--version']).pid;

/** Lets the last sign of life of the lock be so many minutes ago. */
function silence(minutes: number): void {
  const then = new Date(Date.now() - minutes * 60_000);
  utimesSync(lock(), then, then);
}

describe('a lock', () => {
  test('is made, held against others, and removed by its owner only', () => {
    const [owner, other] = [newOwner(), newOwner()];
    takeLock(run, owner);
    expect(holder()).toBe(owner.id);
    expect(() => takeLock(run, other)).toThrow(
      `${run}: another process works in it (process ${process.pid} on ${hostname()} since ${owner.since}, alive); wait for it, stop it, or choose another --out.`,
    );
    expect(makeLock(run, other)).toBe(false);
    releaseLock(run, other);
    expect(holder()).toBe(owner.id);
    releaseLock(run, owner);
    expect(readdirSync(run)).toEqual([]);
  });

  test('of a dead process is taken over', () => {
    leave({ ...newOwner(), pid: deadProcess() });
    const owner = newOwner();
    takeLock(run, owner);
    expect(holder()).toBe(owner.id);
    expect(readdirSync(run)).toEqual(['lock.json']);
  });

  test.runIf(hasProc)('of a process whose id was given again is taken over (needs /proc)', () => {
    leave({ ...newOwner(), started: '1' });
    const owner = newOwner();
    takeLock(run, owner);
    expect(holder()).toBe(owner.id);
  });

  test('of another host is free when it was silent for a quarter of an hour', () => {
    const theirs = { ...newOwner(), host: 'node7', pid: 41, since: '2026-01-02T03:04:05.678Z' };
    leave(theirs);
    silence(14);
    const owner = newOwner();
    expect(() => takeLock(run, owner)).toThrow(
      `${run}: another process works in it (process 41 on node7 since 2026-01-02T03:04:05.678Z, last seen 14 min ago); wait for it, stop it, or choose another --out; 15 min after it was last seen the lock is free.`,
    );
    expect(holder()).toBe(theirs.id);
    silence(16);
    takeLock(run, owner);
    expect(holder()).toBe(owner.id);
  });

  test('that is cut off is treated like that of another host', () => {
    writeFileSync(lock(), '{"host":');
    expect(() => takeLock(run, newOwner())).toThrow('(lock.json names no process, last seen 0 min ago)');
    silence(16);
    takeLock(run, newOwner());
  });

  test('that was lost is noticed by who held it', () => {
    const [owner, other] = [newOwner(), newOwner()];
    takeLock(run, owner);
    expect(() => checkLock(run, owner)).not.toThrow();
    leave(other);
    const lost = `${run}: this process no longer owns it: its lock.json was removed or taken over; see that no other process works in it, then go on with --resume.`;
    expect(() => checkLock(run, owner)).toThrow(lost);
    rmSync(lock());
    expect(() => checkLock(run, owner)).toThrow(lost);
  });

  test('is not taken over by two at once', () => {
    leave({ ...newOwner(), pid: deadProcess() });
    writeFileSync(`${lock()}.takeover`, '');
    expect(() => takeLock(run, newOwner())).toThrow(
      `${run}: another process is taking it over; try again in a moment; when there is none, delete ${lock()}.takeover.`,
    );
  });
});

/** Waits in a busy loop for the file `go`, takes the lock, says how that went, and lives until its input ends. */
const CONTENDER = `
import { existsSync } from 'node:fs';
import { takeLock } from './src/files/directory-lock.ts';
import { newOwner } from './src/files/lock-owner.ts';
const owner = newOwner();
console.log('ready');
while (!existsSync(process.env.RUN + '/go'));
try { takeLock(process.env.RUN, owner); console.log('taken'); } catch (error) { console.log(error.name); }
process.stdin.resume();
`;

test('of processes that find the same dead lock at the same moment one gets it', async () => {
  leave({ ...newOwner(), pid: deadProcess() });
  const contenders = Array.from({ length: 4 }, () => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', CONTENDER], {
      env: { ...process.env, RUN: run },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => lines.push(...text.trim().split('\n')));
    return { child, lines };
  });
  const said = async (count: number) => {
    while (contenders.some(({ lines }) => lines.length < count)) await new Promise((done) => setTimeout(done, 10));
  };
  await said(1);
  writeFileSync(join(run, 'go'), '');
  await said(2);
  for (const { child } of contenders) child.stdin.end();
  expect(contenders.map(({ lines }) => lines[1]).sort()).toEqual(['InputError', 'InputError', 'InputError', 'taken']);
});

test.runIf(hasProc)('a process that was killed and not yet buried is dead (needs /proc)', async () => {
  // The shell becomes a sleep before its child ends, and a sleep never asks how a child ended.
  const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
  const owner = { ...newOwner(), pid, started: null };
  try {
    while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await new Promise((done) => setTimeout(done, 5));
    expect(isAlive(owner)).toBe(false);
    expect(isAlive(newOwner())).toBe(true);
  } finally {
    parent.kill();
  }
});
