/**
 * @file Is a score more than chance? Labels are permuted, and the whole protocol runs again: splits, fits, scores.
 *
 * What is permuted is what would be exchangeable if the scans held nothing about the label: participants keep their
 * scans and change their label with others of their site (differences between sites are no evidence); somebody with
 * scans of both classes (a paired design) exchanges labels between their own scans.
 *
 * The splits belong to the protocol. Kept as they were dealt for the real labels, they would hold the real classes in
 * balance and the permuted ones not, and p would not be uniform: in 1,000 simulations of 32 people, 3 repeats and no
 * effect, p <= 0.05 then came in 3.0 % of the runs, with splits dealt again in 6.2 % (standard error 0.7; ties broken at
 * random, while the p given here counts them against the finding).
 */
import { InputError } from '../errors/input-error.ts';
import type { Task } from '../labels/labels.ts';
import type { Progress } from '../progress.ts';
import { permutation, randomStream } from '../random/draws.ts';
import { groupByParticipant } from '../splits/participants.ts';
import type { Split } from '../splits/split.ts';
import { classificationMetrics, type Metric } from './metrics.ts';
import type { Decisions } from './scoring.ts';

/**
 * Decisions of the whole protocol on a relabelled task, `split.test` after `split.test`. A training side with one class
 * must give equal decisions, not fail.
 */
export type Refit = (task: Task, splits: readonly Split[]) => Decisions;

export interface PermutationRequest {
  readonly task: Task;
  /**
   * The splits of a relabelled task, by the rule that dealt those of the real one: dealt again with the same seed where
   * classes are balanced (`repeatedSplits`), the same ones where labels play no part.
   */
  readonly splitsOf: (task: Task) => readonly Split[];
  readonly refit: Refit;
  readonly metric: Metric;
  readonly seed: number;
}

export interface PermutationTest {
  readonly metric: Metric;
  /** Mean over the splits with the real labels. */
  readonly observed: number;
  /** (1 + permutations that reach the observed score) / (1 + permutations): never 0. */
  readonly p: number;
  readonly permutations: number;
  /** What chance alone reaches: mean, and the score that 95 % of the permutations stay at or below. */
  readonly chance: { readonly mean: number | null; readonly upper: number | null };
}

/** Units whose labels may be exchanged with each other: positions in `task.scans` that move together. */
type Block = readonly (readonly number[])[];

/** Scores that are the same fraction may differ in their last bits. */
const ROUNDING = 1e-12;

/**
 * One-sided permutation test: p = (1 + b) / (1 + m) with b of m permutations at or above the observed score (Phipson and
 * Smyth, Stat Appl Genet Mol Biol 9:39, 2010).
 *
 * @throws InputError when no label can move or the score is undefined with the real labels
 */
export function permutationTest(
  request: PermutationRequest,
  permutations: number,
  progress?: Progress,
): PermutationTest {
  return permutationResult(request, permutedScores(request, 0, permutations, progress));
}

/**
 * The test of scores that {@link permutedScores} gave, also in parts by several workers.
 *
 * @throws InputError when the score is undefined with the real labels
 */
export function permutationResult(request: PermutationRequest, scores: readonly (number | null)[]): PermutationTest {
  const { task, metric } = request;
  const observed = score(request, task);
  if (observed === null)
    throw new InputError({
      where: `label "${task.label}"`,
      problem: `${metric} is undefined in every split, so it cannot be tested`,
      fix: 'test auc or balanced_accuracy',
    });
  // An undefined score counts against the finding.
  const reached = scores.filter((value) => value === null || value >= observed - ROUNDING).length;
  const defined = scores.flatMap((value) => value ?? []).sort((a, b) => a - b);
  return {
    metric,
    observed,
    p: (1 + reached) / (1 + scores.length),
    permutations: scores.length,
    chance: {
      mean: defined.length === 0 ? null : defined.reduce((sum, value) => sum + value, 0) / defined.length,
      upper: defined.at(Math.ceil(0.95 * defined.length) - 1) ?? null,
    },
  };
}

/**
 * Scores of permutations `from` to `to` - 1: mean of the metric over the splits where it is defined, null where it is in
 * none. Permutation k is the same whatever range it is asked for in, so the work can be divided by index.
 *
 * @throws InputError when no label can move
 */
export function permutedScores(
  request: PermutationRequest,
  from: number,
  to: number,
  progress?: Progress,
): (number | null)[] {
  const { task, seed } = request;
  const blocks = exchangeableBlocks(task);
  return Array.from({ length: to - from }, (_, k) => {
    const value = score(request, permutedTask(task, blocks, seed, from + k));
    progress?.(k + 1, to - from);
    return value;
  });
}

function score({ splitsOf, refit, metric }: PermutationRequest, task: Task): number | null {
  const splits = splitsOf(task);
  const values = refit(task, splits).flatMap((decisions, index) => {
    const truth = splits[index].test.map((i) => task.scans[i].positive);
    return classificationMetrics(decisions, truth)[metric].value ?? [];
  });
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The task with the labels of permutation `index`. */
function permutedTask(task: Task, blocks: readonly Block[], seed: number, index: number): Task {
  const labels = task.scans.map((scan) => scan.positive);
  const stream = randomStream({ seed, purpose: 'permuted-labels', a: index });
  for (const block of blocks) {
    const from = permutation(stream, block.length);
    for (const [unit, positions] of block.entries())
      for (const i of positions) labels[i] = task.scans[block[from[unit]][0]].positive;
  }
  return { ...task, scans: task.scans.map((scan, i) => ({ ...scan, positive: labels[i] })) };
}

/** Blocks in which something can move, in an order that does not depend on the order of rows. */
function exchangeableBlocks({ label, scans }: Task): Block[] {
  const people = groupByParticipant(scans);
  const constant = people.filter(({ classes }) => classes !== 'both');
  const sites = [...new Set(constant.map(({ site }) => site))].sort();
  const withinSite = sites.map((site) =>
    constant.filter((person) => person.site === site).map((person) => person.scans),
  );
  const byScanId = (a: number, b: number) => (scans[a].scanId < scans[b].scanId ? -1 : 1);
  const withinPerson = people
    .filter(({ classes }) => classes === 'both')
    .map((person) => [...person.scans].sort(byScanId).map((i) => [i]));
  const labelOf = (unit: readonly number[]) => scans[unit[0]].positive;
  const movable = [...withinSite, ...withinPerson].filter((block) =>
    block.some((unit) => labelOf(unit) !== labelOf(block[0])),
  );
  if (movable.length === 0)
    throw new InputError({
      where: `label "${label}"`,
      problem: 'there is no permutation test, because every site has only one class',
      expected: 'a site with participants of both classes',
      fix: 'add participants of the other class to a site; without them site and label cannot be told apart',
    });
  return movable;
}
