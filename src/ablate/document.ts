/** @file The document of an ablation, `ablation.json`, as a schema. Numbers that are undefined are null, with the reason. */
import * as z from 'zod';
import { settingsSchema } from '../pretrain/settings.ts';
import { SplitPlan } from '../splits/split-plan.ts';

const Score = z.number().nullable();
const Probability = z.number().min(0).max(1).nullable();
const Estimate = z.object({ mean: Score, low: Score, high: Score, reason: z.string().optional() });
const Metrics = z.record(z.string(), Estimate);

/** Of the row minus that of the full method, by the first metric; paired. */
const Against = z.object({
  difference: Estimate,
  p: Probability,
  p_holm: Probability,
  reason: z.string().optional(),
});

const Row = z.object({ name: z.string(), metrics: Metrics, against_full: Against.optional() });

const Cell = Row.extend({
  part: z.string(),
  /** The run it shares with every cell of the same settings; null where nothing is pretrained. */
  run: z.string().nullable(),
  /** Its settings are those of the full method. */
  is_full: z.boolean(),
  /** What differs from the full method, by `section.key`. */
  changes: z.record(z.string(), z.unknown()),
});

const Run = z.object({
  name: z.string(),
  directory: z.string(),
  epochs: z.number().int(),
  steps: z.number().int(),
  parameters: z.number().int(),
  /** Loss of the last step; null without one. */
  last_loss: Score,
});

export const AblationDocument = z.object({
  format: z.literal('brainmass-ablation/1'),
  task: z.string(),
  kind: z.enum(['two-class', 'multi-class', 'regression']),
  protocol: z.string(),
  metric: z.string(),
  metric_name: z.string(),
  seed: z.number().int(),
  /** Absent with splits of a file that does not say. */
  plan: SplitPlan.optional(),
  splits: z.number().int(),
  n: z.number().int(),
  participants: z.number().int(),
  dataset: z.object({ path: z.string(), hash: z.string() }),
  /** Of the full method. */
  settings: settingsSchema,
  cells: z.array(Cell),
  baselines: z.array(Row),
  runs: z.array(Run),
  warnings: z.array(z.string()),
  device: z.string(),
  versions: z.object({ brainmass: z.string(), node: z.string() }),
});
export type AblationDocument = z.infer<typeof AblationDocument>;
