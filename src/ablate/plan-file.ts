/** @file `ablation.yaml`: which parts of the method to vary, and cells of one's own. */
import { z } from 'zod';
import { InputError } from '../errors/input-error.ts';
import { parseYaml } from '../files/yaml.ts';
import { validate } from '../pretrain/config-file.ts';
import { type Settings, settingsSchema } from '../pretrain/settings.ts';
import { BASELINES, type Cell, FULL, withChanges } from './cell.ts';
import { PARTS, type Part } from './parts.ts';

const sections = z.record(z.string(), z.record(z.string(), z.unknown()));

const planSchema = z.strictObject({
  /** Settings of the full method, as in a configuration file; options of the command line win. */
  base: sections.default({}),
  parts: z.array(z.enum(PARTS)).default([]),
  cells: z
    .array(
      z.strictObject({
        name: z.string(),
        /** A heading to stand under. */
        part: z.string().default('further'),
        /** What differs from the full method. */
        settings: sections,
      }),
    )
    .default([]),
});

export interface PlanFile {
  readonly base: Settings;
  readonly parts: readonly Part[];
  /** The cells of one's own, once the full method is known. */
  readonly cellsAround: (base: Settings) => Cell[];
}

/**
 * Reads a plan file.
 *
 * @throws InputError when it is not YAML, has an unknown key, or a cell's name cannot be one
 */
export function parsePlanFile(yaml: string, where: string): PlanFile {
  const document = parseYaml(yaml, where) ?? {};
  const { base, parts, cells } = validate(planSchema, document, where);
  for (const { name } of cells) checkName(name, where);
  return {
    base: validate(settingsSchema, base, `${where}, base`),
    parts,
    cellsAround: (full) =>
      cells.map(({ name, part, settings }) => ({
        kind: 'pretrained',
        name,
        part,
        settings: validate(settingsSchema, withChanges(full, settings), `${where}, cell "${name}"`),
      })),
  };
}

/** Names are of directories, and stand beside the names that every ablation has. */
function checkName(name: string, where: string): void {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name))
    throw new InputError({
      where,
      problem: `"${name}" cannot be the name of a cell`,
      expected: 'small letters, digits and "-"',
    });
  const taken: readonly string[] = [FULL, ...BASELINES, 'majority', 'mean', 'model'];
  if (taken.includes(name))
    throw new InputError({
      where,
      problem: `a cell cannot be called "${name}"`,
      fix: 'that name is taken in every ablation, choose another',
    });
}
