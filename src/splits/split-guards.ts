/** @file What must hold of splits before anything is fitted on them, and what a reader should be told of them. */
import { PARTS, type Part } from '../dataset/participant-split.ts';
import { InputError } from '../errors/input-error.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import type { Split } from './split.ts';
import type { SplitPlan } from './split-plan.ts';
import { classNames, classOfScans } from './strata.ts';

/** A regression line needs two points. */
const FEWEST_TRAINED: Readonly<Record<'train' | 'test', number>> = { train: 2, test: 1 };

/**
 * Checks that a class has not vanished; of a regression, that there is somebody to train and to test on.
 *
 * @param parts the sides that need every class
 * @throws InputError naming the class that is missing, and the side
 */
export function requireClasses(
  task: AnyTask,
  split: Split,
  where: string,
  parts: readonly ('train' | 'test')[] = ['train', 'test'],
): void {
  const classes = classOfScans(task);
  const peopleOf = (positions: readonly number[]) => new Set(positions.map((i) => task.scans[i].participantId)).size;
  for (const part of parts) {
    if (task.kind === 'regression') {
      const people = peopleOf(split[part]);
      if (people < FEWEST_TRAINED[part])
        throw new InputError({
          where,
          problem: `there are too few participants on the ${part} side`,
          expected: `at least ${FEWEST_TRAINED[part]}`,
          found: String(people),
          fix: 'add participants or choose another label',
        });
    }
    const present = new Set(split[part].map((i) => classes[i]));
    for (const [k, name] of [...classNames(task).entries()].reverse())
      if (!present.has(k))
        throw new InputError({
          where,
          problem: `no participant of class "${name}" is on the ${part} side`,
          expected: 'at least one',
          found: `${peopleOf([...classes.keys()].filter((i) => classes[i] === k))} in all`,
          fix: 'add participants of this class or choose another label',
        });
  }
}

/** @throws InputError naming a participant with scans on two sides */
export function refuseSharedParticipants(task: AnyTask, split: Split, where: string): void {
  const side = new Map<string, Part>();
  for (const name of PARTS)
    for (const i of split[name]) {
      const { participantId } = task.scans[i];
      const earlier = side.get(participantId) ?? name;
      if (earlier !== name)
        throw new InputError({
          where,
          problem: `participant "${participantId}" is on the ${earlier} and the ${name} side`,
          fix: 'keep all scans of a person on one side',
        });
      side.set(participantId, name);
    }
}

/**
 * Test participants that the model has seen in pretraining. Pretraining uses no labels, but somebody seen there is not as
 * new as one in a clinic would be.
 *
 * @param strict refuse instead of warning
 * @throws InputError when `strict` and there is one
 */
export function pretrainingWarnings(
  task: AnyTask,
  splits: readonly Split[],
  pretrainedOn: readonly string[],
  strict: boolean,
): string[] {
  const known = new Set(pretrainedOn);
  const tested = new Set(splits.flatMap((split) => split.test.map((i) => task.scans[i].participantId)));
  const seen = [...tested].filter((id) => known.has(id)).sort();
  if (seen.length === 0) return [];
  const count = `${seen.length} of ${tested.size} test participants were in the model's pretraining data`;
  if (strict)
    throw new InputError({
      where: '--strict',
      problem: `${count} (${listed(seen)})`,
      expected: 'nobody tested on who was pretrained on',
      fix: 'take a model that was pretrained on other people, or leave out --strict',
    });
  return [`${count} (their scans, not their labels)`];
}

/**
 * Sites that vanish from a side: tested on with nobody of theirs trained on (what leaving sites out is for, so not said
 * there), or never tested on. With sites left out: those with one class, which have no AUC of their own.
 */
export function siteWarnings(task: AnyTask, splits: readonly Split[], plan: SplitPlan | undefined): string[] {
  const sitesOf = (positions: readonly number[]) => new Set(positions.map((i) => task.scans[i].site));
  if (plan?.kind === 'leave-one-site-out') return oneClassSites(task, splits);
  const tested = splits.map(({ test }) => sitesOf(test));
  const unknown = new Set<string>();
  for (const [index, { train }] of splits.entries()) {
    const trained = sitesOf(train);
    for (const site of tested[index]) if (!trained.has(site)) unknown.add(site);
  }
  const never = [...sitesOf([...task.scans.keys()])].filter((site) => tested.every((sites) => !sites.has(site)));
  return [
    ...(unknown.size === 0
      ? []
      : [`sites tested on in a split that trains on nobody of theirs: ${listed([...unknown].sort())}`]),
    ...(never.length === 0 ? [] : [`sites never tested on: ${listed(never.sort())}`]),
  ];
}

function oneClassSites(task: AnyTask, splits: readonly Split[]): string[] {
  const classes = classOfScans(task);
  const count = classNames(task).length;
  const short = splits.filter(({ test }) => new Set(test.map((i) => classes[i])).size < count);
  if (count === 0 || short.length === 0) return [];
  const names = listed(short.map(({ test }) => task.scans[test[0]].site).sort());
  return [
    `${short.length} of ${splits.length} sites lack a class (${names}): they have no AUC of their own and count in the score over all sites`,
  ];
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`;
}
