/** @file What `--split` and `--repeats` say: a plan of splits. */
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import type { SplitPlan } from '../splits/split-plan.ts';
import { wholeNumber } from './whole-number.ts';

const PLANS = ['repeated', 'k-fold', 'leave-one-site-out', 'column'];
const REPEATS = 10;
const FOLDS = 5;

/**
 * A plan from `repeated`, `k-fold` or `k-fold:K`, `leave-one-site-out`, `column:NAME`.
 *
 * @throws InputError naming the nearest plan, or what is missing
 */
export function parseSplitPlan(text: string, repeats: number | undefined): SplitPlan {
  const [kind, value] = text.includes(':')
    ? [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)]
    : [text, undefined];
  switch (kind) {
    case 'repeated':
      if (value === undefined) return { kind, repeats: repeats ?? REPEATS };
      break;
    case 'k-fold':
      return {
        kind,
        folds: value === undefined ? FOLDS : wholeNumber(`--split ${text}`, 2)(value),
        repeats: repeats ?? 1,
      };
    case 'leave-one-site-out':
      if (value === undefined) return once({ kind }, text, repeats);
      break;
    case 'column':
      if (value !== undefined && value !== '') return once({ kind, column: value }, text, repeats);
      throw new InputError({
        where: `--split ${text}`,
        problem: 'it is not said which column has the split',
        fix: 'write --split column:NAME',
      });
  }
  const nearest = nearestName(kind, PLANS);
  throw new InputError({
    where: `--split ${text}`,
    problem: 'there is no such plan',
    expected: 'repeated, k-fold:K, leave-one-site-out or column:NAME',
    ...(nearest === undefined ? {} : { fix: `did you mean ${nearest}` }),
  });
}

function once(plan: SplitPlan, text: string, repeats: number | undefined): SplitPlan {
  if (repeats !== undefined && repeats > 1)
    throw new InputError({
      where: '--repeats',
      problem: `--split ${text} gives the same splits every time`,
      fix: 'leave out --repeats',
    });
  return plan;
}
