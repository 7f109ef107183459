/** @file What started the process is told from its environment; what is missing to talk to the others is said. */
import { describe, expect, test } from 'vitest';
import { isInputError } from '../../src/errors/input-error.ts';
import { findLauncher, type Launcher } from '../../src/ranks/launcher.ts';
import { loadMpi } from '../../src/ranks/mpi-library.ts';

describe('the launcher', () => {
  test('is found by the variables of each', () => {
    const found = (environment: Record<string, string>) => {
      const { rank, size, family } = findLauncher(environment)!;
      return [rank, size, family];
    };
    expect(found({ OMPI_COMM_WORLD_RANK: '1', OMPI_COMM_WORLD_SIZE: '2', PMIX_RANK: '1' })).toEqual([1, 2, 'Open MPI']);
    expect(found({ PMI_RANK: '0', PMI_SIZE: '12' })).toEqual([0, 12, 'MPICH']);
    expect(found({ MV2_COMM_WORLD_RANK: '3', MV2_COMM_WORLD_SIZE: '4' })).toEqual([3, 4, 'MPICH']);
    expect(found({ PMIX_RANK: '6', SLURM_PROCID: '6', SLURM_STEP_NUM_TASKS: '8' })).toEqual([6, 8, 'Open MPI']);
    expect(found({ SLURM_PROCID: '2', SLURM_STEP_NUM_TASKS: '3' })).toEqual([2, 3, 'Open MPI']);
    expect(found({ PMIX_RANK: '2' })).toEqual([2, undefined, 'Open MPI']);
  });

  test('is the nearest: mpirun inside a Slurm job, whose own step is one process a node', () => {
    const slurm = { SLURM_PROCID: '0', SLURM_STEP_NUM_TASKS: '1' };
    expect(findLauncher({ ...slurm, OMPI_COMM_WORLD_RANK: '7', OMPI_COMM_WORLD_SIZE: '8' })).toMatchObject({
      rank: 7,
      size: 8,
      variable: 'OMPI_COMM_WORLD_SIZE',
    });
  });

  test('is none for a process by itself, also in the batch script of a larger job', () => {
    expect(findLauncher({})).toBeUndefined();
    expect(findLauncher({ SLURM_PROCID: '0', SLURM_NTASKS: '4' })).toBeUndefined();
    expect(findLauncher({ OMPI_COMM_WORLD_RANK: '0', OMPI_COMM_WORLD_SIZE: '1', PMIX_RANK: '0' })).toBeUndefined();
    expect(findLauncher({ PMI_RANK: 'x', PMI_SIZE: '2' })).toBeUndefined();
  });
});

describe('what is missing', () => {
  const mpirun: Launcher = { rank: 0, size: 2, variable: 'OMPI_COMM_WORLD_SIZE', family: 'Open MPI' };
  const refusal = async (launcher: Launcher, surroundings: Parameters<typeof loadMpi>[1]) => {
    const error: unknown = await loadMpi(launcher, surroundings).catch((thrown: unknown) => thrown);
    if (!isInputError(error)) throw new Error('it was not refused', { cause: error });
    return error.message;
  };
  const nothing = async () => ({
    load: (): never => {
      throw new Error('cannot open shared object file\nand more');
    },
  });

  test('koffi: it says so, and how to do without', async () => {
    const importKoffi = () => Promise.reject(new Error("Cannot find package 'koffi'"));
    expect(await refusal(mpirun, { importKoffi })).toBe(
      "OMPI_COMM_WORLD_SIZE: this process is one of several, which needs the package koffi with its binary for this machine, found Cannot find package 'koffi'; run npm ci on a machine of this kind, with optional packages, or start one process without mpirun or srun.",
    );
  });

  test("a library: it says what was tried, the launcher's own kind first, and what to install", async () => {
    const open = await refusal(mpirun, { importKoffi: nothing });
    expect(open).toMatch(/expected one of libmpi\.so\.40, .*, libmpich\.so\.12, libmpi\.so\.12, libmpi_cray\.so\.12/);
    expect(open).toMatch(/install Open MPI \(Debian: openmpi-bin\), load its module, or set BRAINMASS_MPI to/);
    const mpich = await refusal({ ...mpirun, variable: 'PMI_SIZE', family: 'MPICH' }, { importKoffi: nothing });
    expect(mpich).toMatch(/^PMI_SIZE: .*expected one of libmpich\.so\.12, .*, libmpi\.so\.40/);
    expect(mpich).toMatch(/install MPICH \(Debian: mpich\)/);
    // No name is tried twice.
    const names = /one of (.*), found/.exec(mpich)![1].split(', ');
    expect(new Set(names).size).toBe(names.length);
  });

  test('the library that was asked for: no other is tried', async () => {
    expect(await refusal(mpirun, { library: '/opt/libmpi.so', importKoffi: nothing })).toBe(
      'BRAINMASS_MPI: /opt/libmpi.so cannot be loaded as an MPI library, found cannot open shared object file; set BRAINMASS_MPI to the libmpi of your mpirun or srun, or unset it to try the usual names.',
    );
  });

  test('MPI in a library that has none', async () => {
    expect(await refusal(mpirun, { library: 'libm.so.6' })).toMatch(/libm\.so\.6 cannot be loaded .* found .*MPI_/);
  });
});
