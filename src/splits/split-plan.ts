/** @file How to split: the plans there are, and how the splits of each are told and scored. */
import * as z from 'zod';

const times = z.number().int().min(1);

/** How splits are made, as splits.json records it. All but `column` depend on a seed. */
export const SplitPlan = z.discriminatedUnion('kind', [
  /** 70/15/15, drawn again for each repeat: the paper's. */
  z.object({ kind: z.literal('repeated'), repeats: times }),
  z.object({ kind: z.literal('k-fold'), folds: z.number().int().min(2), repeats: times }),
  z.object({ kind: z.literal('leave-one-site-out') }),
  z.object({ kind: z.literal('column'), column: z.string() }),
]);
export type SplitPlan = z.infer<typeof SplitPlan>;

/**
 * How the splits of a plan are scored. `each`: every split has scores, and the interval is over splits. `pooled`: the
 * predictions of all splits are scored together and participants drawn again, because a split by itself may lack a class
 * (a small site), or there is only one. Decisions of different classifiers are then on one list: fair for calls above and
 * below 0, while a pooled AUC also pays for their different zero points.
 */
export function scoringOf(plan: SplitPlan): 'each' | 'pooled' {
  switch (plan.kind) {
    case 'repeated':
    case 'k-fold':
      return 'each';
    case 'leave-one-site-out':
    case 'column':
      return 'pooled';
  }
}

/** Repeat and fold of a split by its position, both from 1. */
export function placeOfSplit(plan: SplitPlan, index: number): { readonly repeat: number; readonly fold: number } {
  switch (plan.kind) {
    case 'repeated':
      return { repeat: index + 1, fold: 1 };
    case 'k-fold':
      return { repeat: Math.floor(index / plan.folds) + 1, fold: (index % plan.folds) + 1 };
    case 'leave-one-site-out':
      return { repeat: 1, fold: index + 1 };
    case 'column':
      return { repeat: 1, fold: 1 };
  }
}
