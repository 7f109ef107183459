/** @file Lanes in threads of their own (Node): the runtime holds a thread while it computes, so lanes need one each. */
import { Worker } from 'node:worker_threads';
import { nodeRuntime } from '../runtime/node.ts';
import type { Compile } from '../runtime/session.ts';
import type { Lane, Pass, StepBuffers } from './lane.ts';
import { type AssembleTeam, soloTeam, stepBuffers } from './step.ts';
import type { StepPlan } from './step-graphs.ts';
import type { TrainingState } from './training-state.ts';
import { vectorKernels } from './update-kernels.ts';

/** What a lane's thread is started with. */
export interface LaneStart {
  readonly plan: StepPlan;
  /** Holds all buffers. */
  readonly memory: WebAssembly.Memory;
  readonly buffers: StepBuffers;
  readonly index: number;
  /** Of the runtime in this lane. */
  readonly threads: number;
}

/** A method of {@link Lane}, called in its thread. */
export interface LaneCall {
  readonly id: number;
  readonly method: keyof Lane;
  readonly parameters: readonly unknown[];
}

export type LaneAnswer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: Error });

/** What a run computes with. */
export interface Machine {
  /** For what runs in this thread. */
  readonly compile: Compile;
  /** Threads of all lanes together. */
  readonly threads: number;
  /** By default two where they pay: on the CPU, from two threads on, for networks that are not tiny. */
  readonly lanes?: number | undefined;
}

/** Below this, a pass is over before another thread has got its work. */
const TINY_PARAMETERS = 1e6;

/** The most that one memory of WebAssembly holds. */
const MEMORY_LIMIT = 2 ** 32;
const PAGE = 2 ** 16;

export interface PreparedTeam {
  readonly state: TrainingState;
  readonly assemble: AssembleTeam;
  /** For what runs beside the lanes. */
  readonly compile: Compile;
}

/**
 * Lanes for a state, and the state they work on: it is moved to one memory together with the gradients, which the lanes
 * share where they have threads of their own.
 */
export function teamOn({ compile, threads, lanes }: Machine, state: TrainingState): PreparedTeam {
  const { weights, moments } = state;
  const { trained, target } = weights;
  const pays = threads > 1 && trained.length >= TINY_PARAMETERS;
  const count = lanes ?? (pays ? 2 : 1);
  const bytes = (3 + count) * bytesOf(trained) + bytesOf(target);
  if (bytes > MEMORY_LIMIT) return { state, assemble: soloTeam(compile), compile };

  const pages = Math.ceil(bytes / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: count > 1 });
  let taken = 0;
  const take = (length: number) => {
    const place = new Float32Array(memory.buffer, taken, length);
    taken += bytesOf(place);
    return place;
  };
  const moved = (values: Float32Array) => {
    const copy = take(values.length);
    copy.set(values);
    return copy;
  };
  const inMemory = {
    ...state,
    weights: { ...weights, trained: moved(trained), target: moved(target) },
    moments: { first: moved(moments.first), second: moved(moments.second) },
  };
  const gradients = Array.from({ length: count }, () => take(trained.length));
  if (count > 1)
    return { state: inMemory, assemble: workerTeam(memory, gradients, threads), compile: nodeRuntime({ threads: 1 }) };
  const assemble = soloTeam(compile, { gradient: gradients[0], kernels: vectorKernels(memory) });
  return { state: inMemory, assemble, compile };
}

/** Whole 64-byte lines, so that every buffer begins on one. */
function bytesOf({ length }: Float32Array): number {
  return 64 * Math.ceil(length / 16);
}

/** @param threads of all lanes together; each gets an equal part, at least one */
function workerTeam(memory: WebAssembly.Memory, gradients: readonly Float32Array[], threads: number): AssembleTeam {
  return async (plan, state) => {
    const buffers = stepBuffers(state, gradients);
    const each = Math.max(1, Math.floor(threads / gradients.length));
    return {
      lanes: gradients.map((_, index) => workerLane({ plan, memory, buffers, index, threads: each })),
      gradient: gradients[0],
    };
  };
}

function workerLane(start: LaneStart): Lane {
  const worker = startWorker(start);
  const pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let calls = 0;
  let broken: Error | undefined;

  const fail = (error: Error) => {
    broken = error;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  worker.on('message', (answer: LaneAnswer) => {
    const call = pending.get(answer.id);
    pending.delete(answer.id);
    if ('error' in answer) call?.reject(answer.error);
    else call?.resolve(answer.value);
  });
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`lane ${start.index + 1} ended by itself (exit ${code})`)));

  function call<T>(
    method: keyof Lane,
    parameters: readonly unknown[],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<T> {
    return new Promise<unknown>((resolve, reject) => {
      if (broken !== undefined) return reject(broken);
      const id = calls++;
      pending.set(id, { resolve, reject });
      worker.postMessage({ id, method, parameters } satisfies LaneCall, transfer);
    }) as Promise<T>;
  }

  return {
    run: (passes, when) => {
      const own = passes.map(withOwnFeeds);
      const transfer = own.flatMap(({ feeds }) => Object.values(feeds).map(({ buffer }) => buffer as ArrayBuffer));
      return call('run', [own, when], transfer);
    },
    sum: (range) => call('sum', [range]),
    update: (range, settings) => call('update', [range, settings]),
    release: async () => {
      if (broken === undefined) await call('release', []);
      await worker.terminate();
    },
  };
}

/** Feeds in buffers of their own: a view would be sent with everything around it. */
function withOwnFeeds({ feeds, ...pass }: Pass): Pass {
  return { ...pass, feeds: Object.fromEntries(Object.entries(feeds).map(([name, values]) => [name, values.slice()])) };
}

function startWorker(workerData: LaneStart): Worker {
  const entry = import.meta.url.endsWith('.ts') ? './lane-worker.mjs' : './lane-worker.js';
  return new Worker(new URL(entry, import.meta.url), { workerData });
}
