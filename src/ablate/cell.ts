/** @file One row of an ablation: what is changed about the full method, and how the row comes by its features. */
import type { Settings } from '../pretrain/settings.ts';

/** The method with some of its settings changed. */
export interface PretrainedCell {
  readonly kind: 'pretrained';
  /** Of small letters, digits and `-`: also the name of a run directory. */
  readonly name: string;
  /** What is varied, as a heading: `drop`. Empty for the full method. */
  readonly part: string;
  readonly settings: Settings;
}

/**
 * The augmentation without a network, on raw connectivity. `mean`: of each scan the mean of its pseudo-FC. `copies`:
 * several pseudo-FC of each training scan, each a row of its own; test scans are whole.
 */
export interface AugmentedCell {
  readonly kind: 'augmented';
  readonly name: string;
  readonly part: string;
  readonly way: 'mean' | 'copies';
}

export type Cell = PretrainedCell | AugmentedCell;

/** The full method, which every other cell is compared with. */
export const FULL = 'full';

/** What comes beside the cells of every ablation. */
export const BASELINES = ['raw-fc', 'untrained'] as const;

/** Settings with some sections' values replaced; a value that is a table (`data.drop`) is replaced whole. */
export function withChanges(
  settings: Settings,
  changes: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Record<string, unknown> {
  const base: Readonly<Record<string, object>> = settings;
  const changed = Object.entries(changes).map(([section, values]) => [section, { ...base[section], ...values }]);
  return { ...base, ...Object.fromEntries(changed) };
}
