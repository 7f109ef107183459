/** @file Folds inside the training rows, for choices that must not see a test row. */
import { rowsByKey } from '../labels/training-rows.ts';
import { permutation, type RandomStream } from '../random/draws.ts';

/** What a fold is dealt by. */
export interface FoldRow {
  readonly participantId: string;
  readonly class: number;
}

/**
 * Deals participants to folds, as evenly as can be within each class (a participant with scans of several classes is of
 * a class of its own). All scans of a participant are in one fold. Depends on the participants, not on the order of rows.
 *
 * @param rows the training rows
 * @param folds at most this many: no more than the smallest class has participants
 * @returns rows held out, one array a fold, ascending; no fold at all when a class has fewer than two participants
 */
export function innerFolds(rows: readonly FoldRow[], folds: number, stream: RandomStream): number[][] {
  const people = [...rowsByKey(rows.map((row) => row.participantId))]
    .map(([id, own]) => ({ id, own, kind: [...new Set(own.map((row) => rows[row].class))].sort((a, b) => a - b) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const classes = [...new Set(rows.map((row) => row.class))];
  const count = Math.min(folds, ...classes.map((name) => people.filter(({ kind }) => kind.includes(name)).length));
  if (count < 2) return [];
  const held = Array.from({ length: count }, (): number[] => []);
  let dealt = 0;
  for (const kind of [...new Set(people.map((person) => person.kind.join(' ')))].sort()) {
    const members = people.filter((person) => person.kind.join(' ') === kind);
    // Each class goes on dealing where the last one stopped, so that folds differ by one participant at most.
    for (const at of permutation(stream, members.length)) held[dealt++ % count].push(...members[at].own);
  }
  return held.map((fold) => fold.sort((a, b) => a - b));
}
