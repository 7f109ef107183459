/** @file Repeated splits of participants, balanced over sites and classes: train 70 %, validation 15 %, test 15 %. */
import { dealParticipants, PARTS, type Part } from '../dataset/participant-split.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import { randomStream } from '../random/draws.ts';
import { ascending, type Split } from './split.ts';
import { requireClasses } from './split-guards.ts';
import { strataOf } from './strata.ts';

/**
 * Splits of the task's participants, one a repeat. They depend on the participants, their sites and classes (or numbers)
 * and the seed, not on the order of rows.
 *
 * The people of each class are dealt by themselves, so that every part gets its share of each class to the person.
 *
 * @throws InputError when a class is missing on the training or the test side
 */
export function repeatedSplits(task: AnyTask, repeats: number, seed: number): Split[] {
  // Those of several classes last.
  const strata = strataOf(task).sort((a, b) => a.classes.length - b.classes.length);
  return Array.from({ length: repeats }, (_, repeat) => {
    const stream = randomStream({ seed, purpose: 'split', a: repeat });
    const parts: Record<Part, number[]> = { train: [], validation: [], test: [] };
    for (const { people } of strata) {
      const dealt = dealParticipants(people, stream);
      for (const part of PARTS) for (const { scans } of dealt[part]) parts[part].push(...scans);
    }
    const split = ascending(parts);
    requireClasses(task, split, `split ${repeat + 1}`);
    return split;
  });
}
