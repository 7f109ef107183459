/** @file `--device`: what computes, and one sentence when it is not what was asked for. */
import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import type { Machine } from '../pretrain/worker-lanes.ts';
import { availableDevice, DEVICES, type Device } from '../runtime/device.ts';
import { nodeRuntime } from '../runtime/node.ts';

/** The text of `--lanes`. */
export const LANES = 'passes of a step that run side by side, sharing the threads (default: 2 on two threads and more)';

export function deviceOption(): Option {
  return new Option('--device <name>', 'what computes; without a WebGPU adapter the CPU')
    .choices(DEVICES)
    .default('cpu');
}

/** What there is to compute with: the device, else the CPU after a sentence on stderr that says why. */
export async function runtimeFor(options: {
  readonly device?: Device;
  /** All cores when undefined. */
  readonly threads?: number | undefined;
  readonly lanes?: number | undefined;
}): Promise<Machine & { readonly device: Device }> {
  const { device: asked = 'cpu', threads = availableParallelism(), lanes } = options;
  const { device, note } = await availableDevice(asked);
  if (note !== undefined) process.stderr.write(`--device ${asked}: ${note}\n`);
  const compile = nodeRuntime({ device, threads });
  // Lanes are for the CPU.
  return { device, compile, threads, lanes: device === 'cpu' ? lanes : 1 };
}
