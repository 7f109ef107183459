/** @file The MPI library of this machine, found and called at run time through koffi. Node only. */
import { InputError } from '../errors/input-error.ts';
import type { Launcher, MpiFamily } from './launcher.ts';

/** A file name or path of the library, for where none of the usual names is it: `BRAINMASS_MPI=/opt/…/libmpi.so.12`. */
export const LIBRARY_VARIABLE = 'BRAINMASS_MPI';

/** Usual names, most specific first. Clusters' modules put them on the loader's path. */
const NAMES: Readonly<Record<MpiFamily, readonly string[]>> = {
  'Open MPI': ['libmpi.so.40', 'libmpi.so', 'libmpi.40.dylib', 'libmpi.dylib'],
  // libmpi.so.12 is MPICH built elsewhere than Debian, Intel MPI and MVAPICH; libmpi_cray.so.12 is Cray MPICH.
  MPICH: ['libmpich.so.12', 'libmpi.so.12', 'libmpi_cray.so.12', 'libmpich.so', 'libmpi.12.dylib', 'libmpi.so'],
};

/**
 * UCX, below many builds of both kinds, rewrites the machine code of mmap and its kin while they may be running, and takes
 * over SIGSEGV. In a process with V8's threads that crashed about one start in twenty. Settings of the user's own stay.
 */
const UCX_LEAVES_US_ALONE = { UCX_MEM_MMAP_HOOK_MODE: 'none', UCX_MEM_EVENTS: 'n', UCX_ERROR_SIGNALS: '' };

/** What is used of koffi. */
type Koffi = Pick<typeof import('koffi'), 'load'>;
type LoadedLibrary = ReturnType<Koffi['load']>;

/** An opaque MPI object: the address of a global in Open MPI, a number in MPICH and its kin. */
export type Handle = bigint | number;

/** Predefined objects of the library. */
export interface Handles {
  readonly world: Handle;
  readonly float: Handle;
  readonly double: Handle;
  readonly byte: Handle;
  readonly sum: Handle;
  readonly max: Handle;
  readonly errorsReturn: Handle;
  /** Stands for the send buffer: take what is in the receive buffer. */
  readonly inPlace: bigint;
}

/** One call; throws what MPI says when it fails. */
type Call<Parameters extends readonly unknown[]> = (...parameters: Parameters) => void;
type Memory = ArrayBufferView | bigint | null;

/** What is called here of MPI, as MPI-3.1 defines it. */
export interface MpiLibrary {
  readonly name: string;
  /** First line of what the library calls itself. */
  readonly version: string;
  readonly handles: Handles;
  readonly initThread: Call<[argc: null, argv: null, required: number, provided: Int32Array]>;
  readonly setErrorHandler: Call<[comm: Handle, handler: Handle]>;
  readonly commRank: Call<[comm: Handle, rank: Int32Array]>;
  readonly commSize: Call<[comm: Handle, size: Int32Array]>;
  readonly allreduce: Call<[from: Memory, to: Memory, count: number, type: Handle, operation: Handle, comm: Handle]>;
  readonly bcast: Call<[buffer: Memory, count: number, type: Handle, root: number, comm: Handle]>;
  readonly barrier: Call<[comm: Handle]>;
  readonly abort: Call<[comm: Handle, code: number]>;
  readonly finalize: Call<[]>;
}

/** Where things are looked for; tests look elsewhere. */
export interface Surroundings {
  readonly library?: string | undefined;
  readonly importKoffi?: () => Promise<Koffi>;
}

/**
 * Loads the first MPI library there is, the launcher's own family first. Not yet initialised.
 *
 * @throws InputError without koffi, or without any library
 */
export async function loadMpi(
  launcher: Launcher,
  { library, importKoffi = () => import('koffi') }: Surroundings,
): Promise<MpiLibrary> {
  const koffi = await importKoffi().catch((cause: unknown) => {
    throw withoutKoffi(launcher, cause);
  });
  for (const [name, value] of Object.entries(UCX_LEAVES_US_ALONE)) process.env[name] ??= value;
  const other: MpiFamily = launcher.family === 'MPICH' ? 'Open MPI' : 'MPICH';
  const names = library === undefined ? [...new Set([...NAMES[launcher.family], ...NAMES[other]])] : [library];
  let cause: unknown;
  for (const name of names)
    try {
      // Global: Open MPI's plug-ins look for its symbols.
      return describe(name, koffi.load(name, { global: true }));
    } catch (error) {
      cause ??= error;
    }
  throw withoutLibrary(launcher, library, names, cause);
}

function withoutKoffi({ variable }: Launcher, cause: unknown): InputError {
  const details = {
    where: variable,
    problem: 'this process is one of several, which needs the package koffi with its binary for this machine',
    found: reason(cause),
    fix: 'run npm ci on a machine of this kind, with optional packages, or start one process without mpirun or srun',
  };
  return new InputError(details, { cause });
}

function withoutLibrary(
  { variable, family }: Launcher,
  library: string | undefined,
  names: readonly string[],
  cause: unknown,
): InputError {
  const tried = {
    where: variable,
    problem: 'this process is one of several, but no MPI library could be loaded',
    expected: `one of ${names.join(', ')}`,
    found: 'none',
    fix: `install ${family} (Debian: ${family === 'MPICH' ? 'mpich' : 'openmpi-bin'}), load its module, or set ${LIBRARY_VARIABLE} to the library's path`,
  };
  const given = {
    where: LIBRARY_VARIABLE,
    problem: `${library} cannot be loaded as an MPI library`,
    found: reason(cause),
    fix: `set ${LIBRARY_VARIABLE} to the libmpi of your mpirun or srun, or unset it to try the usual names`,
  };
  return new InputError(library === undefined ? tried : given, { cause });
}

const reason = (cause: unknown) => (cause instanceof Error ? cause.message.split('\n')[0] : String(cause));

/** @throws Error when a symbol is missing: it is another library of that name */
function describe(name: string, library: LoadedLibrary): MpiLibrary {
  const open = isOpenMpi(library);
  const handles = open ? openMpiHandles(library) : MPICH_HANDLES;
  const handle = open ? 'void *' : 'int';
  const errorString = library.func('MPI_Error_string', 'int', ['int', 'void *', 'void *']);
  const bind = <Parameters extends readonly unknown[]>(call: string, types: string[]): Call<Parameters> => {
    const run = library.func(call, 'int', types);
    return (...parameters) => {
      const code: number = run(...parameters);
      if (code !== 0) throw new Error(`${call} failed: ${text((to, length) => errorString(code, to, length))}`);
    };
  };
  const libraryVersion = library.func('MPI_Get_library_version', 'int', ['void *', 'void *']);
  return {
    name,
    version: text((to, length) => libraryVersion(to, length))
      .split(/[\n,]/)[0]
      .replace(/\s+/g, ' '),
    handles,
    initThread: bind('MPI_Init_thread', ['void *', 'void *', 'int', 'void *']),
    setErrorHandler: bind('MPI_Comm_set_errhandler', [handle, handle]),
    commRank: bind('MPI_Comm_rank', [handle, 'void *']),
    commSize: bind('MPI_Comm_size', [handle, 'void *']),
    allreduce: bind('MPI_Allreduce', ['void *', 'void *', 'int', handle, handle, handle]),
    bcast: bind('MPI_Bcast', ['void *', 'int', handle, 'int', handle]),
    barrier: bind('MPI_Barrier', [handle]),
    abort: bind('MPI_Abort', [handle, 'int']),
    finalize: bind('MPI_Finalize', []),
  };
}

/** A text that MPI writes into memory of ours: 8,192 characters are the most that any library's constants ask for. */
function text(write: (to: Uint8Array, length: Int32Array) => unknown): string {
  const [bytes, length] = [new Uint8Array(8192), new Int32Array(1)];
  write(bytes, length);
  return new TextDecoder().decode(bytes.subarray(0, length[0])).replace(/\0.*$/s, '').trim();
}

/** By its symbols, not its file name: libmpi.so is the name of both. */
function isOpenMpi(library: LoadedLibrary): boolean {
  try {
    library.symbol('ompi_mpi_comm_world');
    return true;
  } catch {
    return false;
  }
}

/** Addresses of what mpi.h of Open MPI 1.7 to 5 declares; MPI_IN_PLACE is the address 1 there. */
function openMpiHandles(library: LoadedLibrary): Handles {
  const address = (symbol: string): bigint => library.symbol(symbol);
  return {
    world: address('ompi_mpi_comm_world'),
    float: address('ompi_mpi_float'),
    double: address('ompi_mpi_double'),
    byte: address('ompi_mpi_byte'),
    sum: address('ompi_mpi_op_sum'),
    max: address('ompi_mpi_op_max'),
    errorsReturn: address('ompi_mpi_errors_return'),
    inPlace: 1n,
  };
}

/** From mpi.h of the MPICH ABI Compatibility Initiative; MPI_IN_PLACE is the address -1 there. */
const MPICH_HANDLES: Handles = {
  world: 0x44000000,
  float: 0x4c00040a,
  double: 0x4c00080b,
  byte: 0x4c00010d,
  sum: 0x58000003,
  max: 0x58000001,
  errorsReturn: 0x54000001,
  inPlace: 0xffffffffffffffffn,
};
