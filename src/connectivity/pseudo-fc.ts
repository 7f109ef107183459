/**
 * @file Pseudo functional connectivity (pFC): the network of a person seen through part of the scan's time points.
 *
 * The paper drops a random 20 % of the points (section III-B); two independent drops are two views of one scan.
 */
import { InputError } from '../errors/input-error.ts';
import { drawWithoutReplacement, integerBelow, randomStream } from '../random/draws.ts';
import { FEWEST_TIMEPOINTS } from './unit-norm.ts';

/** Which time points a view loses. */
export type DropRule =
  /** A random `percent` % of the points, rounded down. */
  | { readonly kind: 'percent'; readonly percent: number }
  /** A random `count` points, whatever the scan's length. */
  | { readonly kind: 'count'; readonly count: number }
  /** All but one contiguous stretch of `length` points. */
  | { readonly kind: 'window'; readonly length: number };

/** Which of the draws of a run: the same address gives the same points. */
export interface ViewAddress {
  readonly seed: number;
  readonly epoch: number;
  /** Index of the scan in the data set. */
  readonly scan: number;
  readonly view: number;
}

/**
 * The time points one view of one scan keeps.
 *
 * @returns one byte a time point: 1 keep, 0 drop
 * @throws InputError when the rule is impossible or leaves fewer than three points of this scan
 */
export function keptTimepoints(rule: DropRule, timepoints: number, address: ViewAddress): Uint8Array {
  const keeping = pointsKept(rule, timepoints, address.scan);
  const stream = randomStream({
    seed: address.seed,
    purpose: 'time-points',
    a: address.epoch,
    b: address.scan,
    c: address.view,
  });
  if (rule.kind === 'window') {
    const start = integerBelow(stream, timepoints - keeping + 1);
    return new Uint8Array(timepoints).fill(1, start, start + keeping);
  }
  const kept = new Uint8Array(timepoints).fill(1);
  for (const t of drawWithoutReplacement(stream, timepoints, timepoints - keeping)) kept[t] = 0;
  return kept;
}

/** How many points of a scan the rule keeps. */
function pointsKept(rule: DropRule, timepoints: number, scan: number): number {
  switch (rule.kind) {
    case 'percent':
      if (!(rule.percent >= 0 && rule.percent < 100))
        throw new InputError({
          problem: 'the percentage of time points to drop is impossible',
          expected: 'at least 0 and below 100',
          found: `${rule.percent}`,
        });
      return enoughLeft(timepoints - Math.floor((rule.percent * timepoints) / 100), timepoints, scan);
    case 'count':
      checkWhole(rule.count, 0, 'number of time points to drop');
      return enoughLeft(timepoints - rule.count, timepoints, scan);
    case 'window':
      checkWhole(rule.length, FEWEST_TIMEPOINTS, 'window length');
      if (rule.length > timepoints)
        throw new InputError({
          where: `scan ${scan + 1}`,
          problem: 'the window is longer than the scan',
          expected: `at most ${timepoints} time points`,
          found: `${rule.length}`,
          fix: 'shorten the window or leave the scan out',
        });
      return rule.length;
  }
}

function checkWhole(value: number, least: number, name: string): void {
  if (!Number.isInteger(value) || value < least)
    throw new InputError({
      problem: `the ${name} is impossible`,
      expected: `a whole number, ${least} or more`,
      found: `${value}`,
    });
}

function enoughLeft(left: number, timepoints: number, scan: number): number {
  if (left < FEWEST_TIMEPOINTS)
    throw new InputError({
      where: `scan ${scan + 1}`,
      problem: 'the drop leaves too few time points for a correlation',
      expected: `at least ${FEWEST_TIMEPOINTS}`,
      found: `${Math.max(0, left)} of ${timepoints}`,
      fix: 'drop less or leave the scan out',
    });
  return left;
}
