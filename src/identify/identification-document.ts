/** @file The document of an identification, `report.json`, as a schema: docs/identification.schema.json is made from it. */
import * as z from 'zod';
import { EstimatesSchema as Estimates } from '../statistics/estimate-schema.ts';

/** Whose features identify, in the order in which they are judged: the first that is asked for against the others. */
export const IDENTIFIED_BY = ['model', 'untrained', 'fc'] as const;
export type IdentifiedBy = (typeof IDENTIFIED_BY)[number];

const Count = z.number().int().min(0);

const Way = z
  .object({
    identified: Count,
    expected: z.number().describe('By chance, people being exchanged within sites'),
    p: z.number().min(0).max(1).describe('Exact permutation test, one-sided; 0 means below 1e-150'),
  })
  .meta({ id: 'way' });

const Test = z.object({ target_in_database: Way, database_in_target: Way }).meta({ id: 'identification_test' });

const Paired = z
  .object({
    first_only: Count.describe('Found by `metrics_of` alone'),
    other_only: Count.describe('Found by the baseline alone'),
    p: z.number().min(0).max(1).describe("McNemar's test, exact, two-sided"),
  })
  .meta({ id: 'paired' });

const PairedTest = z.object({ target_in_database: Paired, database_in_target: Paired }).meta({ id: 'paired_test' });

/** One identification. */
export const IdentificationDocument = z.object({
  format: z.literal('brainmass-identification/1'),
  by: z.string().describe('The column that tells sessions apart'),
  target: z.string(),
  database: z.string(),
  fc: z.enum(['pearson', 'ledoit-wolf']),
  seed: z.number().int(),
  n: Count.describe('Participants with scans of both sessions'),
  left_out: Count.describe('Participants without'),
  scans: Count.describe('Compared; several runs of a session are averaged'),
  chance: z.object({ accuracy: z.number(), mean_rank: z.number() }),
  metrics_of: z.enum(IDENTIFIED_BY).describe('model; fc where no model takes part'),
  metrics: Estimates.describe('Of its features; intervals over participants drawn again'),
  baselines: z.record(z.string(), Estimates).describe('The others: untrained, fc'),
  difference: Estimates.describe('Accuracy of `metrics_of` minus that of each baseline'),
  paired: z.record(z.string(), PairedTest).describe('Does `metrics_of` find others than each baseline does?'),
  tests: z.record(z.string(), Test).describe('Against chance: of `metrics_of` and each baseline'),
  verdict: z.string(),
  warnings: z.array(z.string()),
  predictions: z.string(),
  model: z.string().nullable().describe('null without one'),
  dataset: z.object({ path: z.string(), hash: z.string() }),
  features: z.record(z.string(), z.object({ columns: Count })),
  device: z.string(),
  versions: z.object({ brainmass: z.string(), node: z.string() }),
});
export type IdentificationDocument = z.infer<typeof IdentificationDocument>;
/** What an identification knows of itself; the rest is about files and machines. */
export type IdentificationResult = Omit<IdentificationDocument, 'predictions' | 'model' | 'device' | 'versions'>;
