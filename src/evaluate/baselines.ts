/**
 * @file What a model must be compared with.
 *
 * - `majority`: always the largest class of the training scans (of numbers `mean`: always their mean). Nothing below is
 *   worth a look.
 * - `fc_svm`, `fc_logistic`, …: a protocol on raw functional connectivity. A model that does not pass them has not
 *   earned its pretraining.
 * - `tangent_logistic`: tangent-space connectivity, the strongest simple features of the literature.
 * - `pca_svm`: raw connectivity reduced to as many principal components as explain 95 % of its variance.
 * - `pfc_svm`: connectivity averaged over pseudo-FC draws.
 * - `untrained`: the same protocol on the embedding of the same network before pretraining. What passes it was learnt.
 * - `confounds`: age, sex, site, motion and no brain at all. What does not pass it may be reading them.
 */

import type { Contender } from '../classifiers/contender.ts';
import type { ProtocolName } from '../classifiers/protocols.ts';
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import type { AnyTask, TaskKind } from '../labels/task-kinds.ts';

/** Where a baseline's features come from. */
export type BaselineFeatures = 'fc' | 'tangent' | 'pca' | 'pfc' | 'untrained' | 'confounds';

export interface BaselineRecipe {
  readonly name: string;
  readonly features: BaselineFeatures;
  /** `same`: that of the model. */
  readonly protocol: ProtocolName | 'same';
}

const OF_CLASSES: readonly BaselineRecipe[] = [
  { name: 'fc_svm', features: 'fc', protocol: 'svm' },
  { name: 'fc_logistic', features: 'fc', protocol: 'logistic' },
  { name: 'fc_ridge', features: 'fc', protocol: 'ridge' },
  { name: 'fc_knn', features: 'fc', protocol: 'knn' },
  { name: 'fc_prototype', features: 'fc', protocol: 'prototype' },
  { name: 'tangent_logistic', features: 'tangent', protocol: 'logistic' },
  { name: 'pca_svm', features: 'pca', protocol: 'svm' },
  { name: 'pfc_svm', features: 'pfc', protocol: 'svm' },
  { name: 'untrained', features: 'untrained', protocol: 'same' },
  { name: 'confounds', features: 'confounds', protocol: 'logistic' },
];

const OF_NUMBERS: readonly BaselineRecipe[] = [
  { name: 'fc_ridge', features: 'fc', protocol: 'ridge-regression' },
  { name: 'fc_svr', features: 'fc', protocol: 'svr' },
  { name: 'tangent_ridge', features: 'tangent', protocol: 'ridge-regression' },
  { name: 'pca_ridge', features: 'pca', protocol: 'ridge-regression' },
  { name: 'pfc_ridge', features: 'pfc', protocol: 'ridge-regression' },
  { name: 'untrained', features: 'untrained', protocol: 'same' },
  { name: 'confounds', features: 'confounds', protocol: 'ridge-regression' },
];

/** The baselines that there are for a kind of question. */
function baselinesFor(kind: TaskKind): readonly BaselineRecipe[] {
  switch (kind) {
    case 'two-class':
    case 'multi-class':
      return OF_CLASSES;
    case 'regression':
      return OF_NUMBERS;
  }
}

/**
 * Raw FC by an SVM and by ridge, which is the quickest linear classifier; the untrained encoder; and raw FC by the model's
 * own protocol where that is another.
 */
export function defaultBaselines(kind: TaskKind, protocol: ProtocolName): readonly string[] {
  const usual = kind === 'regression' ? ['fc_ridge'] : ['fc_svm', 'fc_ridge'];
  const same = baselinesFor(kind).flatMap(({ name, features, protocol: own }) =>
    features === 'fc' && own === protocol ? [name] : [],
  );
  return [...new Set([...usual, ...same]), 'untrained'];
}

/**
 * The baselines of these names; `all` is every one, `none` is none.
 *
 * @throws InputError naming the nearest one
 */
export function baselineRecipes(names: readonly string[], kind: TaskKind): readonly BaselineRecipe[] {
  const known = baselinesFor(kind);
  if (names.length === 1 && names[0] === 'all') return known;
  if (names.length === 1 && names[0] === 'none') return [];
  return [...new Set(names)]
    .filter((name) => name !== ruleName(kind))
    .map(
      (name) =>
        known.find((recipe) => recipe.name === name) ?? refuse(name, [...known.map((one) => one.name), 'all', 'none']),
    );
}

function refuse(name: string, known: readonly string[]): never {
  const nearest = nearestName(name, known);
  throw new InputError({
    where: `--baselines ${name}`,
    problem: 'there is no such baseline for this kind of label',
    expected: `some of ${known.join(', ')}`,
    ...(nearest === undefined ? {} : { fix: `did you mean ${nearest}` }),
  });
}

/** What the rule without features is called. */
export function ruleName(kind: TaskKind): 'majority' | 'mean' {
  return kind === 'regression' ? 'mean' : 'majority';
}

/** The same answer for all test scans, known from the training labels alone; of equally large classes the first. */
export function ruleWithoutFeatures(task: AnyTask): Contender {
  return {
    name: ruleName(task.kind),
    decide: (labelled, { train, test }) => {
      switch (labelled.kind) {
        case 'two-class': {
          const positives = train.filter((i) => labelled.scans[i].positive).length;
          return new Float64Array(test.length).fill(2 * positives > train.length ? 1 : -1);
        }
        case 'multi-class': {
          const counts = labelled.classes.map((_, k) => train.filter((i) => labelled.scans[i].class === k).length);
          const largest = counts.indexOf(Math.max(...counts));
          const width = counts.length;
          return Float64Array.from({ length: test.length * width }, (_, at) => Number(at % width === largest));
        }
        case 'regression':
          return new Float64Array(test.length).fill(
            train.reduce((sum, i) => sum + labelled.scans[i].target, 0) / train.length,
          );
      }
    },
  };
}
