/** @file What of a `tasks.yaml` can be run, and what is missing for the rest. */
import { isInputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import { parseTasks, type TaskEntry } from '../labels/tasks-file.ts';
import { classNames, classOfScans } from '../splits/strata.ts';
import { openTask } from './open-task.ts';

/** One task: how many there are of each class, or the sentence that says what is missing. */
export interface CheckedTask {
  readonly name: string;
  readonly kind: TaskEntry['kind'];
  readonly ok: boolean;
  readonly problem?: string;
  readonly scans?: number;
  /** Participants of each class. */
  readonly classes?: Readonly<Record<string, number>>;
}

/** The tasks of a file. @throws InputError when the file itself is wrong */
export function readTasks(file: string): TaskEntry[] {
  return parseTasks(readText(file), file);
}

/** Opens what every task needs, and closes it again. */
export function checkTasks(entries: readonly TaskEntry[], file: string): CheckedTask[] {
  return entries.map((entry) => {
    const { name, kind } = entry;
    try {
      const { task, close } = openTask(entry, file);
      close();
      return { name, kind, ok: true, scans: task.scans.length, classes: participantsByClass(task) };
    } catch (error) {
      if (!isInputError(error)) throw error;
      return { name, kind, ok: false, problem: error.message };
    }
  });
}

function participantsByClass(task: AnyTask): Record<string, number> {
  const classes = classOfScans(task);
  return Object.fromEntries(
    classNames(task).map((className, k) => {
      const people = task.scans.filter((_, i) => classes[i] === k).map(({ participantId }) => participantId);
      return [className, new Set(people).size];
    }),
  );
}
