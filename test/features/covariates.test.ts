/** @file Covariates: how they are read and coded, regressed out of features, and as features of their own. */
import { describe, expect, it } from 'vitest';
import type { Scan } from '../../src/dataset/dataset.ts';
import { InputError } from '../../src/errors/input-error.ts';
import { confoundFeatures } from '../../src/features/confound-features.ts';
import { type Covariates, covariateDesign, fitCovariateCodes, readCovariates } from '../../src/features/covariates.ts';
import { fitCovariateRegression, withoutCovariates } from '../../src/features/regress-covariates.ts';
import { largestDifference } from '../classifiers/weyl.ts';
import { featureCohort, featureFixture, range, spoiled } from './feature-cohort.ts';

function dataset(scans: readonly (Record<string, string> & { site: string })[]) {
  return {
    directory: 'made-up.dataset',
    phenotypeColumns: Object.keys(scans[0]).filter((name) => name !== 'site'),
    scans: scans.map(
      ({ site, ...phenotype }, i): Scan => ({
        scanId: `scan${i}`,
        participantId: `p${i}`,
        session: '',
        run: '',
        site,
        timepoints: 10,
        offset: 0,
        tr: undefined,
        phenotype,
      }),
    ),
  };
}

const cohort = dataset(
  range(0, 40).map((i) => ({
    site: String(i % 20),
    age: i === 5 ? 'n/a' : String(18 + i),
    sex: String(1 + (i % 2)),
    scanner: `Scanner ${i % 15}`,
    note: `note ${i}`,
    iq: '',
  })),
);

describe('reading covariates', () => {
  it('tells numbers from categories: site is one, whatever it is called', () => {
    const { scanIds, columns } = readCovariates([cohort], ['age', 'sex', 'site', 'scanner']);
    expect(columns.map(({ kind }) => kind)).toEqual(['number', 'category', 'category', 'category']);
    expect(scanIds[39]).toBe('scan39');
    expect(columns[0].cells.slice(4, 7)).toEqual(['22', 'n/a', '24']);
    expect(columns[2].cells[21]).toBe('1');
    expect(readCovariates([cohort, cohort], ['sex']).columns[0].cells).toHaveLength(80);
  });

  it('refuses a column that is absent, empty, or text of its own for every scan', () => {
    expect(() => readCovariates([cohort], ['agee'])).toThrow('did you mean age.');
    expect(() => readCovariates([cohort], ['iq'])).toThrow(
      'covariate "iq": no scan has a value; leave the covariate out.',
    );
    expect(() => readCovariates([cohort], ['note'])).toThrow('found 40 values for 40 scans, such as "note 0"');
    for (const name of ['agee', 'iq', 'note']) expect(() => readCovariates([cohort], [name])).toThrow(InputError);
  });
});

const small: Covariates = {
  scanIds: ['a', 'b', 'c', 'd', 'e', 'f'],
  columns: [
    { name: 'age', kind: 'number', cells: ['10', '20', '', '30', '40', 'NA'] },
    { name: 'site', kind: 'category', cells: ['X', 'Y', 'X', 'X', 'Z', ''] },
  ],
};

describe('confounds as features', () => {
  it('numbers standardised, categories one column each, a column for what is missing', () => {
    const { values, rows, columns } = confoundFeatures(small, [0, 1, 2, 3]);
    const unit = Math.sqrt(200 / 3);
    expect([rows, columns]).toEqual([6, 4]);
    // age, age missing, site X, site Y
    expect([...values].map((value) => Number(value.toFixed(12)))).toEqual(
      [
        [-10 / unit, 0, 1, 0],
        [0, 0, 0, 1],
        [0, 1, 1, 0],
        [10 / unit, 0, 1, 0],
        [20 / unit, 0, 0, 0],
        [0, 1, 0, 0],
      ]
        .flat()
        .map((value) => Number(value.toFixed(12))),
    );
  });

  it('take nothing from test rows', () => {
    const other: Covariates = {
      ...small,
      columns: small.columns.map((column) => ({ ...column, cells: [...column.cells.slice(0, 4), '7', '7'] })),
    };
    const own = (of: Covariates) => confoundFeatures(of, [0, 1, 2, 3]).values.slice(0, 4 * 4);
    expect(own(other)).toEqual(own(small));
    expect(() => confoundFeatures(small, [2, 5])).toThrow(
      'covariate "age": no training scan has a value; leave the covariate out.',
    );
  });
});

describe('the design', () => {
  it('is of mean 0 over training rows; an unknown category is in the middle', () => {
    const codes = fitCovariateCodes(small, [0, 1, 3]);
    const { values, columns } = covariateDesign(small, codes, [0, 1, 3, 4]);
    expect(columns).toBe(3);
    for (let k = 0; k < 3; k++) expect(values[k] + values[3 + k] + values[6 + k]).toBeCloseTo(0, 14);
    expect([...values.subarray(10)]).toEqual([0, 0]);
  });

  it('a number that does not vary is 0', () => {
    const constant: Covariates = {
      scanIds: ['a', 'b'],
      columns: [{ name: 'tr', kind: 'number', cells: ['0.1', '0.1'] }],
    };
    expect([...covariateDesign(constant, fitCovariateCodes(constant, [0, 1]), [0, 1]).values]).toEqual([0, 0]);
  });
});

describe('covariates regressed out', () => {
  const withSite = (n: number, p: number) => {
    const { x, sites, covariates } = featureCohort(n, p);
    const site = { name: 'site', kind: 'category' as const, cells: sites };
    return { x, covariates: { ...covariates, columns: [...covariates.columns, site] } };
  };

  it('equals scikit-learn on rows it was not fitted on', () => {
    const { n, p, train, left } = featureFixture.regressedOut;
    const { x, covariates } = withSite(n, p);
    const fitted = fitCovariateRegression(x, covariates, range(0, train));
    const found = withoutCovariates(fitted, x, covariates, range(train, n));
    expect(largestDifference(found.values, left.flat())).toBeLessThan(1e-11);
  });

  it('leaves training rows without correlation, their mean as it was; one said twice takes out the same', () => {
    const { x, covariates } = withSite(36, 5);
    const rows = range(3, 30);
    const fitted = fitCovariateRegression(x, covariates, rows);
    const left = withoutCovariates(fitted, x, covariates, rows);
    const design = covariateDesign(covariates, fitted.codes, rows);
    for (let j = 0; j < 5; j++) {
      const mean = (values: Float64Array, of: readonly number[]) =>
        of.reduce((sum, i) => sum + values[i * 5 + j], 0) / of.length;
      expect(mean(left.values, range(0, 27))).toBeCloseTo(mean(x.values, rows), 12);
      for (let k = 0; k < design.columns; k++) {
        const product = range(0, 27).reduce(
          (sum, i) => sum + design.values[i * design.columns + k] * left.values[i * 5 + j],
          0,
        );
        expect(Math.abs(product)).toBeLessThan(1e-11);
      }
    }
    const twice = { ...covariates, columns: [...covariates.columns, ...covariates.columns] };
    const again = withoutCovariates(fitCovariateRegression(x, twice, rows), x, twice, range(0, 36));
    expect(largestDifference(again.values, withoutCovariates(fitted, x, covariates, range(0, 36)).values)).toBeLessThan(
      1e-11,
    );
  });

  it('test rows do not move the fit by a bit', () => {
    const { x, covariates } = withSite(30, 4);
    expect(fitCovariateRegression(spoiled(x, 22), covariates, range(0, 22))).toEqual(
      fitCovariateRegression(x, covariates, range(0, 22)),
    );
  });

  it('names the scan of a missing value, also where only a test row misses it', () => {
    const { x, covariates } = withSite(30, 4);
    const [age, ...others] = covariates.columns;
    const missing = { ...covariates, columns: [{ ...age, cells: age.cells.with(25, '-9999') }, ...others] };
    const fitted = fitCovariateRegression(x, missing, range(0, 20));
    expect(() => withoutCovariates(fitted, x, missing, [24, 25])).toThrow(
      'scan scan25: covariate "age" has no value; leave out the covariate or the scans without a value.',
    );
  });
});
