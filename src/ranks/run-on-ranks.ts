/** @file Work of one rank or many, started alike, and ended together when one of them fails. Node only. */
import { isInputError } from '../errors/input-error.ts';
import { findLauncher } from './launcher.ts';
import { connectMpi } from './mpi.ts';
import { LIBRARY_VARIABLE } from './mpi-library.ts';
import { oneRank, type Ranks } from './ranks.ts';

/** Open MPI takes up to two seconds to end the others when rank 0 has left; processes need not start at once. */
const PATIENCE = 5000;

export interface RanksOptions {
  /** `process.env`: what started this process, and BRAINMASS_MPI. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Prints what went wrong, without a line break at its end; called only in a job of several ranks. */
  readonly say: (message: string) => void;
  /** What the user can do when one rank has failed: said after its own sentence. */
  readonly afterwards: string;
  /**
   * Milliseconds (default: 5,000) that a failing rank gives rank 0, which speaks for all, to say the same and end the job.
   * Only tests are in a hurry.
   */
  readonly patience?: number;
}

/**
 * Works as one of the ranks that mpirun or srun started, or alone without them; then no library is loaded.
 *
 * Alone, errors are the caller's. Among several, an error says its sentence, ends the job and does not return: exit code 2
 * for an InputError, else 1. One that all ranks meet is said once, by rank 0. So this belongs around everything that
 * has to be cleaned up.
 */
export async function runOnRanks(work: (ranks: Ranks) => Promise<void>, options: RanksOptions): Promise<void> {
  const launcher = findLauncher(options.environment);
  if (launcher === undefined) return work(oneRank());
  let ranks: Ranks | undefined;
  try {
    ranks = await connectMpi(launcher, { library: options.environment[LIBRARY_VARIABLE] });
    await work(ranks);
    ranks.finish();
  } catch (error) {
    const { rank, size } = ranks ?? launcher;
    if (rank !== 0) await new Promise((resolve) => setTimeout(resolve, options.patience ?? PATIENCE));
    const code = isInputError(error) ? 2 : 1;
    // Not connected, nothing has begun that could be gone on with.
    options.say(message(error, rank, size, ranks === undefined ? '' : ` ${options.afterwards}`));
    if (ranks === undefined) process.exit(code);
    ranks.abort(code);
  }
}

/** What is wrong with the request or the input is as wrong for every rank, so rank 0 does not say which it is. */
function message(error: unknown, rank: number, size: number | undefined, afterwards: string): string {
  if (isInputError(error) && rank === 0) return error.message;
  const who = `rank ${rank} of ${size ?? 'several'}`;
  if (isInputError(error)) return `${who}: ${error.message}${afterwards}`;
  const trouble = error instanceof Error ? error : new Error(String(error));
  return `${who}: internal error: ${trouble.message}.${afterwards}\n${trouble.stack}`;
}
