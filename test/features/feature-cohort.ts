/** @file The cohort of fixtures/make-feature-fixtures.py: features that age, sex and site change, by the same formulas. */
import { readFileSync } from 'node:fs';
import type { Covariates } from '../../src/features/covariates.ts';
import type { Matrix } from '../../src/linear-algebra/kernel.ts';
import { weyl } from '../classifiers/weyl.ts';

interface CohortCase {
  readonly n: number;
  readonly p: number;
  readonly train: number;
}
export const featureFixture = JSON.parse(readFileSync(new URL('fixtures/features.json', import.meta.url), 'utf8')) as {
  tangent: {
    scans: number;
    rois: number;
    train: number;
    upper: number[][];
    vectors: Record<'geometric' | 'log-euclidean' | 'euclidean', number[][]>;
  };
  components: (CohortCase & {
    components: number;
    kept: number;
    variances: number[];
    shares: number[];
    coordinates: number[][];
  })[];
  combat: CohortCase & { harmonised: number[][] };
  regressedOut: CohortCase & { left: number[][] };
};

export interface Cohort {
  readonly x: Matrix;
  readonly sites: string[];
  /** Age and sex. */
  readonly covariates: Covariates;
}

export function featureCohort(n: number, p: number): Cohort {
  const { values } = weyl(n, p);
  const index = Array.from({ length: n }, (_, i) => i);
  const site = index.map((i) => ((i * 7) % 11) % 3);
  const age = index.map((i) => Math.round(10 * (20 + 40 * ((i * 0.6180339887498949) % 1))) / 10);
  const sex = index.map((i) => Math.floor(i / 2) % 2);
  for (const i of index)
    for (let j = 0; j < p; j++) {
      const own = j === p - 1 ? Math.sin(i) : values[i * p + j];
      const moved = own * [1, 2, 0.5][site[i]] + [0, 1.5, -1][site[i]] * (1 + (j % 3)) + 0.02 * age[i];
      values[i * p + j] = moved + (j % 2 === 0 ? 0.7 * sex[i] : 0);
    }
  return {
    x: { values, rows: n, columns: p },
    sites: site.map((own) => `S${own}`),
    covariates: {
      scanIds: index.map((i) => `scan${i}`),
      columns: [
        { name: 'age', kind: 'number', cells: age.map(String) },
        { name: 'sex', kind: 'category', cells: sex.map((own) => 'FM'[own]) },
      ],
    },
  };
}

/** `from`, …, `to - 1`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** The same table with rows from `first` on made into something else. */
export function spoiled({ values, rows, columns }: Matrix, first: number): Matrix {
  return {
    values: values.map((value, at) => (at < first * columns ? value : 1e3 * Math.cos(at) - value)),
    rows,
    columns,
  };
}
