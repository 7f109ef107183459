/**
 * @file p-values of several tasks together: whoever tests fifteen tasks finds one by chance.
 *
 * A task without a p-value (null) stays null and does not count as a test.
 */

/**
 * Holm's step-down adjustment (Scand J Stat 6:65-70, 1979): adjusted values below 0.05 hold the chance of any false
 * finding among the tasks at 5 %, however the tasks depend on each other.
 *
 * @returns in the order given
 * @throws RangeError when a value is no probability (a programming error)
 */
export function holm(p: readonly (number | null)[]): (number | null)[] {
  return adjusted(p, (ascending) => {
    let largest = 0;
    return ascending.map((value, rank) => {
      largest = Math.max(largest, Math.min(1, (ascending.length - rank) * value));
      return largest;
    });
  });
}

/**
 * Benjamini and Hochberg's step-up adjustment (J R Stat Soc B 57:289-300, 1995): of the tasks with adjusted values below
 * 0.05, at most 5 % are expected to be false, for tasks that are independent or depend on each other positively.
 *
 * @returns in the order given
 * @throws RangeError when a value is no probability (a programming error)
 */
export function benjaminiHochberg(p: readonly (number | null)[]): (number | null)[] {
  return adjusted(p, (ascending) => {
    let smallest = 1;
    return ascending
      .map((value, rank) => (ascending.length / (rank + 1)) * value)
      .reverse()
      .map((value) => {
        smallest = Math.min(smallest, value);
        return smallest;
      })
      .reverse();
  });
}

/** Puts the adjusted values of the ascending ones back in their places. */
function adjusted(
  p: readonly (number | null)[],
  adjust: (ascending: readonly number[]) => number[],
): (number | null)[] {
  const tests = p.flatMap((value, at) => (value === null ? [] : [{ value, at }]));
  for (const { value } of tests) if (!(value >= 0 && value <= 1)) throw new RangeError(`p-value ${value}`);
  tests.sort((a, b) => a.value - b.value);
  const out: (number | null)[] = p.map(() => null);
  for (const [rank, value] of adjust(tests.map((test) => test.value)).entries()) out[tests[rank].at] = value;
  return out;
}
