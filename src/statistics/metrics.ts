/** @file How good a two-class prediction is. Undefined is null with a reason, never NaN. */

export const METRICS = [
  'auc',
  'accuracy',
  'balanced_accuracy',
  'sensitivity',
  'specificity',
  'precision',
  'npv',
  'f1',
] as const;
export type Metric = (typeof METRICS)[number];

/** A number, or null and why there is none. */
export interface MetricValue {
  readonly value: number | null;
  readonly reason?: string | undefined;
}
export type Metrics = Readonly<Record<Metric, MetricValue>>;

/** Scans by what they are (true or false prediction) and what they were called (positive or negative). */
export interface Confusion {
  readonly tp: number;
  readonly fp: number;
  readonly tn: number;
  readonly fn: number;
}

/**
 * All metrics of decision values. A decision above 0 calls the scan positive; AUC uses the values themselves.
 *
 * @param decisions `[scans]`, larger is more positive
 * @param positive `[scans]`, the truth
 */
export function classificationMetrics(decisions: ArrayLike<number>, positive: readonly boolean[]): Metrics {
  return { auc: areaUnderRoc(decisions, positive), ...confusionMetrics(confusionOf(decisions, positive)) };
}

export function confusionOf(decisions: ArrayLike<number>, positive: readonly boolean[]): Confusion {
  const counts = { tp: 0, fp: 0, tn: 0, fn: 0 };
  for (const [i, is] of positive.entries()) {
    const called = decisions[i] > 0;
    counts[called ? (is ? 'tp' : 'fp') : is ? 'fn' : 'tn']++;
  }
  return counts;
}

/**
 * Metrics of a confusion table. Sensitivity is TP / (TP + FN), the share of patients found; specificity TN / (TN + FP).
 * (The released BrainMass code swaps the arguments: what it prints under these names is precision and NPV.)
 */
export function confusionMetrics({ tp, fp, tn, fn }: Confusion): Omit<Metrics, 'auc'> {
  const sensitivity = share(tp, tp + fn, 'no scan is positive');
  const specificity = share(tn, tn + fp, 'no scan is a control');
  return {
    accuracy: share(tp + tn, tp + fp + tn + fn, 'there are no scans'),
    balanced_accuracy:
      sensitivity.value === null
        ? sensitivity
        : specificity.value === null
          ? specificity
          : { value: (sensitivity.value + specificity.value) / 2 },
    sensitivity,
    specificity,
    precision: share(tp, tp + fp, 'no scan was called positive'),
    npv: share(tn, tn + fn, 'no scan was called control'),
    f1: share(2 * tp, 2 * tp + fp + fn, 'no scan is positive or was called positive'),
  };
}

function share(part: number, whole: number, reason: string): MetricValue {
  return whole === 0 ? { value: null, reason } : { value: part / whole };
}

/** Area under the ROC curve: the chance that a positive scan scores above a control, ties counting one half. */
export function areaUnderRoc(decisions: ArrayLike<number>, positive: readonly boolean[]): MetricValue {
  const order = [...positive.keys()].sort((a, b) => decisions[a] - decisions[b]);
  let controlsBelow = 0;
  let positives = 0;
  let pairsWon = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let tiedPositive = 0;
    while (end < order.length && decisions[order[end]] === decisions[order[start]])
      if (positive[order[end++]]) tiedPositive++;
    const tiedControl = end - start - tiedPositive;
    pairsWon += tiedPositive * (controlsBelow + tiedControl / 2);
    controlsBelow += tiedControl;
    positives += tiedPositive;
    start = end;
  }
  return share(pairsWon, positives * controlsBelow, 'only one class is there');
}
