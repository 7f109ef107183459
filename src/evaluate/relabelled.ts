/** @file A protocol on many labellings of the same scans: one kernel matrix serves every labelling and split. */
import { type Kernel, kernelMatrix, kernelOfProducts, type Matrix, scaleGamma } from './kernel.ts';
import { subKernel } from './kernel-expansion.ts';
import type { Task } from './labels.ts';
import type { Refit } from './permutation.ts';
import type { Protocol } from './protocols.ts';
import type { SplitRows } from './split-rows.ts';
import type { Split } from './splits.ts';
import { fitStandardScaler, standardise } from './standard-scaler.ts';
import { type Table, tableRows } from './table-rows.ts';

/**
 * A {@link Refit} of a protocol on frozen features that is fast enough for a thousand permutations of an SVM: features are
 * standardised over all scans of the task, so the kernel is computed once (8 scans^2 bytes, 3.4 MB for 651).
 *
 * The protocol itself standardises over the training rows of each split; the scores differ in about the third digit.
 * That is no leak and no bias here: no label takes part, and the real labels go through the same rule as the permuted.
 *
 * A fit with the RBF kernel takes about one step a training row, whatever the labels. With a linear kernel permuted labels
 * can take a thousand where features depend on each other: 1,000 permutations are then hours, not minutes. So they are
 * where a penalty is chosen inside the training rows (`logistic`, `ridge`).
 *
 * @param features rows as in the data set; `task.scans[i].row` finds them
 */
export function relabelled(features: Table, task: Task, protocol: Protocol, seed = 0): Refit {
  const rowsOf = rowsOfSplits(features, task);
  return ({ scans }, splits) =>
    splits.map((split, index) => {
      const positive = split.train.map((i) => scans[i].positive);
      // A given split can be left with one class to train on: then all test scans are called that.
      if (positive.every((is) => is === positive[0]))
        return new Float64Array(split.test.length).fill(positive[0] ? 1 : -1);
      return protocol.decide(rowsOf(split), { kind: 'two-class', positive }, { seed, split: index });
    });
}

/** Rows of any split, standardised over all scans, with kernels cut out of the whole. */
function rowsOfSplits(features: Table, { scans }: Task): (split: Split) => SplitRows {
  const rows = scans.map((scan) => scan.row);
  const all = standardise(fitStandardScaler(features, rows), features, rows);
  const whole = new Map<Kernel['kind'], Float64Array>();
  const wholeOf = (kind: Kernel['kind']): Float64Array => {
    const known = whole.get(kind) ?? computeWhole(kind);
    whole.set(kind, known);
    return known;
  };
  const computeWhole = (kind: Kernel['kind']): Float64Array => {
    switch (kind) {
      case 'linear':
        return kernelMatrix({ kind }, all, all);
      case 'rbf':
        return kernelOfProducts({ kind, gamma: scaleGamma(all) }, wholeOf('linear'), all, all);
    }
  };
  return ({ train, test }) => ({
    get train(): Matrix {
      return tableRows(all, train);
    },
    get test(): Matrix {
      return tableRows(all, test);
    },
    participantIds: train.map((i) => scans[i].participantId),
    kernels: (kind) => ({
      inside: subKernel(wholeOf(kind), rows.length, train, train),
      across: subKernel(wholeOf(kind), rows.length, test, train),
    }),
  });
}
