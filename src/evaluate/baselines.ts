/**
 * @file What a model must be compared with.
 *
 * - `majority`: always the larger class of the training scans. Nothing below its accuracy is worth a look.
 * - `fc_svm`: the same protocol on raw functional connectivity ({@link upperTriangles}). A model that does not pass it
 *   has not earned its pretraining.
 * - `untrained`: the same protocol on the embedding of the same network before pretraining. What passes it was learnt.
 */
import type { Task } from './labels.ts';
import type { Split } from './splits.ts';

/** One decision for all test scans: 1 when most training scans are positive, -1 otherwise. */
export function majorityOnSplit(task: Task, split: Split): Float64Array {
  const positives = split.train.filter((i) => task.scans[i].positive).length;
  return new Float64Array(split.test.length).fill(2 * positives > split.train.length ? 1 : -1);
}
