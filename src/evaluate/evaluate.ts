/** @file An evaluation: frozen features through one protocol on fixed splits, beside the baselines, with a verdict. */
import type { Progress } from '../progress.ts';
import { majorityOnSplit } from './baselines.ts';
import { duplicateWarning } from './duplicates.ts';
import type { Features } from './features.ts';
import type { Estimate } from './interval.ts';
import { participantsOf, type Task } from './labels.ts';
import { type Protocol, svmOnSplit } from './protocol-svm.ts';
import { type Decisions, type Estimates, type Replicates, type Sampling, sampler } from './replicates.ts';
import type { Split } from './splits.ts';
import { oneClassWarnings, pretrainingWarning, verdict } from './verdict.ts';

export interface EvaluationRequest {
  readonly task: Task;
  readonly splits: readonly Split[];
  readonly sampling: Sampling;
  readonly protocol: Protocol;
  /** Frozen features of the model, rows as `task.scans[i].row` says. */
  readonly model: Features;
  /** Features that go through the same protocol on the same splits, by baseline: `fc_svm`, `untrained`, … */
  readonly baselines: Readonly<Record<string, Features>>;
  /** Participants whose scans the model was pretrained on, when it says so. */
  readonly pretrainedOn?: readonly string[] | undefined;
  readonly progress?: Progress | undefined;
}

/** How many scans and participants a class has. */
interface ClassSize {
  readonly value: string;
  readonly scans: number;
  readonly participants: number;
}

export interface Evaluation {
  /** Labelled scans. */
  readonly n: number;
  readonly participants: number;
  readonly classes: { readonly positive: ClassSize; readonly control: ClassSize };
  readonly metrics: Estimates;
  /** The baselines asked for, and always `majority`. */
  readonly baselines: Readonly<Record<string, Estimates>>;
  /** AUC of the model minus that of each baseline, pair by pair. */
  readonly auc_difference: Readonly<Record<string, Estimate>>;
  readonly verdict: string;
  readonly warnings: readonly string[];
  readonly predictions: readonly Prediction[];
}

/** The decision for one test scan in one split. */
export interface Prediction {
  /** `model` or a baseline. */
  readonly features: string;
  /** From 1. */
  readonly repeat: number;
  readonly scanId: string;
  readonly participantId: string;
  readonly positive: boolean;
  readonly decision: number;
}

/** Runs model and baselines over the same splits. */
export function evaluate(request: EvaluationRequest): Evaluation {
  const { task, splits, protocol } = request;
  const tables = { model: request.model, ...request.baselines };
  const total = Object.keys(tables).length * splits.length;
  let done = 0;
  const decisions: Record<string, Decisions> = {};
  for (const [name, features] of Object.entries(tables))
    decisions[name] = splits.map((split) => {
      const values = svmOnSplit(features, task, split, protocol);
      request.progress?.(++done, total, name);
      return values;
    });
  decisions.majority = splits.map((split) => majorityOnSplit(task, split));

  const scores = sampler(task, splits, request.sampling);
  const { model, ...baselines } = mapValues(decisions, scores.score) as Record<string, Replicates>;
  const difference = mapValues(baselines, (baseline) => scores.difference('auc', model, baseline));
  const metrics = scores.estimates(model);
  return {
    n: task.scans.length,
    participants: new Set(task.scans.map((scan) => scan.participantId)).size,
    classes: { positive: classSize(task, true), control: classSize(task, false) },
    metrics,
    baselines: mapValues(baselines, scores.estimates),
    auc_difference: difference,
    verdict: verdict(difference),
    warnings: [
      ...oneClassWarnings(decisions),
      ...pretrainingWarning(task, splits, request.pretrainedOn ?? []),
      ...duplicateWarning(task, request.baselines.fc_svm ?? request.model),
    ],
    predictions: Object.entries(decisions).flatMap(([name, values]) => predictionsOf(name, task, splits, values)),
  };
}

function classSize(task: Task, positive: boolean): ClassSize {
  return {
    value: positive ? task.positive : task.control,
    scans: task.scans.filter((scan) => scan.positive === positive).length,
    participants: participantsOf(task.scans, positive),
  };
}

function predictionsOf(features: string, task: Task, splits: readonly Split[], decisions: Decisions): Prediction[] {
  return splits.flatMap((split, index) =>
    split.test.map((i, at) => {
      const { scanId, participantId, positive } = task.scans[i];
      return { features, repeat: index + 1, scanId, participantId, positive, decision: decisions[index][at] };
    }),
  );
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
