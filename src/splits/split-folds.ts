/** @file Splits that test everybody: k folds of participants, and one site after the other left out. */
import { queueBySite } from '../dataset/participant-split.ts';
import { InputError } from '../errors/input-error.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import { type RandomStream, randomStream } from '../random/draws.ts';
import { ascending, type Split } from './split.ts';
import { requireClasses } from './split-guards.ts';
import { classNames, type Dealt, type Stratum, strataOf } from './strata.ts';

/** Of the people not tested on, as in the paper's 70/15/15. */
const VALIDATION_SHARE = 0.15 / 0.85;

/** What the draws of this file are for, in their address. */
const FOLDS = 1;
const FOLD_VALIDATION = 2;
const SITE_VALIDATION = 3;

/**
 * k-fold cross-validation, fold after fold, repeat after repeat: in each repeat everybody is tested on once. Folds hold
 * equally many people of each class (or bin of numbers), and of each site within a class, to within one. Validation
 * people are taken from the training folds.
 *
 * @throws InputError when a class (a regression: the task) has fewer participants than there are folds
 */
export function kFoldSplits(task: AnyTask, folds: number, repeats: number, seed: number): Split[] {
  const strata = strataOf(task);
  requireEnough(task, strata, folds);
  return Array.from({ length: repeats }, (_, repeat) => {
    const held = dealFolds(strata, folds, randomStream({ seed, purpose: 'split', a: repeat, b: FOLDS }));
    return held.map((people, fold) => {
      const tested = new Set(people.map(({ id }) => id));
      const stream = randomStream({ seed, purpose: 'split', a: repeat, b: FOLD_VALIDATION, c: fold });
      const test = people.flatMap(({ scans }) => scans);
      const split = trainOnOthers(strata, tested, test, stream);
      requireClasses(task, split, `repeat ${repeat + 1}, fold ${fold + 1}`);
      return split;
    });
  }).flat();
}

/**
 * One split a site, by name: all its scans are tested on, and nobody who was ever scanned there is trained on (other scans
 * of such people are on no side). Validation people are taken from the other sites. A site that lacks a class is kept.
 *
 * @throws InputError when a scan has no site, there is one site only, or a class is missing at all other sites together
 */
export function leaveOneSiteOutSplits(task: AnyTask, seed: number): Split[] {
  const lost = task.scans.find(({ site }) => site === '');
  if (lost !== undefined)
    throw new InputError({
      where: `scan ${lost.scanId}`,
      problem: 'there is no site to leave out',
      fix: 'fill in the column site, or use folds',
    });
  const sites = [...new Set(task.scans.map(({ site }) => site))].sort();
  if (sites.length < 2)
    throw new InputError({
      where: 'leave-one-site-out',
      problem: 'all scans are of one site',
      expected: 'at least two sites',
      found: sites.join() || 'none',
      fix: 'use folds',
    });
  const strata = strataOf(task);
  return sites.map((site, index) => {
    const test = [...task.scans.keys()].filter((i) => task.scans[i].site === site);
    const visitors = new Set(test.map((i) => task.scans[i].participantId));
    const stream = randomStream({ seed, purpose: 'split', a: index, b: SITE_VALIDATION });
    const split = trainOnOthers(strata, visitors, test, stream);
    requireClasses(task, split, `site "${site}" left out`, ['train']);
    return split;
  });
}

/** Everybody goes round the folds in turn, stratum after stratum, each site after site. */
function dealFolds(strata: readonly Stratum[], folds: number, stream: RandomStream): Dealt[][] {
  const held = Array.from({ length: folds }, (): Dealt[] => []);
  const queue = strata.flatMap(({ people }) => queueBySite(people, stream));
  for (const [turn, person] of queue.entries()) held[turn % folds].push(person);
  return held;
}

/** Trains and validates on everybody but `excluded`. Each stratum gives its share to validation, which is never its last person. */
function trainOnOthers(
  strata: readonly Stratum[],
  excluded: ReadonlySet<string>,
  test: readonly number[],
  stream: RandomStream,
): Split {
  const parts = { train: [] as number[], validation: [] as number[], test };
  for (const { people } of strata) {
    const queue = queueBySite(
      people.filter(({ id }) => !excluded.has(id)),
      stream,
    );
    const count = Math.round(VALIDATION_SHARE * queue.length);
    // Evenly along the queue, so that each site gives its share.
    const chosen = new Set(Array.from({ length: count }, (_, k) => Math.floor(((k + 0.5) * queue.length) / count)));
    for (const [at, { scans }] of queue.entries()) parts[chosen.has(at) ? 'validation' : 'train'].push(...scans);
  }
  return ascending(parts);
}

function requireEnough(task: AnyTask, strata: readonly Stratum[], folds: number): void {
  const where = `${folds}-fold splits`;
  if (!Number.isInteger(folds) || folds < 2)
    throw new InputError({ where, problem: 'this is no number of folds', expected: 'a whole number, at least 2' });
  const count = (of: readonly Stratum[]) => of.reduce((sum, { people }) => sum + people.length, 0);
  const names = classNames(task);
  const sizes =
    names.length === 0
      ? [{ who: 'the task', people: count(strata) }]
      : names.map((name, k) => ({
          who: `class "${name}"`,
          people: count(strata.filter(({ classes }) => classes.includes(k))),
        }));
  const { who, people } = sizes.reduce((least, size) => (size.people < least.people ? size : least));
  if (people < folds)
    throw new InputError({
      where,
      problem: `${who} has fewer participants than there are folds`,
      expected: `at least ${folds}`,
      found: String(people),
      fix: people < 2 ? 'add participants or choose another label' : `ask for at most ${people} folds`,
    });
}
