/** @file `--device`: what computes, and one sentence when it is not what was asked for. */
import { Option } from 'commander';
import { availableDevice, DEVICES, type Device } from '../runtime/device.ts';
import { nodeRuntime } from '../runtime/node.ts';
import type { Compile } from '../runtime/session.ts';

export function deviceOption(): Option {
  return new Option('--device <name>', 'what computes; without a WebGPU adapter the CPU')
    .choices(DEVICES)
    .default('cpu');
}

/** A compiler for the device, else for the CPU after a sentence on stderr that says why. */
export async function runtimeFor(options: {
  readonly device: Device;
  /** All cores when undefined. */
  readonly threads?: number | undefined;
}): Promise<{ readonly device: Device; readonly compile: Compile }> {
  const { device, note } = await availableDevice(options.device);
  if (note !== undefined) process.stderr.write(`--device ${options.device}: ${note}\n`);
  const { threads } = options;
  return { device, compile: nodeRuntime(threads === undefined ? { device } : { device, threads }) };
}
