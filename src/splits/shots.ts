/** @file Few-shot subsets of training participants: k of each class, or a share of each; larger ones hold the smaller. */
import { InputError } from '../errors/input-error.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import { rowsByKey } from '../labels/training-rows.ts';
import { permutation, randomStream } from '../random/draws.ts';
import type { Split } from './split.ts';
import { classNames, classOfScans } from './strata.ts';

/** How much to learn from: so many participants of each class, or this share of each class's training participants. */
export type Shots =
  | { readonly kind: 'per-class'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number };

/** Up to what a small clinic has, and the shares of the paper. */
export const USUAL_SHOTS = '1,2,4,8,16,32,10%,50%,100%';

/** Where a draw comes from. */
export interface ShotAddress {
  readonly seed: number;
  /** Index of the split. */
  readonly split: number;
  readonly draw: number;
}

/** Training participants of one class in the order in which they are taken; of each the positions of their scans. */
export interface ShotQueue {
  /** As the label calls it. */
  readonly className: string;
  readonly participants: readonly (readonly number[])[];
}

/** Training positions, ascending, or why there are none. */
export type ShotSubset =
  | { readonly kind: 'subset'; readonly train: readonly number[]; readonly participants: number }
  | { readonly kind: 'too-few'; readonly reason: string };

/**
 * `1,2,4,10%`: numbers of participants a class, and percentages.
 *
 * @throws InputError when a part is neither a whole number from 1 nor a percentage above 0 and up to 100, or is there twice
 */
export function parseShots(text: string): Shots[] {
  const parts = text.split(',').map((part) => part.trim());
  const shots = parts.map((part): Shots => {
    const [, number, sign] = /^([0-9.]+)\s*(%?)$/.exec(part) ?? [];
    const value = Number(number);
    if (sign === '%' && value > 0 && value <= 100) return { kind: 'percent', percent: value };
    if (sign === '' && Number.isSafeInteger(value) && value >= 1) return { kind: 'per-class', count: value };
    throw new InputError({
      where: `--few-shot ${text}`,
      problem: 'this is not a number of participants',
      expected: 'whole numbers from 1 and percentages up to 100 %, such as 1,2,4,10%',
      found: `"${part}"`,
    });
  });
  const twice = shots.map(shotsName).find((name, i, names) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new InputError({ where: `--few-shot ${text}`, problem: `${twice} is named twice`, fix: 'name it once' });
  return shots;
}

/** `4`, `10%`. */
export function shotsName(shots: Shots): string {
  return shots.kind === 'percent' ? `${shots.percent}%` : String(shots.count);
}

/**
 * The order in which the training participants of a split are taken, class by class. Depends on the participants and the
 * address, not on the order of rows nor on anybody who is tested. A participant with scans of several classes is in the
 * queue of each with the scans of that class.
 */
export function shotQueues(task: AnyTask, split: Split, { seed, split: a, draw: b }: ShotAddress): ShotQueue[] {
  const classes = classOfScans(task);
  return classNames(task).map((className, c) => {
    const own = split.train.filter((i) => classes[i] === c);
    const people = [...rowsByKey(own.map((i) => task.scans[i].participantId))]
      .sort(([first], [second]) => (first < second ? -1 : 1))
      .map(([, at]) => at.map((k) => own[k]));
    const order = permutation(randomStream({ seed, purpose: 'few-shot', a, b, c }), people.length);
    return { className, participants: Array.from(order, (at) => people[at]) };
  });
}

/**
 * The first of each queue. Nested: the subset of a smaller request, of the same queues, is within that of a larger one.
 * Of a share at least one participant a class is taken.
 */
export function takeShots(queues: readonly ShotQueue[], shots: Shots): ShotSubset {
  const chosen: (readonly number[])[] = [];
  for (const { className, participants } of queues) {
    const wanted =
      shots.kind === 'per-class' ? shots.count : Math.max(1, Math.round((shots.percent / 100) * participants.length));
    if (wanted > participants.length)
      return {
        kind: 'too-few',
        reason: `class "${className}" has ${participants.length} training participants, ${wanted} are asked for`,
      };
    chosen.push(...participants.slice(0, wanted));
  }
  return { kind: 'subset', train: chosen.flat().sort((a, b) => a - b), participants: chosen.length };
}
