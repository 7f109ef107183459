/** @file The model against each baseline: a paired test each, corrected for there being several. */
import type { AnyTask } from '../labels/task-kinds.ts';
import type { Split } from '../splits/split.ts';
import { deLongTest } from './delong.ts';
import { holm } from './multiple-tasks.ts';
import { correctedResampledTest, type PairedTest } from './paired-test.ts';
import { type Replicates, type Sampling, testOverTrain } from './replicates.ts';
import { type Decisions, scoringOf } from './scoring.ts';

/** A paired test with its p-value among those of the other baselines. */
export interface ComparedTest extends Omit<PairedTest, 'metric'> {
  readonly metric: string;
  /** Holm's correction over the baselines of this evaluation. */
  readonly p_holm: number | null;
}

/**
 * Tests the model against each baseline by the task's first metric: over repeated splits by the corrected resampled
 * t-test; where every scan is tested once by DeLong's test of all of them together (two classes only).
 *
 * @param decisions of `model` and the baselines
 * @param replicates their scores, by the same names
 */
export function compare(
  task: AnyTask,
  splits: readonly Split[],
  sampling: Sampling,
  decisions: Readonly<Record<string, Decisions>>,
  replicates: Readonly<Record<string, Replicates>>,
): Record<string, ComparedTest> {
  const metric = scoringOf(task).primary;
  const names = Object.keys(decisions).filter((name) => name !== 'model');
  const tests = names.map((name) =>
    sampling.kind === 'repeats'
      ? overSplits(metric, replicates.model, replicates[name], testOverTrain(task, splits))
      : ofOnce(task, splits, decisions.model, decisions[name]),
  );
  const corrected = holm(tests.map(({ p }) => p));
  return Object.fromEntries(names.map((name, i) => [name, { metric, ...tests[i], p_holm: corrected[i] }]));
}

type Tested = Omit<PairedTest, 'metric'>;

function overSplits(metric: string, model: Replicates, baseline: Replicates, ratio: number): Tested {
  const pairs = model.each.map((scores, i) => [scores[metric], baseline.each[i][metric]] as const);
  const missing = pairs.flat().find(({ value }) => value === null);
  if (missing !== undefined) return untested('corrected-resampled-t', `undefined in some repeats: ${missing.reason}`);
  const differences = pairs.map(([a, b]) => (a.value ?? 0) - (b.value ?? 0));
  return correctedResampledTest(differences, ratio);
}

function ofOnce(task: AnyTask, splits: readonly Split[], model: Decisions, baseline: Decisions): Tested {
  if (task.kind !== 'two-class')
    return untested('delong', 'where every scan is tested once, two classes only are tested; read the interval');
  const scans = splits.flatMap(({ test }, s) =>
    test.map((i, at) => {
      const { participantId, positive } = task.scans[i];
      return { participantId, positive, a: model[s][at], b: baseline[s][at] };
    }),
  );
  const result = deLongTest(scans);
  if (result === undefined) return untested('delong', 'a class has fewer than 2 test participants');
  const { difference, p } = result;
  const flat = { reason: 'the two differ alike on all test scans: there is no spread to test against' };
  return { method: 'delong', difference, p, ...(p === null ? flat : {}) };
}

function untested(method: PairedTest['method'], reason: string): Tested {
  return { method, difference: null, p: null, reason };
}
