/** @file Configuration files: our YAML layout, and that of the released code (`normal_sch1.yaml`). */
import { z } from 'zod';
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import { parseYaml } from '../files/yaml.ts';
import { type Settings, settingsSchema } from './settings.ts';

export interface ConfigFile {
  readonly settings: Settings;
  /** Keys of the released layout that have no meaning here, for the person who wrote them. */
  readonly ignored: readonly string[];
  /** ROI count that the file expects, when it says one. */
  readonly rois?: number;
}

const text = z.union([z.string(), z.number()]);

/** The layout of the released code's configuration. */
const releasedSchema = z.strictObject({
  network: z
    .strictObject({
      mm: z.enum(['byol', 'byol+clf', 'byol+mse', 'byol+clf+mse']).optional(),
      feature_dim: z.int().optional(),
      depth: z.int().optional(),
      heads: z.int().optional(),
      dim_feedforward: z.int().optional(),
      clf_mask: z.int().optional(),
      mse_mask: z.int().optional(),
      roi_num: z.int().optional(),
    })
    .prefault({}),
  saving: z
    .strictObject({ log_dir: text.optional(), checkpoint_dir: text.optional(), n_epochs: z.int().optional() })
    .prefault({}),
  trainer: z
    .strictObject({
      batch_size: z.int().optional(),
      m: z.number().optional(),
      max_epochs: z.int().optional(),
      num_workers: z.int().optional(),
      acc_lambda: z.number().optional(),
      mse_lambda: z.number().optional(),
      warmup_epochs: z.int().optional(),
    })
    .prefault({}),
  optimizer: z.strictObject({ lr: z.number().optional(), weight_decay: z.number().optional() }).prefault({}),
  data: z
    .strictObject({
      path: text.optional(),
      csv: text.optional(),
      mask_way: z.enum(['mask', 'mask_per', 'random']).optional(),
      time_mask: z.int().optional(),
      time_len: z.int().optional(),
    })
    .prefault({}),
});
type Released = z.infer<typeof releasedSchema>;

/** Parses a configuration file of either layout. @throws InputError for an unknown key, naming the nearest */
export function parseConfig(yaml: string, where: string): ConfigFile {
  const document = parseYaml(yaml, where) ?? {};
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new InputError({
      where,
      problem: 'this is no configuration',
      expected: 'a table of settings',
      found: Array.isArray(document) ? 'a list' : `a ${typeof document}`,
    });
  if ('network' in document || 'trainer' in document)
    return fromReleased(validate(releasedSchema, document, where), where);
  return { settings: validate(settingsSchema, document, where), ignored: [] };
}

/** Checks a document; the first problem becomes one sentence. */
export function validate<T>(schema: z.ZodType<T>, document: unknown, where: string): T {
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  // A misspelt key also leaves the right one missing; the spelling is what to mend.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (issue.code !== 'unrecognized_keys')
    throw new InputError({ where, problem: `${issue.path.join('.') || 'the file'}: ${lowerFirst(issue.message)}` });
  const key = [...issue.path, issue.keys[0]].join('.');
  const nearest = nearestName(key, settingNames(schema, ''));
  throw new InputError({
    where,
    problem: `there is no setting ${key}`,
    fix: nearest === undefined ? 'see docs/method.md for all settings' : `did you mean ${nearest}?`,
  });
}

const lowerFirst = (sentence: string) => sentence[0].toLowerCase() + sentence.slice(1);

/** Every section and `section.key` of a schema. */
function settingNames(schema: unknown, path: string): string[] {
  const inner = schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault ? schema.unwrap() : schema;
  const own = path === '' ? [] : [path];
  if (inner instanceof z.ZodDiscriminatedUnion) return inner.options.flatMap((option) => settingNames(option, path));
  if (!(inner instanceof z.ZodObject)) return own;
  const below = Object.entries(inner.shape).flatMap(([key, part]) => settingNames(part, [...own, key].join('.')));
  return [...own, ...below];
}

/** The same run in our settings. Its warm-up, clipping and momentum are the paper's, like ours. */
function fromReleased({ network, saving, trainer, optimizer, data }: Released, where: string): ConfigFile {
  const mode = network.mm ?? 'byol+clf+mse';
  const defined = <T extends object>(table: T) =>
    Object.fromEntries(Object.entries(table).filter(([, v]) => v !== undefined));
  const settings = validate(
    settingsSchema,
    {
      model: defined({
        preset: 'base',
        layers: network.depth,
        heads: network.heads,
        ffn: network.dim_feedforward,
        feature: network.feature_dim,
      }),
      data: { drop: dropOf(data), fc: 'ledoit-wolf' },
      objective: defined({
        contrastive_weight: mode.includes('clf') ? trainer.acc_lambda : 0,
        reconstruction_weight: mode.includes('mse') ? trainer.mse_lambda : 0,
        contrastive_rois: network.clf_mask,
        reconstruction_rois: network.mse_mask,
      }),
      optimizer: defined({
        learning_rate: optimizer.lr,
        weight_decay: optimizer.weight_decay,
        warmup_epochs: trainer.warmup_epochs,
        target_momentum: trainer.m,
      }),
      training: defined({ epochs: trainer.max_epochs, batch: trainer.batch_size }),
    },
    where,
  );
  const meaningless = {
    saving,
    trainer: { num_workers: trainer.num_workers },
    data: { path: data.path, csv: data.csv },
  };
  const ignored = Object.entries(meaningless).flatMap(([section, keys]) =>
    Object.keys(defined(keys)).map((key) => `${section}.${key}`),
  );
  return { settings, ignored, ...(network.roi_num === undefined ? {} : { rois: network.roi_num }) };
}

/** `mask` drops a number of points, `mask_per` a percentage, `random` keeps a window. */
function dropOf({ mask_way = 'mask_per', time_mask = 20, time_len = 30 }: Released['data']) {
  switch (mask_way) {
    case 'mask':
      return { kind: 'count', count: time_mask };
    case 'mask_per':
      return { kind: 'percent', percent: time_mask };
    case 'random':
      return { kind: 'window', length: time_len };
  }
}
