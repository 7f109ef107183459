/** @file Ranks that talk through MPI. Node only. */
import { InputError } from '../errors/input-error.ts';
import type { Launcher } from './launcher.ts';
import { type Handle, LIBRARY_VARIABLE, loadMpi, type MpiLibrary, type Surroundings } from './mpi-library.ts';
import { comparable, type Ranks } from './ranks.ts';

/** MPI is called from one thread, in a process that has others. */
const THREAD_FUNNELED = 1;

/** MPI counts elements in 32 bits with a sign. */
const LARGEST_COUNT = 2 ** 31 - 1;

export interface MpiOptions extends Surroundings {
  /** Longer arrays are sent in several calls. Only tests need it smaller. */
  readonly largestCount?: number;
}

/**
 * Joins the job of a launcher.
 *
 * @throws InputError without koffi or an MPI library, and when the library sees another number of ranks than the launcher
 */
export async function connectMpi(launcher: Launcher, options: MpiOptions = {}): Promise<Ranks> {
  const mpi = await loadMpi(launcher, options);
  const { world, errorsReturn } = mpi.handles;
  mpi.initThread(null, null, THREAD_FUNNELED, new Int32Array(1));
  // Errors come back as codes, which become exceptions: the default ends the process where it stands.
  mpi.setErrorHandler(world, errorsReturn);
  const [rank, size] = [new Int32Array(1), new Int32Array(1)];
  mpi.commRank(world, rank);
  mpi.commSize(world, size);
  checkWorld(launcher, mpi, size[0]);
  return ranksOf(mpi, rank[0], size[0], options.largestCount ?? LARGEST_COUNT);
}

/** A library that was not started by its own launcher believes to be alone, and would train alone. */
function checkWorld({ variable, size: expected }: Launcher, { name, version }: MpiLibrary, size: number): void {
  if (expected === undefined || size === expected) return;
  throw new InputError({
    where: variable,
    problem: 'the launcher and the MPI library do not belong together',
    expected: `${expected} ranks`,
    found: `${size} in ${name} (${version})`,
    fix: `use the mpirun of that library, or set ${LIBRARY_VARIABLE} to the libmpi of yours; with srun pass --mpi=pmix for Open MPI, --mpi=pmi2 for MPICH`,
  });
}

function ranksOf(mpi: MpiLibrary, rank: number, size: number, largestCount: number): Ranks {
  const { world, inPlace, float, double, byte, sum, max } = mpi.handles;
  const blocks = <A extends Float32Array | Uint8Array>(values: A) => blocksOf(values, largestCount);

  /** One rank's values on every rank. */
  const bcast = (values: Float32Array | Uint8Array, type: Handle, root: number) => {
    for (const block of blocks(values)) mpi.bcast(block, block.length, type, root, world);
  };
  /** A whole number below 2^53 of one rank on every rank. */
  const bcastNumber = (value: number, root: number): number => {
    const cell = Float64Array.of(value);
    mpi.bcast(cell, 1, double, root, world);
    return cell[0];
  };

  let finished = false;
  return {
    rank,
    size,
    // MPI-3.1, section 5.9.6, requires the same result on every rank.
    sum: (values) => {
      for (const block of blocks(values)) mpi.allreduce(inPlace, block, block.length, float, sum, world);
    },
    // Not MPI_Allgatherv, whose offsets are 32-bit too: parts go round one by one.
    gather: (part) => {
      const lengths = Array.from({ length: size }, (_, root) => bcastNumber(part.length, root));
      const whole = new Float32Array(lengths.reduce((total, length) => total + length, 0));
      let offset = 0;
      for (const [root, length] of lengths.entries()) {
        const place = whole.subarray(offset, offset + length);
        if (root === rank) place.set(part);
        bcast(place, float, root);
        offset += length;
      }
      return whole;
    },
    broadcast: (text) => {
      const said = rank === 0 ? new TextEncoder().encode(text) : new Uint8Array();
      const length = bcastNumber(said.length, 0);
      const bytes = rank === 0 ? said : new Uint8Array(length);
      bcast(bytes, byte, 0);
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    },
    largest: (value) => {
      const cell = Float64Array.of(comparable(value));
      mpi.allreduce(inPlace, cell, 1, double, max, world);
      return cell[0];
    },
    barrier: () => mpi.barrier(world),
    abort: (code) => {
      mpi.abort(world, code);
      process.exit(code);
    },
    finish: () => {
      if (!finished) mpi.finalize();
      finished = true;
    },
  };
}

/** Views of all values, in order, of at most so many each. */
function blocksOf(values: Float32Array | Uint8Array, largest: number): (Float32Array | Uint8Array)[] {
  const count = Math.ceil(values.length / largest);
  return Array.from({ length: count }, (_, i) => values.subarray(i * largest, (i + 1) * largest));
}
