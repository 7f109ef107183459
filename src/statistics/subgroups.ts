/** @file The same predictions by site, by sex, by anything that participants differ in. */
import { type LabelledScan, participantsOf } from '../labels/labels.ts';
import { bootstrapEstimates, type Draws, type PooledPrediction } from './bootstrap.ts';
import type { Estimate } from './interval.ts';
import { areaUnderRoc, confusionMetrics, confusionOf } from './metrics.ts';

export interface Subgroup {
  readonly name: string;
  /** Scans tested, once each. */
  readonly scans: number;
  readonly participants: { readonly positive: number; readonly control: number };
  /** Null, with the reason, where the group has one class only. */
  readonly auc: Estimate;
  readonly sensitivity: Estimate;
  readonly specificity: Estimate;
}

/**
 * One row a group, by name. Groups are small: read the intervals first. AUC within a group leaves out what separates the
 * groups themselves, so it may be below that of the whole in every group (a site with more patients, say).
 *
 * @param groupOf the group of a scan; undefined leaves it out (no value in the column)
 */
export function subgroupTable(
  predictions: readonly PooledPrediction[],
  groupOf: (scan: LabelledScan) => string | undefined,
  draws: Draws,
): Subgroup[] {
  const groups = new Map<string, PooledPrediction[]>();
  for (const prediction of predictions) {
    const name = groupOf(prediction);
    if (name === undefined) continue;
    const own = groups.get(name);
    if (own === undefined) groups.set(name, [prediction]);
    else own.push(prediction);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, own]) => ({
      name,
      scans: new Set(own.map(({ scanId }) => scanId)).size,
      participants: { positive: participantsOf(own, true), control: participantsOf(own, false) },
      ...bootstrapEstimates(own, scores, draws),
    }));
}

function scores(decisions: Float64Array, positive: readonly boolean[]) {
  const { sensitivity, specificity } = confusionMetrics(confusionOf(decisions, positive));
  return { auc: areaUnderRoc(decisions, positive), sensitivity, specificity };
}
