/**
 * @file Zero-shot, cohort to cohort: class prototypes of one data set applied to another, of which no label is used.
 *
 * A prototype is the mean of a class's standardised features; a scan is called after the prototype that it has the larger
 * cosine with. Features of both data sets are standardised with mean and deviation of the first. `centred`: each data set
 * has its own mean taken away (the first by its standardisation; the second by the mean of the scans that are tested,
 * whatever their labels), which takes a shift between scanners out, and any shift that follows from other shares of
 * patients as well.
 */
import { decisionsOfTwo } from '../classifiers/class-scores.ts';
import type { FeatureSource } from '../classifiers/contender.ts';
import { prototypeSimilarities } from '../classifiers/nearest.ts';
import { fitStandardScaler, standardise } from '../classifiers/standard-scaler.ts';
import { columnMeans, type Table } from '../features/table-rows.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import type { Split } from '../splits/split.ts';
import { classNames, classOfScans } from '../splits/strata.ts';
import { sampler } from '../statistics/replicates.ts';
import type { ZeroShot } from './shots-schema.ts';

const DEFINITION =
  'Fitted on the labels of one cohort, applied to another cohort with the same question, none of whose labels is used';

export interface ZeroShotRequest {
  /** Of classes, over both data sets. */
  readonly task: AnyTask;
  /** Trains on all of the first data set, tests on all of the second. */
  readonly split: Split;
  /** Of the first and the second. */
  readonly datasets: readonly [string, string];
  /** By name: `model`, `untrained`, `fc`. */
  readonly sources: Readonly<Record<string, FeatureSource>>;
  /** Of test participants. */
  readonly bootstrap: { readonly draws: number; readonly seed: number };
}

/** Prototype transfer of each source, with bootstrap intervals over test participants. */
export function zeroShot({ task, split, datasets, sources, bootstrap }: ZeroShotRequest): ZeroShot {
  const scores = sampler(task, [split], { kind: 'bootstrap', ...bootstrap });
  const estimates = (decisions: Float64Array) => scores.estimates(scores.score([decisions]));
  const prototype = Object.entries(sources).map(([name, source]) => {
    const table = source.on(task, split);
    const of = (centring: Centring) => estimates(prototypeTransfer(table, task, split, centring));
    return [name, { uncentred: of('uncentred'), centred: of('centred') }] as const;
  });
  const side = (dataset: string, positions: readonly number[]) => ({
    dataset,
    scans: positions.length,
    participants: new Set(positions.map((i) => task.scans[i].participantId)).size,
  });
  return {
    definition: DEFINITION,
    fitted_on: side(datasets[0], split.train),
    applied_to: side(datasets[1], split.test),
    prototype: Object.fromEntries(prototype),
  };
}

/** Whether the second data set has its own mean taken away. */
export type Centring = 'uncentred' | 'centred';

/**
 * What the nearest prototype says of the test scans. Labels of `split.train` are read, those of `split.test` are not.
 *
 * @param table rows as `task.scans[i].row` says
 * @returns cosine with the positive prototype minus that with the control one, `[tests]`; of several classes the cosine
 *   with each, `[tests, classes]`
 * @throws InputError when a class has no training row
 */
export function prototypeTransfer(table: Table, task: AnyTask, split: Split, centring: Centring): Float64Array {
  const rowsOf = (positions: readonly number[]) => positions.map((i) => task.scans[i].row);
  const scaler = fitStandardScaler(table, rowsOf(split.train));
  const train = standardise(scaler, table, rowsOf(split.train));
  const test = standardise(scaler, table, rowsOf(split.test));
  if (centring === 'centred') {
    const means = columnMeans(test);
    for (let at = 0; at < test.values.length; at++) test.values[at] -= means[at % test.columns];
  }
  const classes = classOfScans(task);
  const count = classNames(task).length;
  const ofTraining = split.train.map((i) => classes[i]);
  const similarities = prototypeSimilarities(train, ofTraining, count, test);
  return count === 2 ? decisionsOfTwo(similarities) : similarities.values;
}
