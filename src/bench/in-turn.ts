/** @file Two programs timed in turn, round by round: how they compare although the machine's speed changes meanwhile. */
import { median, rounded } from './figures.ts';

/** Median and range over the rounds. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface Comparison {
  /** Milliseconds. */
  readonly ours: Spread;
  readonly theirs: Spread;
  /** Their time over ours in the same round: above 1 where we are faster. */
  readonly times_as_fast: Spread;
}

/** @param ours milliseconds of each round, and `theirs` of the same rounds */
export function compareInTurn(ours: readonly number[], theirs: readonly number[]): Comparison {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} rounds of one, ${theirs.length} of the other`);
  return {
    ours: spread(ours),
    theirs: spread(theirs),
    times_as_fast: spread(ours.map((time, round) => theirs[round] / time)),
  };
}

function spread(values: readonly number[]): Spread {
  return { median: rounded(median(values)), low: rounded(Math.min(...values)), high: rounded(Math.max(...values)) };
}
