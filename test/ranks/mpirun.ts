/** @file Finds the mpirun programs of this machine, and runs test jobs with them. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const job = fileURLToPath(new URL('./job.ts', import.meta.url));

/** A command that starts processes: `-n 2` and the program follow. Nothing: no launcher. */
export type Mpirun = readonly string[];

/** One mpirun of each kind of MPI; the first is that of the machine. */
export const MPIRUNS: readonly Mpirun[] = findMpiruns();

function findMpiruns(): Mpirun[] {
  const found = new Map<string, Mpirun>();
  for (const program of ['mpirun', 'mpirun.openmpi', 'mpirun.mpich']) {
    const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    if (status !== 0) continue;
    const open = /Open MPI|OpenRTE/.test(stdout);
    const kind = open ? 'Open MPI' : 'MPICH';
    // Continuous integration runs as root, on fewer cores than ranks.
    if (!found.has(kind)) found.set(kind, open ? [program, '--allow-run-as-root', '--oversubscribe'] : [program]);
  }
  return [...found.values()];
}

/** A test that needs mpirun: without one it is skipped, or fails where no test may be. Several run at once: they mostly wait. */
export function testWithMpirun(name: string, run: (mpirun: Mpirun) => Promise<void>): void {
  if (MPIRUNS.length === 0 && process.env.REQUIRE_ALL_TESTS !== '1')
    test.skip(`SKIPPED: no mpirun found: ${name}`, () => {});
  else
    test.concurrent(name, async () => {
      expect(MPIRUNS.length, 'no mpirun found, install openmpi-bin or mpich').toBeGreaterThan(0);
      await run(MPIRUNS[0]);
    });
}

export interface JobEnd {
  readonly code: number;
  readonly stderr: string;
  /** What each rank reported, as JSON, in rank order (up to ten); a rank that reported nothing is left out. */
  readonly reports: readonly string[];
}

/** Runs what `job.ts` calls `name` on so many ranks, with more environment variables for each. */
export async function runJob(
  mpirun: Mpirun,
  ranks: number,
  name: string,
  variables: readonly string[] = [],
): Promise<JobEnd> {
  const folder = mkdtempSync(join(tmpdir(), 'brainmass-ranks-'));
  const launch = mpirun.length === 0 ? [] : [...mpirun, '-n', String(ranks)];
  try {
    const words = [...launch, 'env', ...variables, process.execPath, '--import', 'tsx', job, name, folder];
    const { code, stderr } = await runProgram(words);
    const files = readdirSync(folder).sort();
    return { code, stderr, reports: files.map((file) => readFileSync(join(folder, file), 'utf8')) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a program as if nobody had launched us. @throws Error when it was killed, or took two minutes */
export function runProgram([program, ...words]: readonly string[]): Promise<Omit<JobEnd, 'reports'>> {
  return new Promise((resolve, reject) => {
    execFile(program, words, { env: unlaunched(), timeout: 120_000 }, (error, _, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stderr });
      else reject(new Error(`${words.join(' ')} did not end by itself: ${stderr}`, { cause: error }));
    });
  });
}

/** Our environment without traces of a launcher that may have started the tests themselves. */
function unlaunched(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !/^(OMPI_|PMI|SLURM_|MV2_|BRAINMASS_)/.test(name));
  return Object.fromEntries(ours);
}
