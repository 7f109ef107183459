/** @file Whether this process was started as one of several, and by what: told from its environment alone. */

/** Libraries with the same binary interface: MPICH's is also that of Intel MPI, MVAPICH and Cray MPICH. */
export type MpiFamily = 'Open MPI' | 'MPICH';

/** What started this process. */
export interface Launcher {
  readonly rank: number;
  /** Processes in the job; undefined where the launcher does not say. */
  readonly size: number | undefined;
  /** The variable that gave it away, for messages. */
  readonly variable: string;
  /** The library to try first. */
  readonly family: MpiFamily;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Signs {
  readonly rank: string;
  readonly size: string;
  readonly family: MpiFamily;
}

/**
 * In this order, because mpirun may itself have been started by Slurm, whose variables its processes then inherit. Slurm's
 * number of tasks is that of the step, which only srun sets: SLURM_NTASKS is also there in a batch script, where a
 * program without srun is alone.
 */
const SIGNS: readonly Signs[] = [
  { rank: 'OMPI_COMM_WORLD_RANK', size: 'OMPI_COMM_WORLD_SIZE', family: 'Open MPI' },
  { rank: 'MV2_COMM_WORLD_RANK', size: 'MV2_COMM_WORLD_SIZE', family: 'MPICH' },
  { rank: 'PMI_RANK', size: 'PMI_SIZE', family: 'MPICH' },
  { rank: 'PMIX_RANK', size: 'SLURM_STEP_NUM_TASKS', family: 'Open MPI' },
  { rank: 'SLURM_PROCID', size: 'SLURM_STEP_NUM_TASKS', family: 'Open MPI' },
];

/** Undefined for a process that was started by itself, also where a launcher started no other. */
export function findLauncher(environment: Environment): Launcher | undefined {
  for (const signs of SIGNS) {
    const [rank, size] = [signs.rank, signs.size].map((name) => wholeNumber(environment[name]));
    if (rank === undefined || size === undefined) continue;
    return size > 1 ? { rank, size, variable: signs.size, family: signs.family } : undefined;
  }
  // A PMIx launcher that is not Slurm: how many there are, the library will know.
  const rank = wholeNumber(environment.PMIX_RANK);
  return rank === undefined ? undefined : { rank, size: undefined, variable: 'PMIX_RANK', family: 'Open MPI' };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
