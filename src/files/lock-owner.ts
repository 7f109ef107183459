/** @file The process that works in a directory: who it is, and whether it still lives. Node only. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

const ownerSchema = z.object({
  host: z.string(),
  pid: z.int().positive(),
  /** When the process started, in ticks since the machine did; process ids are given again. Null where unknown. */
  started: z.string().nullable(),
  /** ISO 8601, UTC. */
  since: z.string(),
  /** Tells two of one process apart. */
  id: z.string(),
});
export type LockOwner = z.infer<typeof ownerSchema>;

/** This process as the owner of one directory. */
export function newOwner(): LockOwner {
  const { pid } = process;
  const started = processStatus(pid)?.started ?? null;
  return { host: hostname(), pid, started, since: new Date().toISOString(), id: randomUUID() };
}

/** Undefined for a text that is no owner: half written, or of something else. */
export function parseOwner(text: string): LockOwner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** True while a process of this machine runs; one that was killed and not yet buried does not. */
export function isAlive({ pid, started }: LockOwner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is one, of another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const status = processStatus(pid);
  if (status === undefined) return true;
  return status.state !== 'Z' && (started === null || status.started === started);
}

/** Linux: fields 3 and 22 of /proc/PID/stat; the name in field 2 may hold blanks and brackets. */
function processStatus(pid: number): { readonly state: string; readonly started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], started: fields[19] };
  } catch {
    return undefined;
  }
}
