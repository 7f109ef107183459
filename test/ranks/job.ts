/** @file What one rank of a test job does, named by the first argument; writes what it saw into the folder of the second. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../src/errors/input-error.ts';
import { findLauncher } from '../../src/ranks/launcher.ts';
import { connectMpi } from '../../src/ranks/mpi.ts';
import type { Ranks } from '../../src/ranks/ranks.ts';
import { runOnRanks } from '../../src/ranks/run-on-ranks.ts';
import { collectiveResults } from './collectives.ts';

const [, , name, folder] = process.argv;

/** In a file each: mpirun mixes long lines of several ranks. */
function report(rank: number, seen: object): void {
  writeFileSync(join(folder, `${rank}.json`), JSON.stringify({ rank, ...seen }));
}

/** Whether this process has loaded what it needs to talk to others. */
function hasLibrary(): boolean {
  const libraries = process.report.getReport() as { readonly sharedObjects: readonly string[] };
  return libraries.sharedObjects.some((path) => /koffi|libmpi/.test(path));
}

async function collectives(): Promise<void> {
  const launcher = findLauncher(process.env);
  if (launcher === undefined) throw new Error('not started by mpirun');
  // Seven elements a call: no array of the test fits into one.
  const ranks = await connectMpi(launcher, { library: process.env.BRAINMASS_MPI, largestCount: 7 });
  const results = collectiveResults(ranks);
  const shared = createHash('sha256').update(JSON.stringify(results.alike)).digest('hex');
  report(ranks.rank, { size: ranks.size, loaded: hasLibrary(), shared, ...results });
  ranks.finish();
  ranks.finish();
}

/** The last rank fails in its second round; the others wait for it in a sum. */
async function rounds(ranks: Ranks, fail: () => void): Promise<void> {
  for (let round = 1; ; round++) {
    ranks.sum(new Float32Array(5));
    if (round === 2 && ranks.rank === ranks.size - 1) fail();
  }
}

const WORK: Readonly<Record<string, (ranks: Ranks) => Promise<void>>> = {
  exception: (ranks) =>
    rounds(ranks, () => {
      throw new TypeError('the scans ran away');
    }),
  'lost-file': (ranks) =>
    rounds(ranks, () => {
      throw new InputError({ where: 'study.dataset', problem: 'cannot be read' });
    }),
  killed: (ranks) => {
    report(ranks.rank, { pid: process.pid });
    return rounds(ranks, () => process.kill(process.pid, 'SIGKILL'));
  },
  refused: async () => {
    throw new InputError({ where: '--epochs', problem: 'it is not a number', fix: 'pass --epochs 10' });
  },
  alone: async ({ rank, size }) => report(rank, { size, loaded: hasLibrary() }),
};

if (name === 'collectives') await collectives();
else
  await runOnRanks(WORK[name], {
    environment: process.env,
    say: (message) => process.stderr.write(`brainmass: ${message}\n`),
    afterwards: 'Add --resume.',
    // Where rank 0 has nothing to say, nothing is gained by waiting for it.
    ...(name === 'exception' || name === 'lost-file' ? { patience: 200 } : {}),
  });
