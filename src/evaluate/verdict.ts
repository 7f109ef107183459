/** @file What an evaluation says in a sentence, and what should make a reader doubt it. */
import { largestScores } from '../classifiers/class-scores.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import type { Estimate } from '../statistics/interval.ts';
import type { Decisions } from '../statistics/scoring.ts';
import { ruleName } from './baselines.ts';

/** What baselines are called in a sentence. */
const NAMES: Readonly<Record<string, string>> = {
  fc_svm: 'raw FC',
  untrained: 'the untrained encoder',
  fc_logistic: 'logistic regression on raw FC',
  fc_ridge: 'ridge on raw FC',
  tangent_logistic: 'logistic regression on tangent-space FC',
  tangent_ridge: 'ridge on tangent-space FC',
  pca_ridge: 'ridge on principal components of FC',
};
/** Of those, which are the first to be judged by, and which are linear. */
const FIRST = ['fc_svm', 'untrained'];
const LINEAR = ['fc_logistic', 'fc_ridge', 'tangent_logistic', 'tangent_ridge', 'pca_ridge'];

export const NOT_COMPARED = 'No baseline to compare with.';

/** One clause for each learnt baseline: is the model above it, below it, or not to be told apart? */
export function verdict(difference: Readonly<Record<string, Estimate>>, metric = 'AUC'): string {
  const clauses = FIRST.flatMap((baseline) => {
    const estimate = difference[baseline];
    return estimate === undefined ? [] : [clause(NAMES[baseline], estimate, metric)];
  });
  return clauses.length === 0 ? NOT_COMPARED : `The model is ${clauses.join('; it is ')}.`;
}

/** The differences to linear models of connectivity, by what these are called in a sentence. */
export function linearBaselines(difference: Readonly<Record<string, Estimate>>): Record<string, Estimate> {
  return Object.fromEntries(
    LINEAR.flatMap((name) => (name in difference ? [[NAMES[name], difference[name]] as const] : [])),
  );
}

/** What a study of connectivity may claim: that its model is more than a linear classifier of the same networks. */
export interface AgainstLinear {
  readonly verdict: 'better' | 'not distinguishable' | 'worse' | 'not comparable';
  readonly sentence: string;
}

/**
 * Judges the model against linear classifiers of raw FC: better only when it is above every one of them, worse when it is
 * below any, by intervals that leave out 0.
 *
 * @param difference AUC of the model minus that of each linear baseline, by what the baseline is called in a sentence
 */
export function verdictAgainstLinear(difference: Readonly<Record<string, Estimate>>, metric = 'AUC'): AgainstLinear {
  const clauses = Object.entries(difference).map(([name, estimate]) => clause(name, estimate, metric));
  const bounds = Object.values(difference).flatMap(({ low, high }) =>
    low === null || high === null ? [] : [{ low, high }],
  );
  if (clauses.length === 0 || bounds.length < clauses.length) {
    const why = clauses.length === 0 ? 'no linear baseline was asked for' : clauses.join('; ');
    return { verdict: 'not comparable', sentence: `The model cannot be judged against linear FC: ${why}.` };
  }
  const reasons = clauses.join('; ');
  if (bounds.every(({ low }) => low > 0))
    return { verdict: 'better', sentence: `The model is better than linear FC: ${reasons}.` };
  if (bounds.some(({ high }) => high < 0))
    return { verdict: 'worse', sentence: `The model is worse than linear FC: ${reasons}.` };
  return { verdict: 'not distinguishable', sentence: `The model is not distinguishable from linear FC: ${reasons}.` };
}

function clause(name: string, { mean, low, high, reason }: Estimate, metric: string): string {
  if (mean === null) return `not comparable with ${name} (${reason})`;
  const size = `${metric} difference ${signed(mean)}`;
  if (low === null || high === null) return `compared with ${name} without an interval (${size}; ${reason})`;
  const stated = `(${size}, 95 % interval ${signed(low)} to ${signed(high)})`;
  if (low > 0) return `above ${name} ${stated}`;
  return high < 0 ? `below ${name} ${stated}` : `not distinguishable from ${name} ${stated}`;
}

function signed(value: number): string {
  const text = Math.abs(value).toFixed(3);
  return `${value < 0 && Number(text) !== 0 ? '-' : '+'}${text}`;
}

/** A classifier that calls every scan the same says nothing, however good its accuracy looks. */
export function constantWarnings(task: AnyTask, decisions: Readonly<Record<string, Decisions>>): string[] {
  return Object.entries(decisions).flatMap(([name, splits]) => {
    if (name === ruleName(task.kind)) return [];
    const constant = splits.filter((values) => isConstant(task, values)).length;
    const said = task.kind === 'regression' ? 'predicts the same number for all test scans' : ALL_THE_SAME;
    return constant === 0 ? [] : [`${name} ${said} in ${constant} of ${splits.length} splits`];
  });
}

const ALL_THE_SAME = 'calls all test scans the same class';

function isConstant(task: AnyTask, values: Float64Array): boolean {
  switch (task.kind) {
    case 'two-class':
      return values.every((value) => value > 0 === values[0] > 0);
    case 'multi-class': {
      const columns = task.classes.length;
      const called = largestScores({ values, rows: values.length / columns, columns });
      return called.every((own) => own === called[0]);
    }
    case 'regression':
      return values.every((value) => value === values[0]);
  }
}
