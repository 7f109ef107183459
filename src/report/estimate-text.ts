/** @file Estimates in words: fixed digits, and the reason where there is no number. */
import type { Estimate } from '../statistics/interval.ts';

/** A number that can be shown or drawn; NaN and infinity are none. */
export function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** `0.720`; `n/a` without a number. */
export function numberText(value: number | null | undefined, digits: number): string {
  if (!isNumber(value)) return 'n/a';
  const written = value.toFixed(digits);
  return /^-[0.]+$/.test(written) ? written.slice(1) : written;
}

/** `0.720 [0.650, 0.790]`; `0.720` without an interval; `n/a` without a number. */
export function estimateText({ mean, low, high }: Estimate, digits: number): string {
  const point = numberText(mean, digits);
  const whole = isNumber(mean) && isNumber(low) && isNumber(high);
  return whole ? `${point} [${numberText(low, digits)}, ${numberText(high, digits)}]` : point;
}

/** The same with the reason for what is missing: `n/a (only one class is there)`. */
export function explainedEstimate(estimate: Estimate, digits: number): string {
  const complete = isNumber(estimate.mean) && isNumber(estimate.low) && isNumber(estimate.high);
  const reason = complete || estimate.reason === undefined ? '' : ` (${estimate.reason})`;
  return `${estimateText(estimate, digits)}${reason}`;
}

/** A sentence for each reason why estimates or their intervals are missing, with the names of those it is true of. */
export function missingNotes(named: readonly { readonly name: string; readonly estimate: Estimate }[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { name, estimate } of named) {
    const { mean, low, high, reason = 'no reason is given' } = estimate;
    if (isNumber(mean) && isNumber(low) && isNumber(high)) continue;
    const problem = `${isNumber(mean) ? 'no interval' : 'no value'}, ${reason}`;
    groups.set(problem, [...(groups.get(problem) ?? []), name]);
  }
  return [...groups].map(([problem, names]) => `${names.join(', ')}: ${problem}.`);
}
