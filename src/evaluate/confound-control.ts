/** @file What a request says of confounds: which the confound baseline knows, and which are taken out of features. */
import type { Dataset } from '../dataset/dataset.ts';
import { InputError } from '../errors/input-error.ts';
import { type Covariates, readCovariates } from '../features/covariates.ts';
import type { ConfoundControl } from './feature-sources.ts';

export interface ConfoundRequest {
  /** Columns of the confound baseline; those found by name when not given. */
  readonly confounds?: readonly string[] | undefined;
  /** What is taken out of the features, fitted on training rows. */
  readonly harmonise?: ConfoundControl['method'] | undefined;
  /** What ComBat keeps, or what is regressed out. */
  readonly covariates?: readonly string[] | undefined;
}

/** Names that columns of age, sex, site and motion go by. */
const USUAL = /^(age(_?at_?scan)?|sex|gender|site(_?id)?|scanner|(func_?)?mean_?fd|fd_?mean|motion)$/i;

/**
 * The covariates of the confound baseline.
 *
 * @throws InputError when a column does not exist, or none is named and none has a usual name
 */
export function confoundCovariates(datasets: readonly Dataset[], names: readonly string[] | undefined): Covariates {
  if (names !== undefined) return readCovariates(datasets, names);
  const [first] = datasets;
  const sites = new Set(first.scans.map(({ site }) => site).filter((site) => site !== ''));
  const usual = first.phenotypeColumns.filter((column) => USUAL.test(column));
  const found = [...usual, ...(sites.size > 1 ? ['site'] : [])];
  if (found.length === 0)
    throw new InputError({
      where: first.directory,
      problem: 'there is no column of age, sex, site or motion for the confound baseline',
      found: first.phenotypeColumns.join(', ') || 'no phenotype columns',
      fix: 'name columns with --confounds COLUMN,COLUMN',
    });
  return readCovariates(datasets, found);
}

/**
 * What is to be taken out of features.
 *
 * @param finetuned the protocol, when the network itself learns
 * @throws InputError when a column does not exist, or the request contradicts itself
 */
export function controlOf(
  datasets: readonly Dataset[],
  { harmonise, covariates = [] }: ConfoundRequest,
  finetuned: string | undefined,
): ConfoundControl | undefined {
  if (harmonise === undefined) {
    if (covariates.length > 0)
      throw new InputError({
        where: '--covariates',
        problem: 'it is not said what to do with them',
        fix: 'add --harmonise regress to take them out, or --harmonise combat to keep them',
      });
    return undefined;
  }
  if (finetuned !== undefined)
    throw new InputError({
      where: '--harmonise',
      problem: `confounds are taken out of frozen features, and ${finetuned} has none`,
      fix: 'choose another protocol, or leave out --harmonise',
    });
  if (harmonise === 'regress' && covariates.length === 0)
    throw new InputError({
      where: '--harmonise regress',
      problem: 'there is nothing to regress out',
      fix: 'name columns with --covariates COLUMN,COLUMN',
    });
  return {
    method: harmonise,
    covariates: readCovariates(datasets, covariates),
    sites: datasets.flatMap(({ scans }) => scans.map(({ site }) => site)),
  };
}
