/**
 * @file What learns from frozen features: classifiers of two or several classes, and regressors, under one interface.
 *
 * | name | two classes | several classes | its own choice inside the training rows |
 * | --- | --- | --- | --- |
 * | `svm` | RBF kernel, C = 1, gamma 'scale' (the paper's) | one against one | none |
 * | `svm-linear` | linear kernel, C = 1 | one against one | none |
 * | `logistic` | L2 penalty | one against the rest | C, by five folds of participants |
 * | `ridge` | least squares towards +1 and -1 | one against the rest | alpha, by leaving participants out |
 * | `knn` | 15 neighbours by cosine, nearer ones count more | the same | none |
 * | `prototype` | cosine with each class's mean | the same | none |
 *
 * Numbers: `ridge-regression` (alpha as `ridge`) and `svr` (RBF kernel, C = 1, epsilon 0.1 of the training deviation).
 */
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import type { AnyTask, TaskKind } from '../labels/task-kinds.ts';
import type { Kernel, Matrix } from '../linear-algebra/kernel.ts';
import { randomStream } from '../random/draws.ts';
import { decisionsOfTwo } from './class-scores.ts';
import { expansionValues } from './kernel-expansion.ts';
import { fitLogistic } from './logistic-regression.ts';
import { chosenStrength } from './logistic-strength.ts';
import { neighbourShares, prototypeSimilarities } from './nearest.ts';
import { oneVsOneScores } from './one-vs-one.ts';
import { oneVsRestScores } from './one-vs-rest.ts';
import { fitRidgeChoosing, signedTarget } from './ridge.ts';
import type { SplitRows } from './split-rows.ts';
import { fitSvm, svmDecisions } from './svm.ts';
import { fitSvr } from './svr.ts';

/** What the training rows of a split are labelled with. */
export type Target =
  | { readonly kind: 'two-class'; readonly positive: readonly boolean[] }
  | { readonly kind: 'multi-class'; readonly classes: readonly number[]; readonly count: number }
  | { readonly kind: 'regression'; readonly values: Float64Array };

/** Where a protocol's own draws come from. */
export interface ProtocolSeed {
  readonly seed: number;
  /** Index of the split. */
  readonly split: number;
}

/** A way to learn from frozen features. Pure: the same rows, target and seed give the same bits. */
export interface Protocol {
  readonly name: ProtocolName;
  /**
   * What it says of the test rows. Two classes: one decision a row, above 0 for positive. Several: `[rows, classes]`
   * scores. A number: one prediction a row.
   *
   * @throws InputError when the training rows are of one class, or a target is no number
   */
  readonly decide: (rows: SplitRows, target: Target, seed: ProtocolSeed) => Float64Array;
}

const CLASS_PROTOCOLS = ['svm', 'svm-linear', 'logistic', 'ridge', 'knn', 'prototype'] as const;
const NUMBER_PROTOCOLS = ['ridge-regression', 'svr'] as const;
type ClassProtocol = (typeof CLASS_PROTOCOLS)[number];
type NumberProtocol = (typeof NUMBER_PROTOCOLS)[number];
export type ProtocolName = ClassProtocol | NumberProtocol;

/** The network learns, see finetuned-contender.ts: all of it, or a head on its embeddings. For every kind of question. */
export const FINETUNE_PROTOCOLS = ['finetune', 'finetune-head'] as const;
export type FinetuneProtocol = (typeof FINETUNE_PROTOCOLS)[number];

const NEIGHBOURS = 15;

/** The protocols that can answer a kind of question; the first is the default. */
export function protocolsFor(kind: TaskKind): readonly ProtocolName[] {
  switch (kind) {
    case 'two-class':
    case 'multi-class':
      return CLASS_PROTOCOLS;
    case 'regression':
      return NUMBER_PROTOCOLS;
  }
}

/** A protocol on frozen features. */
export function protocolOf(name: ProtocolName, kind: TaskKind): Protocol {
  if (!protocolsFor(kind).includes(name)) throw new RangeError(`${name} for ${kind}`);
  return { name, decide: (rows, target, seed) => decide(name, rows, target, seed) };
}

/**
 * Checks the name of a protocol.
 *
 * @throws InputError naming the nearest one, or saying that it answers another kind of question
 */
export function protocolNamed(name: string, kind: TaskKind): ProtocolName | FinetuneProtocol {
  const names = [...protocolsFor(kind), ...FINETUNE_PROTOCOLS];
  const known = names.find((own) => own === name);
  if (known !== undefined) return known;
  const where = `--protocol ${name}`;
  const expected = `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
  if ([...CLASS_PROTOCOLS, ...NUMBER_PROTOCOLS].some((other) => other === name))
    throw new InputError({
      where,
      problem: `this protocol cannot predict ${kind === 'regression' ? 'a number' : 'classes'}`,
      expected,
      fix: `choose one of these, or ${kind === 'regression' ? 'leave out' : 'add'} --regress`,
    });
  const nearest = nearestName(name, names);
  throw new InputError({
    where,
    problem: 'there is no such protocol',
    expected,
    ...(nearest === undefined ? {} : { fix: `did you mean ${nearest}` }),
  });
}

/** The labels of some scans of a task, as a protocol learns from them. */
export function targetOf(task: AnyTask, positions: readonly number[]): Target {
  switch (task.kind) {
    case 'two-class':
      return { kind: task.kind, positive: positions.map((i) => task.scans[i].positive) };
    case 'multi-class':
      return { kind: task.kind, classes: positions.map((i) => task.scans[i].class), count: task.classes.length };
    case 'regression':
      return { kind: task.kind, values: Float64Array.from(positions, (i) => task.scans[i].target) };
  }
}

function decide(name: ProtocolName, rows: SplitRows, target: Target, seed: ProtocolSeed): Float64Array {
  switch (target.kind) {
    case 'two-class':
      return twoClass(name, rows, target.positive, seed);
    case 'multi-class':
      return multiClass(name, rows, target.classes, target.count, seed).values;
    case 'regression':
      return numbers(name, rows, target.values);
  }
}

function twoClass(name: ProtocolName, rows: SplitRows, positive: readonly boolean[], seed: ProtocolSeed): Float64Array {
  switch (name) {
    case 'svm':
    case 'svm-linear': {
      const { inside, across } = rows.kernels(kernelOf(name));
      return svmDecisions(fitSvm(inside, positive), across);
    }
    case 'logistic': {
      const { inside, across } = rows.kernels('linear');
      const folds = randomStream({ seed: seed.seed, purpose: 'inner-folds', a: seed.split });
      const { c } = chosenStrength(inside, positive, rows.participantIds, folds);
      return expansionValues(fitLogistic(inside, positive, { c }), across);
    }
    case 'ridge':
      return ridgeValues(rows, signedTarget(positive));
    case 'knn':
    case 'prototype':
      return decisionsOfTwo(nearest(name, rows, positive.map(Number), 2));
    case 'ridge-regression':
    case 'svr':
      throw new RangeError(`${name} of classes`);
  }
}

function multiClass(
  name: ProtocolName,
  rows: SplitRows,
  classes: readonly number[],
  count: number,
  seed: ProtocolSeed,
): Matrix {
  switch (name) {
    case 'svm':
    case 'svm-linear': {
      const { inside, across } = rows.kernels(kernelOf(name));
      return oneVsOneScores(inside, across, classes, count);
    }
    case 'logistic':
    case 'ridge':
      return oneVsRestScores((positive) => twoClass(name, rows, positive, seed), classes, count);
    case 'knn':
    case 'prototype':
      return nearest(name, rows, classes, count);
    case 'ridge-regression':
    case 'svr':
      throw new RangeError(`${name} of classes`);
  }
}

function numbers(name: ProtocolName, rows: SplitRows, target: Float64Array): Float64Array {
  if (name === 'ridge-regression') return ridgeValues(rows, target);
  if (name !== 'svr') throw new RangeError(`${name} of numbers`);
  const mean = target.reduce((sum, value) => sum + value, 0) / target.length;
  const deviation = Math.sqrt(target.reduce((sum, value) => sum + (value - mean) ** 2, 0) / target.length) || 1;
  const { inside, across } = rows.kernels('rbf');
  const svr = fitSvr(
    inside,
    target.map((value) => (value - mean) / deviation),
  );
  return expansionValues(svr, across).map((value) => mean + deviation * value);
}

function ridgeValues(rows: SplitRows, target: Float64Array): Float64Array {
  const { inside, across } = rows.kernels('linear');
  return expansionValues(fitRidgeChoosing(inside, target, rows.participantIds), across);
}

function nearest(name: 'knn' | 'prototype', rows: SplitRows, classes: readonly number[], count: number): Matrix {
  switch (name) {
    case 'knn': {
      const k = Math.min(NEIGHBOURS, classes.length);
      return neighbourShares(rows.train, classes, count, rows.test, { k, distance: 'cosine', weights: 'distance' });
    }
    case 'prototype':
      return prototypeSimilarities(rows.train, classes, count, rows.test);
  }
}

function kernelOf(name: 'svm' | 'svm-linear'): Kernel['kind'] {
  return name === 'svm' ? 'rbf' : 'linear';
}
