/** @file Every setting of a pretraining run, the paper's values, and its YAML form. */
import { stringify } from 'yaml';
import { z } from 'zod';
import { FC_KINDS, type FcKind } from '../connectivity/kinds.ts';
import type { DropRule } from '../connectivity/pseudo-fc.ts';
import { type ModelSize, modelSize } from '../model/size.ts';
import { type Objective, PAPER_OBJECTIVE } from './objective.ts';

const whole = z.int().positive();
const share = z.number().min(0).lt(1);
const weight = z.number().min(0);

/** The YAML form of a configuration file: our layout. Everything may be left out. */
export const settingsSchema = z.strictObject({
  model: z
    .strictObject({
      preset: z.string().default('small'),
      layers: whole.optional(),
      heads: whole.optional(),
      ffn: whole.optional(),
      feature: whole.optional(),
    })
    .prefault({}),
  data: z
    .strictObject({
      fc: z.enum(FC_KINDS).default('pearson'),
      drop: z
        .discriminatedUnion('kind', [
          z.strictObject({ kind: z.literal('percent'), percent: z.number().min(0).lt(100) }),
          z.strictObject({ kind: z.literal('count'), count: whole }),
          z.strictObject({ kind: z.literal('window'), length: whole }),
        ])
        .default({ kind: 'percent', percent: 20 }),
    })
    .prefault({}),
  objective: z
    .strictObject({
      contrastive_weight: weight.default(PAPER_OBJECTIVE.contrastiveWeight),
      reconstruction_weight: weight.default(PAPER_OBJECTIVE.reconstructionWeight),
      contrastive_rois: whole.default(PAPER_OBJECTIVE.contrastiveRois),
      reconstruction_rois: whole.default(PAPER_OBJECTIVE.reconstructionRois),
      dropout: share.default(PAPER_OBJECTIVE.dropout),
    })
    .prefault({}),
  optimizer: z
    .strictObject({
      learning_rate: z.number().positive().default(3e-4),
      warmup_epochs: z.int().min(0).default(10),
      weight_decay: z.number().min(0).default(5e-5),
      clip_value: z.number().positive().default(1),
      target_momentum: z.number().min(0).max(1).default(0.996),
    })
    .prefault({}),
  training: z
    .strictObject({
      epochs: z.int().min(0).default(2000),
      batch: z.int().min(2).default(256),
      /** Scans that go through the encoder at once; as many as fit unless given. */
      micro_batch: whole.optional(),
      seed: z.int().min(0).default(1),
      checkpoint_minutes: z.number().min(0).default(5),
      /** Saves also after every so many epochs; 0 leaves it to the clock. */
      checkpoint_epochs: z.int().min(0).default(0),
      /** Keeps a copy of the model every so many epochs; 0 keeps none. */
      snapshot_epochs: z.int().min(0).default(0),
    })
    .prefault({}),
});

/** Resolved settings, as written to `config.yaml`. */
export type Settings = z.infer<typeof settingsSchema>;

/** The paper's settings (small preset). */
export const PAPER_SETTINGS: Settings = settingsSchema.parse({});

/** `config.yaml`: every setting, resolved. */
export function formatSettings(settings: Settings): string {
  return stringify(settings);
}

export function sizeOfSettings({ model }: Settings, rois: number): ModelSize {
  const { preset, ...changes } = model;
  return modelSize(
    preset,
    rois,
    Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
  );
}

export function objectiveOfSettings({ objective }: Settings): Objective {
  return {
    contrastiveWeight: objective.contrastive_weight,
    reconstructionWeight: objective.reconstruction_weight,
    contrastiveRois: objective.contrastive_rois,
    reconstructionRois: objective.reconstruction_rois,
    dropout: objective.dropout,
  };
}

/** How views are made. */
export function viewsOfSettings({ data }: Settings): { readonly fc: FcKind; readonly drop: DropRule } {
  return { fc: data.fc, drop: data.drop };
}
