/**
 * @file ComBat: differences of mean and variance between sites taken out of features, fitted on the training rows.
 *
 * Johnson, Li, Rabinovic, "Adjusting batch effects in microarray expression data using empirical Bayes methods",
 * Biostatistics 8:118-127, 2007; for brain images Fortin et al., NeuroImage 161:149-170, 2017. A feature of a scan is
 * mean + covariates x effects + deviation x (site's shift + site's spread x noise). Sites with few scans learn from all
 * features (empirical Bayes).
 *
 * What covariates explain is kept in the features. The label must not be one of them: test labels would be needed to apply it.
 */
import { InputError } from '../errors/input-error.ts';
import { rowsByKey } from '../labels/training-rows.ts';
import type { Matrix } from '../linear-algebra/kernel.ts';
import { leastSquares } from '../linear-algebra/least-squares.ts';
import { type CovariateCode, type Covariates, covariateDesign, fitCovariateCodes } from './covariates.ts';
import { subtractEffects } from './regress-covariates.ts';
import { type SiteMoments, shrinkSite, siteMoments } from './site-effect.ts';
import { columnMeans, type Table, tableRows } from './table-rows.ts';

/** What was learnt from the training rows. */
export interface Harmonisation {
  readonly codes: readonly CovariateCode[];
  /** `[coded covariates, columns]` */
  readonly effects: Float64Array;
  /** Of the sites, by their training rows, with the covariates at their mean; `[columns]`. */
  readonly mean: Float64Array;
  /** Within sites, pooled; 0 for a feature that does not vary there, which stays as it is. */
  readonly deviation: Float64Array;
  readonly sites: ReadonlyMap<string, SiteMoments>;
}

/** Rows after harmonising, and the sites among them that no training row is of. */
export interface Harmonised {
  readonly features: Matrix;
  readonly unseenSites: readonly string[];
}

/**
 * Learns site effects.
 *
 * @param sites of all scans of the table
 * @param covariates what to keep; may have no columns
 * @param rows the training rows; test rows never get here
 * @throws InputError when there is one site only, a scan has no site or a covariate no value, or covariates and sites
 *   cannot be told apart
 */
export function fitHarmonisation(
  table: Table,
  sites: readonly string[],
  covariates: Covariates,
  rows: readonly number[],
): Harmonisation {
  requireSites(covariates.scanIds, sites, rows);
  const bySite = rowsByKey(rows.map((row) => sites[row]));
  if (bySite.size < 2)
    throw new InputError({
      where: 'harmonising sites',
      problem: 'the training scans are of one site',
      expected: 'two or more',
      found: [...bySite.keys()].join(', '),
      fix: 'leave harmonising out',
    });
  const codes = fitCovariateCodes(covariates, rows);
  const design = covariateDesign(covariates, codes, rows);
  const x = tableRows(table, rows);
  const { mean, effects } = fitMeans(x, design, [...bySite.values()]);
  centre(x, mean);
  subtractEffects(x, design, effects);
  const deviation = pooledDeviation(x, mean, [...bySite.values()]);
  divide(x, deviation);
  const sitesLearnt = new Map([...bySite].map(([site, own]) => [site, shrinkSite(siteMoments(x, own), deviation)]));
  return { codes, effects, mean, deviation, sites: sitesLearnt };
}

/**
 * `rows` of the table without their site's shift and spread.
 *
 * A site that no training row is of has no known effect. Its rows stay as they are: they are on the scale of the data, and a
 * prediction for one scan depends on no other test scan. (Taking its effect from its own test rows would make
 * predictions depend on who else is tested, and on the site's share of patients.) They are reported.
 *
 * @throws InputError when a scan has no site or a covariate no value
 */
export function harmonise(
  fitted: Harmonisation,
  table: Table,
  sites: readonly string[],
  covariates: Covariates,
  rows: readonly number[],
): Harmonised {
  requireSites(covariates.scanIds, sites, rows);
  const { codes, effects, mean, deviation } = fitted;
  const original = tableRows(table, rows);
  const design = covariateDesign(covariates, codes, rows);
  const x = tableRows(table, rows);
  centre(x, mean);
  subtractEffects(x, design, effects);
  const { columns } = x;
  const unseen = new Set<string>();
  for (const [i, row] of rows.entries()) {
    const site = fitted.sites.get(sites[row]);
    if (site === undefined) {
      unseen.add(sites[row]);
      continue;
    }
    for (let j = 0; j < columns; j++) {
      if (deviation[j] === 0) continue;
      const at = i * columns + j;
      const residual = x.values[at];
      const cleaned = (residual - deviation[j] * site.shift[j]) / Math.sqrt(site.variance[j]);
      original.values[at] += cleaned - residual;
    }
  }
  return { features: original, unseenSites: [...unseen].sort() };
}

function requireSites(scanIds: readonly string[], sites: readonly string[], rows: readonly number[]): void {
  const without = rows.find((row) => sites[row] === '');
  if (without !== undefined)
    throw new InputError({
      where: `scan ${scanIds[without]}`,
      problem: 'there is no site to harmonise it by',
      fix: 'give every scan a site, or leave harmonising out',
    });
}

/** Means of the sites, weighed by their rows, and effects of the covariates within sites, by least squares together. */
function fitMeans(
  x: Matrix,
  design: Matrix,
  bySite: readonly (readonly number[])[],
): { mean: Float64Array; effects: Float64Array } {
  const width = bySite.length + design.columns;
  const together = new Float64Array(x.rows * width);
  for (const [site, own] of bySite.entries()) for (const i of own) together[i * width + site] = 1;
  for (let i = 0; i < x.rows; i++)
    together.set(design.values.subarray(i * design.columns, (i + 1) * design.columns), i * width + bySite.length);
  const { coefficients, rank } = leastSquares(together, width, x.values, x.columns);
  const alone = leastSquares(design.values, design.columns, new Float64Array(0), 0).rank;
  if (rank < bySite.length + alone)
    throw new InputError({
      where: 'harmonising sites',
      problem: 'a covariate is the same for all scans of a site, or another covariate and the sites say it',
      expected: 'covariates that vary within sites',
      fix: 'leave this covariate out',
    });
  const mean = new Float64Array(x.columns);
  for (const [site, own] of bySite.entries())
    for (let j = 0; j < x.columns; j++) mean[j] += (own.length / x.rows) * coefficients[site * x.columns + j];
  return { mean, effects: coefficients.slice(bySite.length * x.columns) };
}

/** Root of the mean square of what sites and covariates leave, `[columns]`; 0 where that is rounding. */
function pooledDeviation(x: Matrix, mean: Float64Array, bySite: readonly (readonly number[])[]): Float64Array {
  const squares = new Float64Array(x.columns);
  const scale = new Float64Array(x.columns);
  for (const members of bySite) {
    const site = tableRows(x, members);
    const own = columnMeans(site);
    for (let at = 0; at < site.values.length; at++) {
      const j = at % x.columns;
      squares[j] += (site.values[at] - own[j]) ** 2;
      scale[j] += site.values[at] ** 2 + mean[j] ** 2;
    }
  }
  return squares.map((sum, j) => (sum <= 1e-20 * scale[j] ? 0 : Math.sqrt(sum / x.rows)));
}

function centre({ values, columns }: Matrix, mean: Float64Array): void {
  for (let at = 0; at < values.length; at++) values[at] -= mean[at % columns];
}

function divide({ values, columns }: Matrix, deviation: Float64Array): void {
  for (let at = 0; at < values.length; at++) values[at] /= deviation[at % columns] || 1;
}
