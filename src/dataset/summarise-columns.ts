/** @file What a phenotype column holds: numbers in a range, or values and how often. */
import type { Scan } from './dataset.ts';
import { isMissing } from './missing-value.ts';

/** Values are counted when there are at most so many, and each stands for two scans or more on average. */
const MOST_VALUES = 12;

export type ColumnSummary =
  | {
      readonly name: string;
      readonly kind: 'number';
      readonly missing: number;
      readonly min: number;
      readonly max: number;
      readonly mean: number;
    }
  /** Scans per value. */
  | {
      readonly name: string;
      readonly kind: 'values';
      readonly missing: number;
      readonly values: Readonly<Record<string, number>>;
    }
  | { readonly name: string; readonly kind: 'text'; readonly missing: number; readonly distinct: number };

/** Describes a phenotype column. Few distinct values are counted, even when they are numbers: they are codes. */
export function summariseColumn(name: string, scans: readonly Scan[]): ColumnSummary {
  const cells = scans.map(({ phenotype }) => phenotype[name]).filter((cell) => !isMissing(cell));
  const missing = scans.length - cells.length;
  const counts = countValues(cells);
  if (counts.size <= 2 || (counts.size <= MOST_VALUES && counts.size * 2 <= cells.length))
    return { name, kind: 'values', missing, values: Object.fromEntries(counts) };
  const numbers = cells.map(Number);
  if (!numbers.every(Number.isFinite)) return { name, kind: 'text', missing, distinct: counts.size };
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const value of numbers) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return { name, kind: 'number', missing, min, max, mean: sum / numbers.length };
}

/** How often each text occurs, the most frequent first. */
export function countValues(cells: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  return new Map([...counts].sort((a, b) => b[1] - a[1]));
}
