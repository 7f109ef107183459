/** @file The SVM protocol on other labels: kernels are computed once a split, only the machines are fitted again. */
import type { Features } from './features.ts';
import type { Task } from './labels.ts';
import type { Refit } from './permutation.ts';
import { type Protocol, svmKernels } from './protocol-svm.ts';
import type { Split } from './splits.ts';
import { fitSvm, svmDecisions } from './svm.ts';

/**
 * A {@link Refit} that gives the decisions of `svmOnSplit` bit by bit. It keeps 8 (train + test) train bytes a split: 18 MB
 * for 10 splits of 651 scans.
 */
export function svmRefit(features: Features, task: Task, splits: readonly Split[], protocol: Protocol): Refit {
  const kernels = splits.map((split) => svmKernels(features, task, split, protocol));
  return (positive) =>
    splits.map(({ train, test }, index) => {
      const labels = train.map((i) => positive[i]);
      // Permuted labels can leave a small training side with one class: then all test scans are called that.
      if (labels.every((is) => is === labels[0])) return new Float64Array(test.length).fill(labels[0] ? 1 : -1);
      return svmDecisions(fitSvm(kernels[index].train, labels), kernels[index].test);
    });
}
