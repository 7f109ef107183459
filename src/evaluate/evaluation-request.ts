/** @file What is asked of an evaluation, and what is dealt before it begins. */
import type { FeatureBank } from '../features/feature-bank.ts';
import type { AnyTask, TaskRequest } from '../labels/task-kinds.ts';
import type { Progress } from '../progress.ts';
import type { Split } from '../splits/split.ts';
import type { SplitPlan } from '../splits/split-plan.ts';
import type { ConfoundRequest } from './confound-control.ts';

/** Splits that were not dealt here. */
export interface GivenSplits {
  readonly splits: readonly Split[];
  readonly seed: number;
  /** What they were dealt by, where that is known. */
  readonly plan?: SplitPlan | undefined;
  /** They are those of the model's pretraining corpus. */
  readonly corpusSplit?: { readonly file: string; readonly sha256: string; readonly dataset: string };
}

export interface EvaluationRequest extends TaskRequest {
  /** Of the model and one data set, or the one to train on and the one to test on. */
  readonly bank: FeatureBank;
  readonly protocol?: string | undefined;
  readonly plan: SplitPlan;
  /** Splits to use instead of dealing them by the plan; undefined leaves it to the plan. */
  readonly givenSplits?: ((task: AnyTask) => Promise<GivenSplits | undefined>) | undefined;
  readonly seed: number;
  readonly baselines?: readonly string[] | undefined;
  readonly confounds: ConfoundRequest;
  /** Of labels; 0 for no permutation test. Two classes only. */
  readonly permutations: number;
  /** Participants whose scans the model was pretrained on, when it says so. */
  readonly pretrainedOn?: readonly string[] | undefined;
  /** Refuse, not warn of, test participants that the model has seen. */
  readonly strict: boolean;
  readonly progress?: ((label: string) => Progress) | undefined;
}

/** A question and its splits. */
export interface Dealt extends GivenSplits {
  readonly task: AnyTask;
  /** What `plan` of another labelling is dealt with. */
  readonly columnValues: readonly string[];
  /** Trained on one data set, tested on the other. */
  readonly transfer: boolean;
}
