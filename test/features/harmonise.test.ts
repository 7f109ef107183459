/** @file ComBat against its formulas in NumPy (fixtures/make-feature-fixtures.py), and on planted site effects. */
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors/input-error.ts';
import type { Covariates } from '../../src/features/covariates.ts';
import { fitHarmonisation, harmonise } from '../../src/features/harmonise.ts';
import type { Matrix } from '../../src/linear-algebra/kernel.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { largestDifference } from '../classifiers/weyl.ts';
import { featureCohort, featureFixture, range, spoiled } from './feature-cohort.ts';

/** `scans` of each of three sites: noise x the site's spread + its shift, for every feature a little different. */
function planted(scans: number, columns: number): { x: Matrix; sites: string[]; none: Covariates } {
  const stream = randomStream({ seed: 11, purpose: 'simulate' });
  const rows = 3 * scans;
  const shift = Array.from(
    { length: 3 * columns },
    (_, at) => [0, 4, -3][Math.floor(at / columns)] + 0.3 * normal(stream),
  );
  const values = Float64Array.from({ length: rows * columns }, (_, at) => {
    const site = Math.floor(at / columns) % 3;
    return 10 + shift[site * columns + (at % columns)] + [1, 3, 0.4][site] * normal(stream);
  });
  const sites = range(0, rows).map((i) => 'ABC'[i % 3]);
  return { x: { values, rows, columns }, sites, none: { scanIds: range(0, rows).map((i) => `s${i}`), columns: [] } };
}

function momentsOf({ values, columns }: Matrix, rows: readonly number[], j: number): { mean: number; sd: number } {
  const own = rows.map((i) => values[i * columns + j]);
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
  return { mean, sd: Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (own.length - 1)) };
}

describe('harmonising sites', () => {
  it('equals the published formulas, on training rows and on others', () => {
    const { n, p, train, harmonised } = featureFixture.combat;
    const { x, sites, covariates } = featureCohort(n, p);
    const fitted = fitHarmonisation(x, sites, covariates, range(0, train));
    const { features, unseenSites } = harmonise(fitted, x, sites, covariates, range(0, n));
    expect(largestDifference(features.values, harmonised.flat())).toBeLessThan(1e-10);
    expect(unseenSites).toEqual([]);
  });

  it('removes planted means and variances from rows it was not fitted on', () => {
    const { x, sites, none } = planted(150, 8);
    const test = range(300, 450);
    const { features } = harmonise(fitHarmonisation(x, sites, none, range(0, 300)), x, sites, none, test);
    for (let j = 0; j < 8; j++) {
      const before = [0, 1, 2].map((site) =>
        momentsOf(
          x,
          test.filter((i) => i % 3 === site),
          j,
        ),
      );
      const after = [0, 1, 2].map((site) =>
        momentsOf(
          features,
          range(0, 150).filter((i) => (i + 300) % 3 === site),
          j,
        ),
      );
      const spread = (of: { mean: number }[]) =>
        Math.max(...of.map(({ mean }) => mean)) - Math.min(...of.map(({ mean }) => mean));
      const ratio = (of: { sd: number }[]) => Math.max(...of.map(({ sd }) => sd)) / Math.min(...of.map(({ sd }) => sd));
      expect(spread(before)).toBeGreaterThan(4);
      expect(ratio(before)).toBeGreaterThan(4);
      // Pooled deviation about 1.85; a mean of 50 rows wanders by 0.26, a deviation by a tenth.
      expect(spread(after)).toBeLessThan(1.3);
      expect(ratio(after)).toBeLessThan(1.6);
    }
  });

  it('keeps what covariates say', () => {
    // Age differs between sites, and features follow age, not site.
    const { x, sites, covariates } = featureCohort(90, 4);
    const stream = randomStream({ seed: 5, purpose: 'simulate' });
    const age = range(0, 90).map((i) => 20 + 15 * 'S0S1S2'.indexOf(sites[i]) + 5 * normal(stream));
    const values = x.values.map((_, at) => age[Math.floor(at / 4)] / 10 + 0.01 * normal(stream));
    const table = { ...x, values };
    const aged = { ...covariates, columns: [{ name: 'age', kind: 'number' as const, cells: age.map(String) }] };
    const keeping = harmonise(fitHarmonisation(table, sites, aged, range(0, 60)), table, sites, aged, range(0, 90));
    expect(largestDifference(keeping.features.values, values)).toBeLessThan(0.1);
    const none = { ...covariates, columns: [] };
    const without = harmonise(fitHarmonisation(table, sites, none, range(0, 60)), table, sites, none, range(0, 90));
    expect(largestDifference(without.features.values, values)).toBeGreaterThan(1);
  });

  it('test rows do not move the fit by a bit, nor each other', () => {
    const { x, sites, covariates } = featureCohort(40, 5);
    const rows = range(0, 30);
    const fitted = fitHarmonisation(x, sites, covariates, rows);
    expect(fitHarmonisation(spoiled(x, 30), sites, covariates, rows)).toEqual(fitted);
    const all = harmonise(fitted, x, sites, covariates, range(30, 40)).features.values;
    const alone = harmonise(fitted, x, sites, covariates, [33]).features.values;
    expect(alone).toEqual(all.slice(3 * 5, 4 * 5));
  });

  it('leaves rows of a site it was not fitted on as they are, and names it', () => {
    const { x, sites, covariates } = featureCohort(40, 5);
    const moved = sites.map((site, i) => (i < 35 ? site : i % 2 === 0 ? 'new' : 'far'));
    const fitted = fitHarmonisation(x, moved, covariates, range(0, 30));
    const { features, unseenSites } = harmonise(fitted, x, moved, covariates, range(34, 40));
    expect(unseenSites).toEqual(['far', 'new']);
    expect(features.values.subarray(5)).toEqual(x.values.subarray(35 * 5));
    expect(features.values.subarray(0, 5)).not.toEqual(x.values.subarray(34 * 5, 35 * 5));
  });

  it('a feature that does not vary stays; a site with one row, and one with the same row twice, are no NaN', () => {
    const { x, sites, covariates } = featureCohort(30, 6);
    const values = x.values.map((value, at) => (at % 6 === 2 ? 0.1 : at % 6 === 3 ? 0 : value));
    for (let j = 0; j < 6; j++) values[6 + j] = values[j];
    const few = sites.map((_, i) => (i === 29 ? 'one' : i < 2 ? 'twice' : i % 2 === 0 ? 'A' : 'B'));
    const none = { ...covariates, columns: [] };
    const table = { ...x, values };
    const fitted = fitHarmonisation(table, few, none, range(0, 30));
    const { features } = harmonise(fitted, table, few, none, range(0, 30));
    for (const [at, value] of features.values.entries()) {
      expect(Number.isFinite(value)).toBe(true);
      if (at % 6 === 2) expect(value).toBe(0.1);
      if (at % 6 === 3) expect(value).toBe(0);
    }
    expect([...(fitted.sites.get('one')?.variance ?? [])]).toEqual(Array(6).fill(1));
  });

  it('one feature alone is harmonised by its own moments', () => {
    const { x, sites, none } = planted(20, 1);
    const { features } = harmonise(fitHarmonisation(x, sites, none, range(0, 60)), x, sites, none, range(0, 60));
    const of = [0, 1, 2].map((site) =>
      momentsOf(
        features,
        range(0, 60).filter((i) => i % 3 === site),
        0,
      ),
    );
    for (const { mean, sd } of of) {
      expect(mean).toBeCloseTo(of[0].mean, 10);
      expect(sd).toBeCloseTo(of[0].sd, 10);
    }
  });

  it('refuses one site, no site, a covariate that is the site, and a missing covariate', () => {
    const { x, sites, covariates } = featureCohort(30, 4);
    const rows = range(0, 30);
    const learn = (own: readonly string[], of: Covariates = covariates) => fitHarmonisation(x, own, of, rows);
    expect(() => learn(sites.map(() => 'A'))).toThrow(
      'harmonising sites: the training scans are of one site, expected two or more, found A; leave harmonising out.',
    );
    expect(() => learn(sites.with(7, ''))).toThrow('scan scan7: there is no site to harmonise it by');
    const scanner = {
      name: 'scanner',
      kind: 'category' as const,
      cells: sites.map((site) => (site === 'S0' ? 'x' : 'y')),
    };
    expect(() => learn(sites, { ...covariates, columns: [...covariates.columns, scanner] })).toThrow(
      'harmonising sites: a covariate is the same for all scans of a site',
    );
    const [age] = covariates.columns;
    expect(() => learn(sites, { ...covariates, columns: [{ ...age, cells: age.cells.with(3, 'n/a') }] })).toThrow(
      'scan scan3: covariate "age" has no value; leave out the covariate or the scans without a value.',
    );
    expect(() => learn(sites.map(() => 'A'))).toThrow(InputError);
  });
});
