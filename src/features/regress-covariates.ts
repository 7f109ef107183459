/** @file Covariates regressed out of features: linear regression of every feature, fitted on the training rows. */
import type { Matrix } from '../linear-algebra/kernel.ts';
import { leastSquares } from '../linear-algebra/least-squares.ts';
import { type CovariateCode, type Covariates, covariateDesign, fitCovariateCodes } from './covariates.ts';
import { columnMeans, type Table, tableRows } from './table-rows.ts';

/** What was learnt from the training rows. */
export interface CovariateRegression {
  readonly codes: readonly CovariateCode[];
  /** Change of each feature per unit of each coded covariate, `[coded covariates, columns]`. */
  readonly effects: Float64Array;
}

/**
 * Learns the effect of covariates on each feature. Covariates that depend on each other (a scanner and its site) share
 * their effect; together they take out the same.
 *
 * Where a covariate goes with the label, this takes out of the label's effect too. The label itself is no covariate.
 *
 * @param rows the training rows of the table; test rows never get here
 * @throws InputError naming the scan of a missing value
 */
export function fitCovariateRegression(
  table: Table,
  covariates: Covariates,
  rows: readonly number[],
): CovariateRegression {
  const codes = fitCovariateCodes(covariates, rows);
  const design = covariateDesign(covariates, codes, rows);
  const x = tableRows(table, rows);
  const mean = columnMeans(x);
  for (let at = 0; at < x.values.length; at++) x.values[at] -= mean[at % x.columns];
  return { codes, effects: leastSquares(design.values, design.columns, x.values, x.columns).coefficients };
}

/**
 * `rows` of the table less what their covariates say of them; the mean of the training rows stays. A category that no
 * training row has takes nothing out.
 *
 * @throws InputError naming the scan of a missing value
 */
export function withoutCovariates(
  { codes, effects }: CovariateRegression,
  table: Table,
  covariates: Covariates,
  rows: readonly number[],
): Matrix {
  const x = tableRows(table, rows);
  subtractEffects(x, covariateDesign(covariates, codes, rows), effects);
  return x;
}

/** Subtracts design x effects in place. */
export function subtractEffects({ values, rows, columns }: Matrix, design: Matrix, effects: Float64Array): void {
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < design.columns; k++) {
      const amount = design.values[i * design.columns + k];
      if (amount === 0) continue;
      for (let j = 0; j < columns; j++) values[i * columns + j] -= amount * effects[k * columns + j];
    }
}
