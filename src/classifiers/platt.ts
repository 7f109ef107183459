/** @file Platt scaling: from decision values to probabilities, fitted on decisions of scans the classifier did not train on. */
import type { Task } from '../labels/labels.ts';
import type { RandomStream } from '../random/draws.ts';
import type { Split } from '../splits/split.ts';
import { innerFolds } from './inner-folds.ts';
import { type LogisticLine, logisticLine } from './logistic-line.ts';

const INNER_FOLDS = 5;

/** P(positive) = 1 / (1 + exp(-(slope x decision + intercept))). */
export type PlattScaling = LogisticLine;

/**
 * Fits Platt's sigmoid (Platt 1999; Lin, Lin and Weng, Machine Learning 68:267-276, 2007): logistic regression on the
 * decision, towards (n+ + 1) / (n+ + 2) for positives and 1 / (n- + 2) for controls instead of 1 and 0, so that it has
 * a solution even where the decisions separate the classes.
 *
 * @param decisions `[scans]`, of scans that were held out when the classifier was fitted
 * @param positive `[scans]`
 */
export function fitPlatt(decisions: ArrayLike<number>, positive: readonly boolean[]): PlattScaling {
  const positives = positive.filter((is) => is).length;
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (positive.length - positives + 2);
  return logisticLine(
    decisions,
    positive.map((is) => (is ? high : low)),
  );
}

/** Probabilities of the positive class, `[scans]`. */
export function plattProbabilities({ slope, intercept }: PlattScaling, decisions: ArrayLike<number>): Float64Array {
  return Float64Array.from(decisions, (decision) => 1 / (1 + Math.exp(-(slope * decision + intercept))));
}

/**
 * Platt scaling of one split, from training rows only: they are dealt to five folds of participants, and each fold is
 * decided by the protocol fitted on the others.
 *
 * @param decide decisions of `split.test` by the protocol fitted on `split.train`
 * @returns undefined when a class has fewer than two training participants
 */
export function plattOnSplit(
  task: Task,
  split: Split,
  decide: (split: Split) => Float64Array,
  stream: RandomStream,
): PlattScaling | undefined {
  const rows = split.train.map((i) => {
    const { participantId, positive } = task.scans[i];
    return { participantId, class: Number(positive) };
  });
  const held = innerFolds(rows, INNER_FOLDS, stream).map((fold) => fold.map((row) => split.train[row]));
  if (held.length === 0) return undefined;
  const decisions = held.flatMap((test) => {
    const out = new Set(test);
    return [...decide({ train: split.train.filter((i) => !out.has(i)), validation: [], test })];
  });
  return fitPlatt(
    decisions,
    held.flat().map((i) => task.scans[i].positive),
  );
}
