/** @file The size of a model: the paper's three presets, or any other that fits together. */
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';

export interface ModelSize {
  /** Number of ROIs: tokens, and the width of each. */
  readonly rois: number;
  readonly layers: number;
  readonly heads: number;
  /** Hidden width of each layer's feed-forward block, and of the masked-ROI heads. */
  readonly ffn: number;
  /** Width of the projection that alignment compares. */
  readonly feature: number;
}

/** The paper's sizes (section 7 of docs/method.md); the ROI count is the data's. */
export const PRESETS = {
  small: { layers: 8, heads: 5, ffn: 1024, feature: 1024 },
  base: { layers: 16, heads: 10, ffn: 2048, feature: 1024 },
  large: { layers: 32, heads: 20, ffn: 4096, feature: 1024 },
} as const satisfies Record<string, Omit<ModelSize, 'rois'>>;
export type Preset = keyof typeof PRESETS;

/** Width of the per-ROI readout; the embedding is `8 x ROI` wide. */
export const READOUT = 8;

/** A preset by name, with single sizes replaced. */
export function modelSize(preset: string, rois: number, changes: Partial<ModelSize> = {}): ModelSize {
  if (!Object.hasOwn(PRESETS, preset)) {
    const names = Object.keys(PRESETS);
    throw new InputError({
      where: '--preset',
      problem: `there is no preset ${preset}`,
      expected: names.join(', '),
      fix: `did you mean ${nearestName(preset, names) ?? 'small'}?`,
    });
  }
  return checkSize({ rois, ...PRESETS[preset as Preset], ...changes });
}

/** The size itself when its parts fit together. */
export function checkSize(size: ModelSize): ModelSize {
  for (const [name, value] of Object.entries(size))
    if (!Number.isInteger(value) || value < 1)
      throw new InputError({
        where: name,
        problem: 'a model size must be a whole number above 0',
        found: String(value),
      });
  const { rois, heads } = size;
  if (rois % heads !== 0)
    throw new InputError({
      where: '--heads',
      problem: `the attention heads must divide the ROI count ${rois}`,
      found: `${heads} heads`,
      fix: `choose one of ${divisors(rois).join(', ')}`,
    });
  return size;
}

function divisors(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
}
