// How long it takes to ingest many scans of text: on one thread and on all, after an interruption, and with new ones.
//
//   npx tsx scripts/bench-ingest.ts OUT [SCANS]
//
// Writes OUT/scans (10,000 .1D files of 200 time points and 100 ROIs, 1.8 GB) unless it is there, runs the command line, prints one
// JSON document: seconds, and the most memory of a process in MiB (Linux only). OUT is yours to delete.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rounded } from '../src/bench/figures.ts';
import { progressLine } from '../src/cli/terminal.ts';
import { normal, randomStream } from '../src/random/draws.ts';

const TIMEPOINTS = 200;
const ROIS = 100;
const BRAINMASS = fileURLToPath(new URL('../bin/brainmass.mjs', import.meta.url));

/** Noise, of which each scan has another stretch: no two are copies. */
function writeScans(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const stream = randomStream({ seed: 1, purpose: 'simulate' });
  const lines = Array.from({ length: TIMEPOINTS + 50 }, () =>
    Array.from({ length: ROIS }, () => normal(stream).toFixed(6)).join('\t'),
  );
  const header = `#${Array.from({ length: ROIS }, (_, roi) => roi + 1).join('\t#')}\n`;
  const report = progressLine('writing scan');
  for (let scan = 0; scan < count; scan++) {
    const own = Array.from({ length: ROIS }, () => normal(stream).toFixed(6)).join('\t');
    const start = scan % 50;
    writeFileSync(
      join(folder, `sub-${String(scan).padStart(5, '0')}.1D`),
      `${header}${[own, ...lines.slice(start, start + TIMEPOINTS - 1)].join('\n')}\n`,
    );
    report(scan + 1, count);
  }
}

interface Seen {
  readonly seconds: number;
  readonly mib: number | null;
}

/** Runs the program to its end, or until a time has gone. */
function brainmass(args: readonly string[], { stopAfter }: { readonly stopAfter?: number } = {}): Promise<Seen> {
  const started = performance.now();
  let mib: number | null = null;
  const child = spawn(process.execPath, [BRAINMASS, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const watch = setInterval(() => {
    mib = mostMemory(child.pid) ?? mib;
    if (stopAfter !== undefined && performance.now() - started > 1000 * stopAfter) child.kill('SIGKILL');
  }, 50);
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => {
      clearInterval(watch);
      if (code !== 0 && stopAfter === undefined) reject(new Error(`${args.join(' ')}: exit code ${code}`));
      else resolve({ seconds: rounded((performance.now() - started) / 1000), mib });
    });
  });
}

function mostMemory(pid: number | undefined): number | undefined {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return undefined;
  const kib = /VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1];
  return kib === undefined ? undefined : Math.round(Number(kib) / 1024);
}

async function measure(out: string, count: number) {
  const scans = join(out, 'scans');
  if (!existsSync(scans)) writeScans(scans, count);
  const fresh = (name: string) => {
    for (const end of ['', '.reading']) rmSync(join(out, `${name}${end}`), { recursive: true, force: true });
    return join(out, name);
  };
  const ingest = (dataset: string) => ['ingest', scans, '--atlas', String(ROIS), '--tr', '2', '--out', dataset];
  const one = await brainmass([...ingest(fresh('one.dataset')), '--threads', '1']);
  const all = await brainmass(ingest(fresh('all.dataset')));
  const interrupted = ingest(fresh('interrupted.dataset'));
  const killed = await brainmass(interrupted, { stopAfter: all.seconds / 2 });
  const rest = await brainmass(interrupted);
  const added = await brainmass([...ingest(join(out, 'all.dataset')), '--add']);
  return { scans: count, threads: availableParallelism(), one, all, killed, rest, 'nothing to add': added };
}

const [out, count] = process.argv.slice(2);
if (out === undefined) throw new Error('name a folder to write to');
console.log(JSON.stringify(await measure(out, Number(count ?? 10_000)), undefined, 2));
