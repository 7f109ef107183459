/** @file What a check says: one finding, its scans, and the numbers it rests on. */

export type CheckId =
  | 'roi-order'
  | 'scan-roi-order'
  | 'duplicate-rois'
  | 'filtering'
  | 'repetition-time'
  | 'unlike-model'
  | 'near-duplicate-scans'
  | 'outlier-scans'
  | 'few-volumes'
  | 'motion'
  | 'motion-fc'
  | 'one-class-sites';

/** `error`: almost surely wrong, results would be too; `warning`: look at it; `note`: good to know. */
export type Level = 'error' | 'warning' | 'note';

export interface Finding {
  readonly id: CheckId;
  readonly level: Level;
  /** Ids of the scans concerned; empty when it is the data set as a whole. */
  readonly scans: readonly string[];
  /** One or two sentences, with the evidence in words. */
  readonly message: string;
  /** The numbers behind it, by name. */
  readonly evidence: Readonly<Record<string, number | string>>;
}

const GRAVITY: readonly Level[] = ['error', 'warning', 'note'];

/** The gravest first; otherwise in the order of the checks. */
export function gravestFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => GRAVITY.indexOf(a.level) - GRAVITY.indexOf(b.level));
}

/** `3 scans (a, b and c)`, at most three by name. */
export function someScans(ids: readonly string[]): string {
  const shown = ids.slice(0, 3).join(', ');
  return `${ids.length} scan${ids.length === 1 ? '' : 's'} (${shown}${ids.length > 3 ? ', …' : ''})`;
}

/** A number for a sentence: three significant digits. */
export function brief(value: number): string {
  return String(Number(value.toPrecision(3)));
}
