/** @file Runs all tasks of a `tasks.yaml`, one directory a task; what is finished already is not run again. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors/input-error.ts';
import { EvaluationDocument } from '../evaluate/report-document.ts';
import { readText, writeFileAtomically } from '../files/atomic.ts';
import type { TaskEntry } from '../labels/tasks-file.ts';
import { loadModel } from '../model/load-model.ts';
import { type EvaluationRun, evaluateDatasets } from './evaluation-run.ts';
import { type OpenedTask, openTask } from './open-task.ts';
import { checkTasks, readTasks } from './tasks-check.ts';
import { type TasksSummary, tasksSummary, writeTasksSummary } from './tasks-summary.ts';
import { progressLine } from './terminal.ts';
import { VERSION } from './version.ts';

/** What holds for all tasks. */
export interface TasksRun
  extends Pick<
    EvaluationRun,
    'model' | 'heads' | 'fc' | 'device' | 'strict' | 'ignoreCorpusSplit' | 'fewShot' | 'overwrite'
  > {
  readonly file: string;
  readonly out: string;
}

/** The copy of the file that shows a directory to be one of ours. */
const MARKER = 'tasks.yaml';

/**
 * Runs the tasks that `out` does not have yet, and writes the table of all.
 *
 * A task is finished when its directory was written from the same model, data sets, settings and version, by their hash;
 * others are written anew. With `overwrite` all are.
 *
 * @throws InputError before anything is run when a task cannot be, or `out` is something else
 */
export async function evaluateTasks(run: TasksRun): Promise<TasksSummary> {
  const { file, out } = run;
  const entries = readTasks(file);
  refuseMissing(entries, file);
  const model = await modelDigest(run);
  prepare(run);
  const progress = progressLine('tasks');
  const finished: { readonly entry: TaskEntry; readonly document: EvaluationDocument }[] = [];
  for (const [done, entry] of entries.entries()) {
    progress(done, entries.length, entry.name);
    const directory = join(out, entry.name);
    const opened = openTask(entry, file);
    try {
      const inputs = inputsOf(run, model, opened);
      if (run.overwrite || finishedWith(directory) !== inputs || documentOf(directory) === undefined) {
        await evaluateDatasets({ ...run, ...opened.run, out: directory, overwrite: true }, opened.datasets);
        writeFileAtomically(join(directory, 'task.json'), `${JSON.stringify({ inputs, ...entry }, null, 2)}\n`);
      }
    } finally {
      opened.close();
    }
    // Read again, so that a task just run and one of yesterday are the same.
    const document = documentOf(directory);
    if (document === undefined) throw new Error(`${directory} holds no results that were just written`);
    finished.push({ entry, document });
  }
  progress(entries.length, entries.length);
  const summary = tasksSummary(run.model, finished);
  writeTasksSummary(out, summary);
  return summary;
}

function refuseMissing(entries: readonly TaskEntry[], file: string): void {
  const missing = checkTasks(entries, file).filter(({ ok }) => !ok);
  if (missing.length === 0) return;
  const [{ problem = '' }] = missing;
  throw new InputError({
    where: file,
    problem: `${missing.length} of ${entries.length} tasks cannot be run, the first because ${problem.replace(/[.?]$/, '')}`,
    fix: `brainmass tasks check ${file} says what is missing for each`,
  });
}

function prepare({ file, out }: TasksRun): void {
  if (existsSync(out) && readdirSync(out).length > 0 && !existsSync(join(out, MARKER)))
    throw new InputError({
      where: out,
      problem: `the directory holds no ${MARKER} and so is not written to`,
      fix: 'choose another name',
    });
  mkdirSync(out, { recursive: true });
  writeFileAtomically(join(out, MARKER), readText(file));
}

async function modelDigest({ model, heads }: TasksRun): Promise<string> {
  const { weights, card } = await loadModel(model, { heads });
  const bytes = new Uint8Array(weights.trained.buffer, weights.trained.byteOffset, weights.trained.byteLength);
  return createHash('sha256').update(JSON.stringify(card)).update(bytes).digest('hex');
}

/** SHA-256 of all that the numbers of a task come from; names and places of files do not count. */
function inputsOf(run: TasksRun, model: string, { run: own, datasets, entry }: OpenedTask): string {
  const { fc, device, ignoreCorpusSplit, strict, fewShot } = run;
  const hashes = datasets.map(({ hash }) => hash);
  const { filters } = entry;
  const all = { VERSION, model, hashes, filters, ...own, fc, device, ignoreCorpusSplit, strict, fewShot };
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

/** The inputs that a directory was written from; undefined when it is not whole, or not there. */
function finishedWith(directory: string): string | undefined {
  const written = jsonOf(join(directory, 'task.json'));
  return typeof written === 'object' && written !== null && 'inputs' in written ? String(written.inputs) : undefined;
}

/** Undefined when it is not there, or damaged: the task is then run again. */
function documentOf(directory: string): EvaluationDocument | undefined {
  return EvaluationDocument.safeParse(jsonOf(join(directory, 'results.json'))).data;
}

function jsonOf(file: string): unknown {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readText(file));
  } catch {
    return undefined;
  }
}
