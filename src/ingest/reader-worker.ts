/** @file The thread of a reader: reads one scan after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { isInputError } from '../errors/input-error.ts';
import { readScan } from './read-scan.ts';
import type { ReaderAnswer } from './scan-readers.ts';
import type { ReadingRules, ScanFile } from './scan-to-read.ts';

const rules = workerData as ReadingRules;

parentPort?.on('message', async (file: ScanFile) => {
  let answer: ReaderAnswer;
  try {
    answer = { read: await readScan(file, rules) };
  } catch (error) {
    // An error loses its own fields on its way to another thread.
    answer = isInputError(error) ? { refused: error.details } : { crash: error };
  }
  parentPort?.postMessage(answer, 'read' in answer ? [answer.read.series.values.buffer as ArrayBuffer] : []);
});
