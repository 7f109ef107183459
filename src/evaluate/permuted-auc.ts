/** @file The permutation test of an evaluation: which splits and which refits its protocol implies. */
import type { Contender } from '../classifiers/contender.ts';
import type { Task } from '../labels/labels.ts';
import { dealSplits } from '../splits/deal-splits.ts';
import { type PermutationTest, permutationTest, type Refit } from '../statistics/permutation.ts';
import type { Dealt, EvaluationRequest } from './evaluation-request.ts';
import type { LineUp } from './line-up.ts';
import { relabelled } from './relabelled.ts';

/**
 * AUC of the model's protocol against labels permuted within sites.
 *
 * @throws InputError when no label can move; RangeError when the network itself learns (a programming error)
 */
export function permutedAuc(
  { permutations, seed, progress }: Pick<EvaluationRequest, 'permutations' | 'seed' | 'progress'>,
  dealt: Dealt & { readonly task: Task },
  { model, frozen }: LineUp,
): PermutationTest {
  const { task, splits, plan, columnValues } = dealt;
  if (frozen === undefined) throw new RangeError('the network itself learns');
  const { source, protocol } = frozen;
  const refit = source.fixed === undefined ? refitOf(model) : relabelled(source.fixed, task, protocol, seed);
  // Splits that balance classes are dealt again; those that were given, or know no classes, stay.
  const splitsOf = (other: Task) => (plan === undefined ? splits : dealSplits(other, plan, dealt.seed, columnValues));
  return permutationTest({ task, splitsOf, refit, metric: 'auc', seed }, permutations, progress?.('permuting'));
}

/** The protocol as it is, features fitted on each split included: slow, and without a short cut. */
function refitOf(model: Contender): Refit {
  return (task, splits) =>
    splits.map((split, index) => {
      const positive = split.train.map((i) => task.scans[i].positive);
      if (positive.every((is) => is === positive[0]))
        return new Float64Array(split.test.length).fill(positive[0] ? 1 : -1);
      const values = model.decide(task, split, index);
      if (!(values instanceof Float64Array)) throw new TypeError(`${model.name} decides later`);
      return values;
    });
}
