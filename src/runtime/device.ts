/** @file Where a graph is to run, and whether this machine can. */
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const DEVICES = ['cpu', 'webgpu'] as const;
export type Device = (typeof DEVICES)[number];

/** What is there instead of what was asked for, and why. */
export interface AvailableDevice {
  readonly device: Device;
  /** One sentence for the user; none when it is the device that was asked for. */
  readonly note?: string;
}

/** What the process of webgpu-probe.ts sends. */
export interface ProbeAnswer {
  /** Null when WebGPU computed what it should. */
  readonly problem: string | null;
}

/** A driver that hangs is no device. Compiling the first shader takes a second on a software adapter. */
const PROBE_MILLISECONDS = 60_000;

/** The device itself when it computes a small graph, else the CPU. */
export async function availableDevice(asked: Device): Promise<AvailableDevice> {
  if (asked === 'cpu') return { device: 'cpu' };
  const problem = await probeWebGpu();
  if (problem === null) return { device: 'webgpu' };
  return { device: 'cpu', note: `WebGPU does not run on this machine (${problem}), so the CPU is used.` };
}

/**
 * Runs the probe in a process of its own: graphics drivers write complaints on stderr that nothing can hold back, and a
 * broken one may end its process.
 */
function probeWebGpu(): Promise<string | null> {
  // The probe lies beside this file: TypeScript in a clone, JavaScript in the published package.
  const extension = extname(import.meta.url);
  const loader = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const probe = fork(fileURLToPath(new URL(`./webgpu-probe${extension}`, import.meta.url)), {
    execArgv: extension === '.ts' ? ['--import', loader()] : [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    timeout: PROBE_MILLISECONDS,
    killSignal: 'SIGKILL',
  });
  return new Promise((resolve) => {
    probe.once('message', ({ problem }: ProbeAnswer) => {
      resolve(problem);
      probe.kill('SIGKILL');
    });
    probe.once('error', ({ message }) => resolve(message));
    probe.once('exit', (code, signal) => resolve(`its trial ended with ${signal ?? `exit code ${code}`}`));
  });
}
