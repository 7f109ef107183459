/** @file What a classifier of frozen features sees of a split: its rows, standardised, and kernels between them. */
import { type Table, tableRows } from '../features/table-rows.ts';
import type { TaskScan } from '../labels/labels.ts';
import { type Kernel, kernelMatrix, kernelOfProducts, type Matrix, scaleGamma } from '../linear-algebra/kernel.ts';
import type { Split } from '../splits/split.ts';
import { subKernel } from './kernel-expansion.ts';
import { fitStandardScaler, standardise } from './standard-scaler.ts';

/** Kernel values between training rows, `[n, n]`, and of test rows against them, `[tests, n]`. */
export interface SplitKernels {
  readonly inside: Float64Array;
  readonly across: Float64Array;
}

/** Rows of one split, standardised with the mean and deviation of its training rows. */
export interface SplitRows {
  readonly train: Matrix;
  readonly test: Matrix;
  /** Who the training rows are of. */
  readonly participantIds: readonly string[];
  /** `rbf` has scikit-learn's gamma 'scale'. Computed once, however many ask. */
  readonly kernels: (kind: Kernel['kind']) => SplitKernels;
}

/** Rows of a split. Nothing of a test row gets into what the training rows become. */
export function rowsOfSplit(features: Table, scans: readonly TaskScan[], split: Split): SplitRows {
  const rowsOf = (positions: readonly number[]) => positions.map((i) => scans[i].row);
  const scaler = fitStandardScaler(features, rowsOf(split.train));
  const train = standardise(scaler, features, rowsOf(split.train));
  const test = standardise(scaler, features, rowsOf(split.test));
  let linear: SplitKernels | undefined;
  let rbf: SplitKernels | undefined;
  const products = () => {
    linear ??= {
      inside: kernelMatrix({ kind: 'linear' }, train, train),
      across: kernelMatrix({ kind: 'linear' }, test, train),
    };
    return linear;
  };
  const radial = () => {
    const kernel = { kind: 'rbf', gamma: scaleGamma(train) } as const;
    const { inside, across } = products();
    rbf ??= {
      inside: kernelOfProducts(kernel, inside, train, train),
      across: kernelOfProducts(kernel, across, test, train),
    };
    return rbf;
  };
  return {
    train,
    test,
    participantIds: split.train.map((i) => scans[i].participantId),
    kernels: (kind) => {
      switch (kind) {
        case 'linear':
          return products();
        case 'rbf':
          return radial();
      }
    },
  };
}

/**
 * Some of the training rows as if they were a split: to choose inside the training rows, or to label them anew. They keep
 * the scale and the kernel width of all training rows, in which no label takes part, so that kernels are cut out and not
 * computed.
 *
 * @param train positions among the training rows, as `test`
 */
export function rowsWithin(rows: SplitRows, train: readonly number[], test: readonly number[]): SplitRows {
  const n = rows.train.rows;
  return {
    get train() {
      return tableRows(rows.train, train);
    },
    get test() {
      return tableRows(rows.train, test);
    },
    participantIds: train.map((i) => rows.participantIds[i]),
    kernels: (kind) => {
      const { inside } = rows.kernels(kind);
      return { inside: subKernel(inside, n, train, train), across: subKernel(inside, n, test, train) };
    },
  };
}
