/** @file When to stop: after so many epochs in which the loss of the validation rows found no new low. */

export interface EpochVerdict {
  /** The lowest loss so far; of equal ones the first counts. */
  readonly best: boolean;
  readonly stop: boolean;
}

/** A judge of one run, told the validation loss after each epoch. A loss that is not a number is never the best. */
export function earlyStopping(patience: number): (loss: number) => EpochVerdict {
  let lowest = Number.POSITIVE_INFINITY;
  let waited = 0;
  return (loss) => {
    const best = loss < lowest;
    if (best) lowest = loss;
    waited = best ? 0 : waited + 1;
    return { best, stop: waited >= patience };
  };
}
