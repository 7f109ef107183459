/** @file Repeated splits of participants, balanced over sites and classes: train 70 %, validation 15 %, test 15 %. */
import { dealParticipants, PARTS, type Part } from '../dataset/participant-split.ts';
import { InputError } from '../errors/input-error.ts';
import { type RandomStream, randomStream } from '../random/draws.ts';
import { participantsOf, type Task } from './labels.ts';
import { groupByParticipant, type Participant } from './participants.ts';

/** Positions in `task.scans`, ascending. */
export interface Split {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/**
 * Splits of the task's participants, one a repeat. They depend on the participants, their sites and classes and the seed,
 * not on the order of rows.
 *
 * @throws InputError when a class is missing on the training or the test side
 */
export function repeatedSplits(task: Task, repeats: number, seed: number): Split[] {
  const participants = groupByParticipant(task.scans);
  return Array.from({ length: repeats }, (_, repeat) => {
    const split = oneSplit(participants, randomStream({ seed, purpose: 'split', a: repeat }));
    requireBothClasses(task, split, `split ${repeat + 1}`);
    return split;
  });
}

/** @throws InputError naming the class that is missing on the training or the test side */
export function requireBothClasses(task: Task, split: Split, where: string): void {
  for (const part of ['train', 'test'] as const)
    for (const positive of [true, false]) {
      const scans = split[part].map((i) => task.scans[i]);
      if (participantsOf(scans, positive) > 0) continue;
      const name = positive ? task.positive : task.control;
      throw new InputError({
        where,
        problem: `no participant of class "${name}" is on the ${part} side`,
        expected: 'at least one',
        found: `${participantsOf(task.scans, positive)} in all`,
        fix: 'add participants of this class or choose another label',
      });
    }
}

/** The people of each class are dealt by themselves, so that every part gets its share of each class to the person. */
function oneSplit(participants: readonly Participant[], stream: RandomStream): Split {
  const parts: Record<Part, number[]> = { train: [], validation: [], test: [] };
  for (const classes of ['control', 'positive', 'both'] as const) {
    const members = participants.filter((participant) => participant.classes === classes);
    const dealt = dealParticipants(members, stream);
    for (const part of PARTS) for (const { scans } of dealt[part]) parts[part].push(...scans);
  }
  const ascending = (positions: number[]) => positions.sort((a, b) => a - b);
  return { train: ascending(parts.train), validation: ascending(parts.validation), test: ascending(parts.test) };
}
