/** @file Reads scans on several threads and hands them on in order. Node only. */
import { Worker } from 'node:worker_threads';
import { InputError, type InputProblem, isInputError } from '../errors/input-error.ts';
import { readScan } from './read-scan.ts';
import type { ReadingRules, ScanFile, ScanRead } from './scan-to-read.ts';

/** What a reader's thread answers. */
export type ReaderAnswer =
  | { readonly read: ScanRead }
  | { readonly refused: InputProblem }
  | { readonly crash: unknown };

/** @throws InputError when the file is no scan */
export type ReadScan = (file: ScanFile) => Promise<ScanRead>;

export interface ScanReaders {
  readonly threads: number;
  readonly read: ReadScan;
  readonly close: () => Promise<void>;
}

/** Readers on as many threads; one reads here, without a thread of its own, and so does `own`. */
export function scanReaders(rules: ReadingRules, threads: number, own?: ReadScan): ScanReaders {
  if (own !== undefined || threads <= 1)
    return { threads: 1, read: own ?? ((file) => readScan(file, rules)), close: async () => {} };
  const idle: Worker[] = [];
  const waiting: ((worker: Worker) => void)[] = [];
  const all = new Set<Worker>();
  const start = () => {
    const worker = startReader(rules);
    all.add(worker);
    return worker;
  };
  const hire = (): Worker | Promise<Worker> =>
    idle.pop() ?? (all.size < threads ? start() : new Promise((resolve) => waiting.push(resolve)));
  const release = (worker: Worker) => {
    const next = waiting.shift();
    if (next === undefined) idle.push(worker);
    else next(worker);
  };
  return {
    threads,
    read: async (file) => {
      const worker = await hire();
      let answer: ReaderAnswer;
      try {
        answer = await ask(worker, file);
      } catch (error) {
        all.delete(worker);
        release(start());
        throw died(error, file.where);
      }
      release(worker);
      return scanOf(answer);
    },
    close: async () => {
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}

function startReader(workerData: ReadingRules): Worker {
  const entry = import.meta.url.endsWith('.ts') ? './reader-worker.mjs' : './reader-worker.js';
  return new Worker(new URL(entry, import.meta.url), { workerData });
}

function ask(worker: Worker, file: ScanFile): Promise<ReaderAnswer> {
  return new Promise((resolve, reject) => {
    const answered = (answer: ReaderAnswer) => {
      worker.off('error', failed);
      resolve(answer);
    };
    const failed = (error: Error) => {
      worker.off('message', answered);
      reject(error);
    };
    worker.once('message', answered);
    worker.once('error', failed);
    worker.postMessage(file);
  });
}

function scanOf(answer: ReaderAnswer): ScanRead {
  if ('read' in answer) return answer.read;
  throw 'refused' in answer ? new InputError(answer.refused) : answer.crash;
}

/** A thread whose memory ran out is gone; the file is what a person can do something about. */
function died(error: unknown, where: string): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')) return error;
  return new InputError(
    { where, problem: 'reading the file takes more memory than a thread may use' },
    { cause: error },
  );
}

/** What became of a file: what was made of it, or why nothing was. */
export type Outcome<T> = { readonly value: T } | { readonly refused: InputError };

/** The result of work on a file, or the InputError that says why there is none. @throws what is our own fault */
export async function outcomeOf<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (isInputError(error)) return { refused: error };
    throw error;
  }
}

/**
 * Works ahead on all threads and yields the outcomes in the order of the items. Of those done ahead never more than two
 * a thread are kept.
 */
export async function* readInOrder<Item, Result>(
  items: readonly Item[],
  outcome: (item: Item) => Promise<Outcome<Result>>,
  threads: number,
): AsyncGenerator<readonly [item: Item, outcome: Outcome<Result>]> {
  const ahead: Promise<Outcome<Result>>[] = [];
  const most = threads === 1 ? 1 : 2 * threads;
  let next = 0;
  try {
    for (const item of items) {
      while (next < items.length && ahead.length < most) ahead.push(outcome(items[next++]));
      yield [item, await ahead[0]];
      ahead.shift();
    }
  } finally {
    // Whoever stops early leaves nobody to hear of what else went wrong.
    for (const unheard of ahead) unheard.catch(() => {});
  }
}
