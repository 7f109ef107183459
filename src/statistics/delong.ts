/** @file Difference of two areas under the ROC curve on the same test scans, by DeLong's test. */
import { NORMAL_975, normalTwoSided } from './normal-distribution.ts';

/** One test scan and what two classifiers say of it. */
export interface PairedDecision {
  readonly participantId: string;
  readonly positive: boolean;
  readonly a: number;
  readonly b: number;
}

export interface DeLong {
  /** AUC of a minus AUC of b. */
  readonly difference: number;
  readonly standardError: number;
  /** 95 % interval of the difference. */
  readonly low: number;
  readonly high: number;
  /** Two-sided; null when there is no spread to test against. */
  readonly p: number | null;
}

/**
 * DeLong, DeLong and Clarke-Pearson (Biometrics 44:837-845, 1988), ties counting one half. Several scans of one
 * participant are not independent: their components are summed by participant (Obuchowski, Biometrics 53:567-578, 1997),
 * which is DeLong's own variance where everybody has one scan.
 *
 * @returns undefined when a class has fewer than 2 participants
 */
export function deLongTest(scans: readonly PairedDecision[]): DeLong | undefined {
  const positives = scans.filter((scan) => scan.positive);
  const controls = scans.filter((scan) => !scan.positive);
  /** How much more often a ranks the pair rightly than b. */
  const gain = (positive: PairedDecision, control: PairedDecision) =>
    wins(positive.a, control.a) - wins(positive.b, control.b);
  const ofPositive = positives.map((x) => average(controls.map((y) => gain(x, y))));
  const ofControl = controls.map((y) => average(positives.map((x) => gain(x, y))));
  const difference = average(ofPositive);

  const positiveSums = sumsByParticipant(positives, ofPositive, difference);
  const controlSums = sumsByParticipant(controls, ofControl, difference);
  if (positiveSums.size < 2 || controlSums.size < 2) return undefined;
  const variance =
    spread(positiveSums) / positives.length ** 2 +
    spread(controlSums) / controls.length ** 2 +
    (2 * crossTerm(positiveSums, controlSums)) / (positives.length * controls.length);
  const standardError = Math.sqrt(Math.max(0, variance));
  const half = NORMAL_975 * standardError;
  return {
    difference,
    standardError,
    low: Math.max(-1, difference - half),
    high: Math.min(1, difference + half),
    // Sums of equal components leave rounding, not spread.
    p: standardError < 1e-12 ? null : normalTwoSided(difference / standardError),
  };
}

function wins(positive: number, control: number): number {
  return positive > control ? 1 : positive === control ? 0.5 : 0;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Each participant's sum of deviations from the mean. */
function sumsByParticipant(scans: readonly PairedDecision[], values: readonly number[], mean: number) {
  const sums = new Map<string, number>();
  for (const [i, { participantId }] of scans.entries())
    sums.set(participantId, (sums.get(participantId) ?? 0) + values[i] - mean);
  return sums;
}

/** n / (n - 1) times the sum of squares over n participants. */
function spread(sums: ReadonlyMap<string, number>): number {
  const squares = [...sums.values()].reduce((sum, value) => sum + value * value, 0);
  return (sums.size / (sums.size - 1)) * squares;
}

/** n / (n - 1) times the sum of products over participants with both classes, n counting everybody. */
function crossTerm(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const everybody = new Set([...a.keys(), ...b.keys()]).size;
  const products = [...a].reduce((sum, [id, value]) => sum + value * (b.get(id) ?? 0), 0);
  return (everybody / (everybody - 1)) * products;
}
