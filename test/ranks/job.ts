/** @file What one rank of a test job does, named by the first argument; run by mpirun, prints on stdout what it saw. */
import { createHash } from 'node:crypto';
import { InputError } from '../../src/errors/input-error.ts';
import { findLauncher } from '../../src/ranks/launcher.ts';
import { connectMpi } from '../../src/ranks/mpi.ts';
import type { Ranks } from '../../src/ranks/ranks.ts';
import { runOnRanks } from '../../src/ranks/run-on-ranks.ts';
import { collectiveResults } from './collectives.ts';

const [, , name] = process.argv;

async function collectives(): Promise<void> {
  const launcher = findLauncher(process.env);
  if (launcher === undefined) throw new Error('not started by mpirun');
  // Seven elements a call: no array of the test fits into one.
  const ranks = await connectMpi(launcher, { library: process.env.BRAINMASS_MPI, largestCount: 7 });
  const results = collectiveResults(ranks);
  const shared = createHash('sha256').update(JSON.stringify(results.alike)).digest('hex');
  process.stdout.write(`${JSON.stringify({ rank: ranks.rank, size: ranks.size, shared, ...results })}\n`);
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
    process.stdout.write(`${process.pid}\n`);
    return rounds(ranks, () => process.kill(process.pid, 'SIGKILL'));
  },
  refused: async () => {
    throw new InputError({ where: '--epochs', problem: 'it is not a number', fix: 'pass --epochs 10' });
  },
  alone: async ({ rank, size }) => {
    const libraries = process.report.getReport() as { readonly sharedObjects: readonly string[] };
    const loaded = libraries.sharedObjects.some((path) => /koffi|libmpi/.test(path));
    process.stdout.write(`${JSON.stringify({ rank, size, loaded })}\n`);
  },
};

if (name === 'collectives') await collectives();
else
  await runOnRanks(WORK[name], {
    environment: process.env,
    say: (message) => process.stderr.write(`brainmass: ${message}\n`),
    afterwards: 'Add --resume.',
  });
