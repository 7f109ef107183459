/** @file Lanes in threads of their own (Node): the runtime holds a thread while it computes, so lanes need one each. */
import { Worker } from 'node:worker_threads';
import type { Compile } from '../runtime/session.ts';
import type { Lane, Pass, StepBuffers } from './lane.ts';
import { type AssembleTeam, soloTeam, stepBuffers } from './step.ts';
import type { StepPlan } from './step-graphs.ts';
import type { TrainingState } from './training-state.ts';

/** What a lane's thread is started with. */
export interface LaneStart {
  readonly plan: StepPlan;
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

/**
 * Lanes for a state, and the state they work on: it is moved to shared memory where they have threads of their own.
 */
export function teamOn(
  { compile, threads, lanes }: Machine,
  state: TrainingState,
): { readonly state: TrainingState; readonly assemble: AssembleTeam } {
  const pays = threads > 1 && state.weights.trained.length >= TINY_PARAMETERS;
  const count = lanes ?? (pays ? 2 : 1);
  return count > 1
    ? { state: sharedState(state), assemble: workerTeam(count, threads) }
    : { state, assemble: soloTeam(compile) };
}

/** The same state in memory that threads share. */
function sharedState(state: TrainingState): TrainingState {
  const { weights, moments } = state;
  return {
    ...state,
    weights: { ...weights, trained: shared(weights.trained), target: shared(weights.target) },
    moments: { first: shared(moments.first), second: shared(moments.second) },
  };
}

function shared(values: Float32Array): Float32Array {
  const copy = sharedBuffer(values.length);
  copy.set(values);
  return copy;
}

function sharedBuffer(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}

/**
 * Lanes in threads, over a {@link sharedState}.
 *
 * @param threads of all lanes together; each gets an equal part, at least one
 */
function workerTeam(lanes: number, threads: number): AssembleTeam {
  return async (plan, state) => {
    const gradients = Array.from({ length: lanes }, () => sharedBuffer(state.weights.trained.length));
    const buffers = stepBuffers(state, gradients);
    const each = Math.max(1, Math.floor(threads / lanes));
    return {
      lanes: gradients.map((_, index) => workerLane({ plan, buffers, index, threads: each })),
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
function withOwnFeeds({ graph, feeds }: Pass): Pass {
  return { graph, feeds: Object.fromEntries(Object.entries(feeds).map(([name, values]) => [name, values.slice()])) };
}

function startWorker(workerData: LaneStart): Worker {
  const entry = import.meta.url.endsWith('.ts') ? './lane-worker.mjs' : './lane-worker.js';
  return new Worker(new URL(entry, import.meta.url), { workerData });
}
