/** @file What is asked of an ablation, and what is known of it before the first step. */
import type { AblationPlan, PlanRequest } from '../ablate/plan.ts';
import type { Protocol } from '../classifiers/protocols.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { AnyTask, TaskRequest } from '../labels/task-kinds.ts';
import type { Device } from '../runtime/device.ts';
import type { Split } from '../splits/split.ts';
import type { SplitPlan } from '../splits/split-plan.ts';

export interface AblationRequest extends TaskRequest {
  readonly dataset: string;
  readonly out: string;
  readonly plan: PlanRequest;
  readonly protocol?: string | undefined;
  readonly splitPlan: SplitPlan;
  /** A file of splits to use instead of dealing them. */
  readonly splits?: string | undefined;
  readonly device: Device;
  readonly threads?: number | undefined;
  readonly lanes?: number | undefined;
}

/** Everything that is known before the first step. */
export interface PreparedAblation {
  readonly request: AblationRequest;
  readonly dataset: Dataset;
  readonly plan: AblationPlan;
  readonly task: AnyTask;
  readonly splits: readonly Split[];
  /** What they were dealt by, where that is known. */
  readonly splitPlan: SplitPlan | undefined;
  readonly protocol: Protocol;
  /** Of pretraining, splits and everything else. */
  readonly seed: number;
}
