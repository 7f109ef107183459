/** @file The model card: what was trained, on what, for which ROIs, under which licence. */
import { z } from 'zod';
import { FC_KINDS } from '../connectivity/kinds.ts';
import { InputError } from '../errors/input-error.ts';

const size = z.strictObject({
  rois: z.int().positive(),
  layers: z.int().positive(),
  heads: z.int().positive(),
  ffn: z.int().positive(),
  feature: z.int().positive(),
});

/** What the head of a fine-tuned model answers. */
const answer = z.discriminatedUnion('kind', [
  /** One of these classes, in the order of the head's outputs; of two, the control first. */
  z.strictObject({ kind: z.literal('classes'), classes: z.array(z.string()).min(2) }),
  /** A number: `mean + deviation x output`. */
  z.strictObject({ kind: z.literal('number'), mean: z.number(), deviation: z.number().positive() }),
]);
export type Answer = z.infer<typeof answer>;

const finetuned = z.strictObject({
  label: z.string(),
  answer,
  /** The encoder was left as it was. */
  frozen: z.boolean(),
  dataset: z.strictObject({ hash: z.string(), scans: z.int(), participants: z.int() }),
  /** Ids of those whose labels it has seen, in training or to know when to stop. */
  participants: z.array(z.string()),
  seed: z.int(),
  epochs: z.int(),
  /** Whose weights were kept, from 1. */
  best_epoch: z.int(),
});

const cardSchema = z.looseObject({
  format: z.literal('brainmass-model/1'),
  /** Version of this package. */
  version: z.string().optional(),
  preset: z.string().optional(),
  size,
  parameters: z.int().optional(),
  /** Atlas id and ROI names in order; absent in published checkpoints, which do not say. */
  atlas: z.string().optional(),
  roi_names: z.array(z.string()).optional(),
  fc: z.enum(FC_KINDS),
  /** What it was pretrained on. */
  dataset: z.strictObject({ hash: z.string(), scans: z.int(), participants: z.int() }).optional(),
  /** What these scans look like: mean connectivity, filtering, lengths (`src/checks/fingerprint.ts`). */
  fingerprint: z.looseObject({}).optional(),
  /** Their ids, so that an evaluation can tell who was seen in pretraining. */
  participants: z.array(z.string()).optional(),
  /** The data sets it was pretrained on together; participants are then `NAME/ID`. The split is in `corpus-split.json`. */
  corpus: z
    .strictObject({
      split_sha256: z.string(),
      seed: z.int(),
      datasets: z.array(z.strictObject({ name: z.string(), role: z.string(), weight: z.number(), hash: z.string() })),
    })
    .optional(),
  /** Of a model with a head, which was trained on labels. */
  finetuned: finetuned.optional(),
  seed: z.int().optional(),
  epochs: z.number().optional(),
  steps: z.int().optional(),
  licence: z.string().optional(),
});

/** `card.json` of a run; also kept inside `model.safetensors`, so that the file alone can be used. */
export type ModelCard = z.infer<typeof cardSchema>;

/** The card as JSON, keys always in the same order, so that equal cards are equal bytes. */
export function formatCard(card: ModelCard, indent?: number): string {
  return JSON.stringify(cardSchema.parse(card), null, indent);
}

export function parseCard(text: string, where: string): ModelCard {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InputError({ where, problem: 'the model card is not JSON' }, { cause });
  }
  const parsed = cardSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError({
    where,
    problem: `the model card is wrong at ${issue.path.join('.') || 'its top'}: ${issue.message}`,
  });
}
