/** @file Few-shot and zero-shot results in the document of an evaluation. */
import * as z from 'zod';
import { EstimatesSchema } from '../statistics/estimate-schema.ts';

const Count = z.number().int().min(0);

const Point = z.object({
  shots: z.string().describe('`4`: participants of each class; `10%`: share of the training participants'),
  kind: z.enum(['per-class', 'percent']),
  count: Count.optional(),
  percent: z.number().optional(),
  participants: z.number().nullable().describe('Trained on, all classes together, averaged over draws'),
  draws: Count.describe('Values that the scores are a mean and a band of'),
  scores: EstimatesSchema.describe('Mean over draws and splits, and their middle 95 %'),
});

export const FewShotSchema = z
  .object({
    draws: Count.describe('Subsets of each split'),
    seed: z.number().int(),
    metric: z.string(),
    curves: z.array(z.object({ features: z.string(), protocol: z.string(), points: z.array(Point) })),
  })
  .describe('Learning curves; larger subsets of a draw hold the smaller ones (docs/few-and-zero-shot.md)');
export type FewShot = z.infer<typeof FewShotSchema>;

const Side = z.object({ dataset: z.string(), scans: Count, participants: Count });

export const ZeroShotSchema = z
  .object({
    definition: z.string(),
    fitted_on: Side,
    applied_to: Side,
    prototype: z
      .record(z.string(), z.object({ uncentred: EstimatesSchema, centred: EstimatesSchema }))
      .describe('Nearest class prototype by features; intervals over participants tested'),
  })
  .describe('Cohort to cohort; the classifier itself is in `metrics` (docs/few-and-zero-shot.md)');
export type ZeroShot = z.infer<typeof ZeroShotSchema>;
