/** @file A split: who is trained on, who decides when to stop, who is tested on. */
import type { Part } from '../dataset/participant-split.ts';

/** Positions in `task.scans`, ascending. */
export interface Split {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/** The split of three lists of positions in any order. */
export function ascending(parts: Readonly<Record<Part, readonly number[]>>): Split {
  const sorted = (positions: readonly number[]) => [...positions].sort((a, b) => a - b);
  return { train: sorted(parts.train), validation: sorted(parts.validation), test: sorted(parts.test) };
}
