/**
 * @file The document of an evaluation, `report.json`, as a schema: docs/report.schema.json is made from it.
 *
 * Numbers that are undefined are null, with the reason beside them.
 */
import * as z from 'zod';
import { SplitPlan } from '../splits/split-plan.ts';
import { EstimateSchema as Estimate, EstimatesSchema as Estimates, Score } from '../statistics/estimate-schema.ts';
import { FewShotSchema, ZeroShotSchema } from './shots-schema.ts';

const Count = z.number().int().min(0);
const Probability = z.number().min(0).max(1);

const ClassSize = z.object({ value: z.string(), scans: Count, participants: Count }).meta({ id: 'class_size' });

const Test = z
  .object({
    method: z.enum(['corrected-resampled-t', 'delong']),
    metric: z.string(),
    difference: Score,
    p: Probability.nullable(),
    p_holm: Probability.nullable().describe("Holm's correction over the baselines"),
    reason: z.string().optional(),
  })
  .describe('The model against one baseline, two-sided')
  .meta({ id: 'test' });

const Determined = z.object({ value: Score, reason: z.string().optional() }).meta({ id: 'determined' });

const Calibration = z
  .object({
    n: Count,
    brier: z.number(),
    expected_error: z.number(),
    slope: Determined,
    intercept: Determined,
    points: z.array(z.object({ n: Count, predicted: z.number(), observed: z.number() })),
  })
  .describe(
    'Of probabilities by Platt scaling inside the training rows; of a fine-tuned network, on the validation rows',
  )
  .meta({ id: 'calibration' });

const Subgroup = z
  .object({
    name: z.string(),
    scans: Count,
    participants: z.object({ positive: Count, control: Count }),
    auc: Estimate,
    sensitivity: Estimate,
    specificity: Estimate,
  })
  .meta({ id: 'subgroup' });

const Permutation = z
  .object({
    metric: z.string(),
    observed: z.number(),
    p: Probability,
    permutations: Count,
    chance: z.object({ mean: Score, upper: Score }),
  })
  .describe('Labels permuted within sites, splits dealt again, the protocol fitted again; one-sided')
  .meta({ id: 'permutation' });

const Common = z.object({
  format: z.literal('brainmass-report/1'),
  task: z.string().describe('The label'),
  protocol: z.string(),
  fc: z.enum(['pearson', 'ledoit-wolf']),
  seed: z.number().int(),
  repeats: Count.describe('Splits'),
  plan: SplitPlan.optional().describe(
    'How the splits were dealt; absent with a second data set or splits without a plan',
  ),
  corpus_split: z.object({ file: z.string(), sha256: z.string(), dataset: z.string() }).optional(),
  n: Count.describe('Labelled scans'),
  participants: Count,
  dropped: z.object({ missing: Count, other: Count }).describe('Scans without a value, and of other classes'),
  metrics: Estimates.describe('Of the model'),
  baselines: z.record(z.string(), Estimates),
  tests: z.record(z.string(), Test),
  verdict: z.string(),
  against_linear: z.object({
    verdict: z.enum(['better', 'not distinguishable', 'worse', 'not comparable']),
    sentence: z.string(),
  }),
  control: z
    .object({ method: z.enum(['combat', 'regress']), covariates: z.array(z.string()) })
    .optional()
    .describe('Confounds taken out of the features, fitted on training rows'),
  confounds: z.array(z.string()).optional().describe('What the confound baseline knows'),
  warnings: z.array(z.string()),
  few_shot: FewShotSchema.optional(),
  zero_shot: ZeroShotSchema.optional(),
  each: z
    .record(z.string(), z.record(z.string(), z.array(Score)))
    .optional()
    .describe('In report.json: every metric of model and baselines, split by split'),
  splits: z.string(),
  predictions: z.string(),
  model: z.string(),
  datasets: z.array(z.object({ path: z.string(), hash: z.string() })),
  features: z.record(z.string(), z.object({ columns: Count, sha256: z.string() })),
  device: z.string(),
  versions: z.object({ brainmass: z.string(), node: z.string() }),
});

const TwoClass = Common.extend({
  kind: z.literal('two-class'),
  classes: z.object({ positive: ClassSize, control: ClassSize }),
  auc_difference: Estimates.describe('AUC of the model minus that of each baseline'),
  pooled: Estimates.describe('All test predictions together; participants drawn again'),
  permutation: Permutation.optional(),
  calibration: Calibration.nullable(),
  by_site: z.array(Subgroup),
  by_sex: z.array(Subgroup).optional(),
});

const MultiClass = Common.extend({
  kind: z.literal('multi-class'),
  classes: z.array(ClassSize),
  macro_auc_difference: Estimates,
  confusion: z
    .array(z.array(Count))
    .describe('Predictions of all splits: row the class it is, column the class called'),
});

const Regression = Common.extend({
  kind: z.literal('regression'),
  target: z.object({ mean: z.number(), deviation: z.number(), min: z.number(), max: z.number() }),
  r2_difference: Estimates,
});

/** One evaluation, of any kind of question. */
export const EvaluationDocument = z.discriminatedUnion('kind', [TwoClass, MultiClass, Regression]);
export type EvaluationDocument = z.infer<typeof EvaluationDocument>;
type OfAny<D> = D extends unknown ? Omit<D, 'splits' | 'predictions' | 'model' | 'device' | 'versions'> : never;
/** What an evaluation knows of itself; the rest is about files and machines. */
export type EvaluationResult = OfAny<EvaluationDocument>;
