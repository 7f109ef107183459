/** @file Features that are fitted on the training rows of each split: tangent space, components, confounds, control. */
import { type FeatureSource, fixedSource } from '../classifiers/contender.ts';
import { confoundFeatures } from '../features/confound-features.ts';
import type { Covariates } from '../features/covariates.ts';
import type { FeatureBank } from '../features/feature-bank.ts';
import { fitHarmonisation, harmonise } from '../features/harmonise.ts';
import { alongComponents, fitPrincipalComponents } from '../features/principal-components.ts';
import { fitCovariateRegression, withoutCovariates } from '../features/regress-covariates.ts';
import type { Table } from '../features/table-rows.ts';
import { fitTangentSpace, tangentVectors } from '../features/tangent-space.ts';
import type { TaskScan } from '../labels/labels.ts';
import type { Matrix } from '../linear-algebra/kernel.ts';
import type { Split } from '../splits/split.ts';

/** Principal components explain so much of the training rows' variance. */
const EXPLAINED = 0.95;

/** Tangent-space connectivity at the geometric mean of the training scans. */
export function tangentSource(bank: FeatureBank): FeatureSource {
  return fitted(({ train, used }) => {
    const covariances = bank.covariances();
    const space = fitTangentSpace(covariances, train);
    return scattered(tangentVectors(space, covariances, used), used, covariances.scans);
  });
}

/** Raw connectivity along the principal components of the training rows. */
export function componentsSource(source: FeatureSource): FeatureSource {
  return fitted(({ train, used }, task, split) => {
    const table = source.on(task, split);
    const components = fitPrincipalComponents(table, train, { variance: EXPLAINED });
    return scattered(alongComponents(components, table, used), used, table.rows);
  });
}

/** Age, sex, site, motion and no brain. */
export function confoundSource(covariates: Covariates): FeatureSource {
  return fitted(({ train }) => confoundFeatures(covariates, train));
}

/** What is taken out of features before anything learns from them, fitted on the training rows. */
export interface ConfoundControl {
  /** `combat`: shift and spread of sites, keeping what covariates explain. `regress`: what covariates explain. */
  readonly method: 'combat' | 'regress';
  readonly covariates: Covariates;
  /** Of all scans. */
  readonly sites: readonly string[];
}

/** A source whose features are controlled for confounds. */
export function controlledSource(source: FeatureSource, control: ConfoundControl | undefined): FeatureSource {
  if (control === undefined) return source;
  const { method, covariates, sites } = control;
  return fitted(({ train, used }, task, split) => {
    const table = source.on(task, split);
    switch (method) {
      case 'combat': {
        const learnt = fitHarmonisation(table, sites, covariates, train);
        return scattered(harmonise(learnt, table, sites, covariates, used).features, used, table.rows);
      }
      case 'regress': {
        const learnt = fitCovariateRegression(table, covariates, train);
        return scattered(withoutCovariates(learnt, table, covariates, used), used, table.rows);
      }
    }
  });
}

/** The source of a table that is there. */
export async function tableSource(
  bank: FeatureBank,
  name: Parameters<FeatureBank['table']>[0],
): Promise<FeatureSource> {
  return fixedSource(await bank.table(name));
}

/** Rows of the data set: those to fit on, and all that are trained or tested on. */
interface UsedRows {
  readonly train: readonly number[];
  readonly used: readonly number[];
}

/** Fitted once a split, however many learn from it. */
function fitted(of: (rows: UsedRows, ...asked: Parameters<FeatureSource['on']>) => Table): FeatureSource {
  let last: { readonly scans: readonly TaskScan[]; readonly split: Split; readonly table: Table } | undefined;
  return {
    on: (task, split) => {
      if (last === undefined || last.scans !== task.scans || last.split !== split) {
        const rowsOf = (positions: readonly number[]) => positions.map((i) => task.scans[i].row);
        const train = rowsOf(split.train);
        const table = of({ train, used: [...train, ...rowsOf(split.test)] }, task, split);
        last = { scans: task.scans, split, table };
      }
      return last.table;
    },
  };
}

/** Rows put in their places of a table of all scans; the others are zero and not for use. */
function scattered({ values, columns }: Matrix, rows: readonly number[], count: number): Matrix {
  const out = new Float64Array(count * columns);
  for (const [i, row] of rows.entries()) out.set(values.subarray(i * columns, (i + 1) * columns), row * columns);
  return { values: out, rows: count, columns };
}
