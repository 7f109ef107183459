/**
 * @file The paper's protocol: standardise, then a support vector machine with C = 1, on frozen features.
 *
 * Fitted on the training rows and scored on the test rows of each split. The validation rows stay unused, as in the
 * paper: nothing is tuned. They are there for protocols that tune.
 */
import type { Features } from '../features/features.ts';
import type { Task } from '../labels/labels.ts';
import { type Kernel, kernelMatrix, type Matrix, scaleGamma } from '../linear-algebra/kernel.ts';
import type { Split } from '../splits/split.ts';
import { fitStandardScaler, standardise } from './standard-scaler.ts';
import { fitSvm, svmDecisions } from './svm.ts';

/** `svm`: RBF kernel, gamma 'scale'. `svm-linear`: linear kernel. */
export type SvmProtocol = 'svm' | 'svm-linear';

/**
 * Decision values of the test scans of one split.
 *
 * @param features rows as in the data set; `task.scans[i].row` finds them
 * @returns in the order of `split.test`; above 0 means positive
 */
export function svmOnSplit(features: Features, task: Task, split: Split, protocol: SvmProtocol): Float64Array {
  const rowsOf = (positions: readonly number[]) => positions.map((i) => task.scans[i].row);
  const scaler = fitStandardScaler(features, rowsOf(split.train));
  const train = standardise(scaler, features, rowsOf(split.train));
  const test = standardise(scaler, features, rowsOf(split.test));
  const kernel = kernelOf(protocol, train);
  const positive = split.train.map((i) => task.scans[i].positive);
  return svmDecisions(fitSvm(kernelMatrix(kernel, train, train), positive), kernelMatrix(kernel, test, train));
}

/** The kernel that a protocol takes for standardised rows. */
function kernelOf(protocol: SvmProtocol, train: Matrix): Kernel {
  switch (protocol) {
    case 'svm':
      return { kind: 'rbf', gamma: scaleGamma(train) };
    case 'svm-linear':
      return { kind: 'linear' };
  }
}
