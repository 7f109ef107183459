/** @file Confounds alone as features: what age, sex, site and motion reach without any brain. */
import { isMissing } from '../dataset/missing-value.ts';
import type { Matrix } from '../linear-algebra/kernel.ts';
import { type CovariateCode, type Covariates, fitCovariateCodes, matrixOf } from './covariates.ts';

/**
 * The table of the confound baseline, to be classified like any features. By covariate, as learnt from the training rows:
 *
 * - a number: (value - mean) / deviation; where it is missing 0, the mean;
 * - a category: one column of 0 and 1 for each value; all 0 where it is missing or no training row has this value;
 * - either, when some training row has no value: one more column, 1 where it is missing. Missing can tell, too.
 *
 * @param training the training rows
 * @returns `[scans, columns]`, all scans in order
 * @throws InputError when no training scan has a value of some covariate
 */
export function confoundFeatures(covariates: Covariates, training: readonly number[]): Matrix {
  const codes = fitCovariateCodes(covariates, training);
  return matrixOf(
    covariates.scanIds.map((_, row) =>
      codes.flatMap((code, at) => {
        const cell = covariates.columns[at].cells[row];
        const missing = isMissing(cell);
        const indicator = code.missing > 0 ? [Number(missing)] : [];
        return [...columnsOf(code, missing ? undefined : cell), ...indicator];
      }),
    ),
  );
}

function columnsOf(code: CovariateCode, cell: string | undefined): number[] {
  switch (code.kind) {
    case 'number':
      return [cell === undefined ? 0 : (Number(cell) - code.mean) / code.scale];
    case 'category':
      return code.values.map((value) => Number(value === cell));
  }
}
