/** @file A protocol on many labellings of the same scans: one kernel matrix serves every labelling and split. */
import type { Protocol } from '../classifiers/protocols.ts';
import { rowsOfSplit, rowsWithin } from '../classifiers/split-rows.ts';
import type { Table } from '../features/table-rows.ts';
import type { Task } from '../labels/labels.ts';
import type { Refit } from '../statistics/permutation.ts';

/**
 * A {@link Refit} of a protocol on frozen features that is fast enough for a thousand permutations of an SVM: features are
 * standardised over all scans of the task, so the kernel is computed once (8 scans^2 bytes, 3.4 MB for 651).
 *
 * The protocol itself standardises over the training rows of each split; the scores differ in about the third digit.
 * That is no leak and no bias here: no label takes part, and the real labels go through the same rule as the permuted.
 *
 * A fit with the RBF kernel takes about one step a training row, whatever the labels. With a linear kernel permuted labels
 * take twenty and more where features depend on each other: ten thousand steps, a twentieth of a second, for 456 rows of
 * embeddings, so that 1,000 permutations of ten splits are minutes still. Where a penalty is chosen inside the training
 * rows (`logistic`, `ridge`) they are hours.
 *
 * @param features rows as in the data set; `task.scans[i].row` finds them
 */
export function relabelled(features: Table, task: Task, protocol: Protocol, seed = 0): Refit {
  const whole = rowsOfSplit(features, task.scans, { train: [...task.scans.keys()], validation: [], test: [] });
  return ({ scans }, splits) =>
    splits.map((split, index) => {
      const positive = split.train.map((i) => scans[i].positive);
      // A given split can be left with one class to train on: then all test scans are called that.
      if (positive.every((is) => is === positive[0]))
        return new Float64Array(split.test.length).fill(positive[0] ? 1 : -1);
      return protocol.decide(
        rowsWithin(whole, split.train, split.test),
        { kind: 'two-class', positive },
        { seed, split: index },
      );
    });
}
