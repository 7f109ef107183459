/** @file The protocol of end-to-end fine-tuning: on every split a copy of the model learns the training rows. */
import { type FinetuneOptions, finetuneOnSplit } from '../finetune/finetune.ts';
import type { FinetuneRows } from '../finetune/finetune-data.ts';
import { type Scores, twoClassDecisions } from '../finetune/scores.ts';
import type { Target } from '../finetune/target.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import type { ModelWeights } from '../model/weights.ts';
import type { Split } from '../splits/split.ts';
import { classNames, classOfScans } from '../splits/strata.ts';

/**
 * A contender that is fine-tuned on every split by itself; the model given is never changed.
 *
 * @param rows networks of all scans (`networksOf`), or embeddings to leave the encoder as it is; as `task.scans[i].row` says
 * @param options its seed is that of the first split; the others have the numbers that follow
 * @returns decides as other contenders do; refuses a split without validation rows (InputError)
 */
export function finetunedContender(name: string, model: ModelWeights, rows: FinetuneRows, options: FinetuneOptions) {
  const validated = new Map<number, Float64Array>();
  return {
    name,
    decide: async (task: AnyTask, split: Split, index: number): Promise<Float64Array> => {
      const data = { rows, target: finetuneTarget(task) };
      const { scores, validation } = await finetuneOnSplit(model, data, rowsOfParts(task, split), {
        ...options,
        seed: options.seed + index,
      });
      validated.set(index, decisionsOf(task, validation));
      return decisionsOf(task, scores);
    },
    validated: (index: number) => validated.get(index),
  };
}

/** What a head learns of a task: the truth of every row that is in it. */
export function finetuneTarget(task: AnyTask): Target {
  const truth = new Float64Array(1 + Math.max(...task.scans.map(({ row }) => row)));
  const classes = classOfScans(task);
  for (const [i, { row }] of task.scans.entries()) truth[row] = classes[i];
  if (task.kind !== 'regression') return { kind: 'classes', classes: classNames(task).length, truth };
  for (const { row, target } of task.scans) truth[row] = target;
  return { kind: 'number', truth };
}

/** A split in rows of the data set. */
export function rowsOfParts(task: AnyTask, { train, validation, test }: Split): Split {
  const rowsOf = (positions: readonly number[]) => positions.map((i) => task.scans[i].row);
  return { train: rowsOf(train), validation: rowsOf(validation), test: rowsOf(test) };
}

/** One decision a row of two classes, above 0 for positive; scores of several; or numbers. */
export function decisionsOf(task: AnyTask, scores: Scores): Float64Array {
  return task.kind === 'two-class' ? twoClassDecisions(scores) : scores.values;
}
