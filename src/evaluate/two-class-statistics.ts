/** @file What else a two-class evaluation says: pooled bootstrap, calibration, subgroups. */
import type { Contender } from '../classifiers/contender.ts';
import { fitPlatt, plattOnSplit, plattProbabilities } from '../classifiers/platt.ts';
import { targetOf } from '../classifiers/protocols.ts';
import { rowsWithin } from '../classifiers/split-rows.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { isMissing } from '../dataset/missing-value.ts';
import { columnValue } from '../labels/label-rule.ts';
import type { Task } from '../labels/labels.ts';
import { randomStream } from '../random/draws.ts';
import type { Split } from '../splits/split.ts';
import { bootstrapEstimates, type PooledPrediction, pooledPredictions } from '../statistics/bootstrap.ts';
import { type Calibration, calibrationOf } from '../statistics/calibration.ts';
import type { Estimate } from '../statistics/interval.ts';
import { classificationMetrics } from '../statistics/metrics.ts';
import type { Decisions } from '../statistics/scoring.ts';
import { type Subgroup, subgroupTable } from '../statistics/subgroups.ts';
import type { Frozen } from './line-up.ts';

const DRAWS = 1000;
/** Subgroups are many. */
const SUBGROUP_DRAWS = 400;

/** Scores of all test predictions together; intervals over participants drawn again. */
export function pooledEstimates(predictions: readonly PooledPrediction[], seed: number): Record<string, Estimate> {
  return bootstrapEstimates(predictions, classificationMetrics, { draws: DRAWS, seed });
}

/** Calibrated probabilities of a model's test scans, and how well they keep what they say. */
export interface CalibratedDecisions {
  readonly calibration: Calibration;
  /** One a prediction, in the order of splits and their test scans. */
  readonly probabilities: Float64Array;
}

/**
 * Platt scaling on each split, from its training rows only, and the calibration of the pooled probabilities.
 *
 * @returns undefined when a split has fewer than two training participants of a class
 */
export function calibrated(
  task: Task,
  splits: readonly Split[],
  { protocol, rowsOf }: Pick<Frozen, 'protocol' | 'rowsOf'>,
  decisions: Decisions,
  seed: number,
): CalibratedDecisions | undefined {
  const probabilities: number[] = [];
  for (const [index, split] of splits.entries()) {
    const rows = rowsOf(task, split);
    const place = new Map(split.train.map((i, at) => [i, at]));
    const placesOf = (positions: readonly number[]) => positions.map((i) => place.get(i)!);
    const decide = ({ train, test }: Split) => {
      const within = rowsWithin(rows, placesOf(train), placesOf(test));
      return protocol.decide(within, targetOf(task, train), { seed, split: index });
    };
    const scaling = plattOnSplit(task, split, decide, randomStream({ seed, purpose: 'inner-folds', a: index, b: 1 }));
    if (scaling === undefined) return undefined;
    probabilities.push(...plattProbabilities(scaling, decisions[index]));
  }
  return calibrationOfAll(task, splits, decisions, probabilities);
}

/**
 * The same for a network that is fine-tuned: its Platt scaling is fitted on the validation rows, by which it was stopped and
 * not trained. Five more fine-tunings a split, as for frozen features, would cost more than all the rest.
 *
 * @returns undefined when the validation rows of a split lack a class
 */
export function calibratedByValidation(
  task: Task,
  splits: readonly Split[],
  validated: NonNullable<Contender['validated']>,
  decisions: Decisions,
): CalibratedDecisions | undefined {
  const probabilities: number[] = [];
  for (const [index, { validation }] of splits.entries()) {
    const held = validated(index);
    const positive = validation.map((i) => task.scans[i].positive);
    if (held === undefined || new Set(positive).size < 2) return undefined;
    probabilities.push(...plattProbabilities(fitPlatt(held, positive), decisions[index]));
  }
  return calibrationOfAll(task, splits, decisions, probabilities);
}

function calibrationOfAll(
  task: Task,
  splits: readonly Split[],
  decisions: Decisions,
  probabilities: readonly number[],
): CalibratedDecisions {
  const truth = pooledPredictions(task, splits, decisions).map(({ positive }) => positive);
  return { calibration: calibrationOf(probabilities, truth), probabilities: Float64Array.from(probabilities) };
}

/** Names that columns of sex go by. */
const SEX_COLUMNS = /^(sex|gender)$/i;

/** The same predictions by site and, where the data sets have such a column, by sex. */
export function subgroupTables(
  task: Task,
  predictions: readonly PooledPrediction[],
  datasets: readonly Pick<Dataset, 'scans' | 'phenotypeColumns'>[],
  seed: number,
): { readonly by_site: Subgroup[]; readonly by_sex?: Subgroup[] } {
  const draws = { draws: SUBGROUP_DRAWS, seed };
  const bySite = subgroupTable(predictions, ({ site }) => (site === '' ? undefined : site), draws);
  const column = datasets[0].phenotypeColumns.find((name) => SEX_COLUMNS.test(name));
  if (column === undefined || column === task.label) return { by_site: bySite };
  const rows = datasets.flatMap(({ scans }) => scans);
  const sexOf = ({ row }: { readonly row: number }) => {
    const value = columnValue(rows[row], column);
    return isMissing(value) ? undefined : value;
  };
  return { by_site: bySite, by_sex: subgroupTable(predictions, sexOf, draws) };
}
