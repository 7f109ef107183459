/** @file The thread of a lane: answers one call after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { nodeRuntime } from '../runtime/node.ts';
import { type Lane, lane } from './lane.ts';
import { vectorKernels } from './update-kernels.ts';
import type { LaneAnswer, LaneCall, LaneStart } from './worker-lanes.ts';

const { plan, memory, buffers, index, threads } = workerData as LaneStart;
const own = lane(plan, buffers, index, nodeRuntime({ threads }), vectorKernels(memory));

parentPort?.on('message', async ({ id, method, parameters }: LaneCall) => {
  let answer: LaneAnswer;
  try {
    const work = own[method] as (...parameters: readonly unknown[]) => ReturnType<Lane[keyof Lane]>;
    answer = { id, value: await work(...parameters) };
  } catch (error) {
    answer = { id, error: error instanceof Error ? error : new Error(String(error)) };
  }
  parentPort?.postMessage(answer);
});
