/** @file Test participants whose labels the model has learnt: of them it knows the answer. */
import { InputError } from '../errors/input-error.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import type { ModelCard } from '../model/card.ts';
import type { Split } from './split.ts';

/**
 * Unlike pretraining, fine-tuning sees labels: its features already tell the classes of its training participants apart.
 *
 * @param strict refuse instead of warning
 * @throws InputError when `strict` and there is one
 */
export function finetuningWarnings(
  task: AnyTask,
  splits: readonly Split[],
  { finetuned }: Pick<ModelCard, 'finetuned'>,
  strict: boolean,
): string[] {
  if (finetuned === undefined) return [];
  const learnt = new Set(finetuned.participants);
  const tested = new Set(splits.flatMap((split) => split.test.map((i) => task.scans[i].participantId)));
  const known = [...tested].filter((id) => learnt.has(id)).length;
  if (known === 0) return [];
  const problem = `the model was fine-tuned on ${finetuned.label} of ${known} of ${tested.size} test participants: a score on them says little of new people`;
  if (strict)
    throw new InputError({
      where: '--strict',
      problem,
      fix: 'pass --splits with the splits.json of its run, or take the model that it was made from',
    });
  return [`${problem} (pass --splits with the splits.json of its run)`];
}
