/** @file What an evaluation says in a sentence, and what should make a reader doubt it. */
import type { Estimate } from './interval.ts';
import type { Task } from './labels.ts';
import type { Decisions } from './replicates.ts';
import type { Split } from './splits.ts';

const NAMES: Readonly<Record<string, string>> = { fc_svm: 'raw FC', untrained: 'the untrained encoder' };

/** One clause for each learnt baseline: is the model above it, below it, or not to be told apart? */
export function verdict(difference: Readonly<Record<string, Estimate>>): string {
  const clauses = Object.entries(NAMES).flatMap(([baseline, name]) => {
    const estimate = difference[baseline];
    return estimate === undefined ? [] : [clause(name, estimate)];
  });
  return clauses.length === 0 ? 'No baseline to compare with.' : `The model is ${clauses.join('; it is ')}.`;
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
export function verdictAgainstLinear(difference: Readonly<Record<string, Estimate>>): AgainstLinear {
  const clauses = Object.entries(difference).map(([name, estimate]) => clause(name, estimate));
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

function clause(name: string, { mean, low, high, reason }: Estimate): string {
  if (mean === null) return `not comparable with ${name} (${reason})`;
  const size = `AUC difference ${signed(mean)}`;
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
export function oneClassWarnings(decisions: Readonly<Record<string, Decisions>>): string[] {
  return Object.entries(decisions).flatMap(([name, splits]) => {
    if (name === 'majority') return [];
    const constant = splits.filter((values) => values.every((value) => value > 0 === values[0] > 0)).length;
    return constant === 0
      ? []
      : [`${name} calls all test scans the same class in ${constant} of ${splits.length} splits`];
  });
}

/** Pretraining uses no labels, but a test participant seen there is not as new as one in a clinic would be. */
export function pretrainingWarning(task: Task, splits: readonly Split[], pretrainedOn: readonly string[]): string[] {
  const seen = new Set(pretrainedOn);
  const tested = new Set(splits.flatMap((split) => split.test.map((i) => task.scans[i].participantId)));
  const count = [...tested].filter((id) => seen.has(id)).length;
  return count === 0
    ? []
    : [
        `${count} of ${tested.size} test participants were in the model's pretraining data (their scans, not their labels)`,
      ];
}
