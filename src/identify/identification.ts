/**
 * @file Identification: is a person's scan more like their own other scan than like anybody else's?
 *
 * Finn et al., Nature Neuroscience 18:1664-1671, 2015: everybody's scan of one session (target) is compared with all scans
 * of the other (database) by Pearson correlation of their features; the most alike is the answer. Identifiability: Amico
 * and Goñi, Scientific Reports 8:8254, 2018.
 */
import { InputError } from '../errors/input-error.ts';
import type { Table } from '../features/table-rows.ts';
import { kernelMatrix, type Matrix } from '../linear-algebra/kernel.ts';
import type { PairedParticipant } from './session-pairs.ts';

/** Who was found when everybody of one session was looked for in the other. */
export interface Search {
  /** `[people]`: the position of the most alike. */
  readonly best: Int32Array;
  /** `[people]`: 1 when the own scan is more alike than all others, `people` when it is the least; others as alike count against. */
  readonly rank: Int32Array;
}

export interface Identification {
  /** `[people, people]`, Pearson correlation: rows are target scans, columns database scans. */
  readonly similarity: Matrix;
  readonly targetInDatabase: Search;
  readonly databaseInTarget: Search;
}

/**
 * Looks for everybody both ways. The features of several runs of a session are averaged.
 *
 * @param features rows as in the data set
 * @throws InputError when somebody's features are all the same number, which correlate with nothing
 */
export function identify(features: Table, participants: readonly PairedParticipant[]): Identification {
  const target = unitRows(features, participants, 'target');
  const database = unitRows(features, participants, 'database');
  const similarity = {
    values: kernelMatrix({ kind: 'linear' }, target, database),
    rows: participants.length,
    columns: participants.length,
  };
  return {
    similarity,
    targetInDatabase: searched(similarity, (i, j) => i * participants.length + j),
    databaseInTarget: searched(similarity, (i, j) => j * participants.length + i),
  };
}

/** Mean features of everybody's runs, centred and of length 1, so that inner products are correlations. */
function unitRows(
  { values, columns }: Table,
  participants: readonly PairedParticipant[],
  session: 'target' | 'database',
): Matrix {
  const out = new Float64Array(participants.length * columns);
  for (const [i, person] of participants.entries()) {
    const row = out.subarray(i * columns, (i + 1) * columns);
    for (const scan of person[session])
      for (let k = 0; k < columns; k++) row[k] += values[scan * columns + k] / person[session].length;
    const mean = row.reduce((sum, value) => sum + value, 0) / columns;
    const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (let k = 0; k < columns; k++) row[k] -= mean;
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    // What is left of equal numbers is rounding.
    if (!(length > 1e-12 * largest * Math.sqrt(columns)))
      throw new InputError({
        where: `participant ${person.id}, ${session} session`,
        problem: 'all features are the same number, so they correlate with nothing',
        fix: 'leave the scan out, or check the model',
      });
    for (let k = 0; k < columns; k++) row[k] /= length;
  }
  return { values: out, rows: participants.length, columns };
}

/** @param at the place of the similarity of scan `i` that is looked for and scan `j` among which it is */
function searched({ values, rows: n }: Matrix, at: (i: number, j: number) => number): Search {
  const best = new Int32Array(n);
  const rank = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    let most = i === 0 ? 1 : 0;
    rank[i] = 1;
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      if (values[at(i, j)] >= values[at(i, i)]) rank[i]++;
      if (values[at(i, j)] > values[at(i, most)]) most = j;
    }
    best[i] = rank[i] === 1 ? i : most;
  }
  return { best, rank };
}

/** What everybody adds to the scores: their mean over people is the score. */
export type IdentificationScore = (typeof IDENTIFICATION_SCORES)[number];
export const IDENTIFICATION_SCORES = [
  'accuracy',
  'accuracy_target_in_database',
  'accuracy_database_in_target',
  'mean_rank',
  'i_self',
  'i_others',
  'i_diff',
] as const;

/**
 * Scores of each person, `[people]` each: found or not (1 or 0, `accuracy` being the mean of both ways), rank of the own
 * scan (mean of both ways), similarity with oneself and mean similarity with the others, and 100 times their difference
 * (its mean is I_diff of Amico and Goñi).
 */
export function personalScores({
  similarity: { values, rows: n },
  targetInDatabase: there,
  databaseInTarget: back,
}: Identification): Readonly<Record<IdentificationScore, Float64Array>> {
  const of = (score: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => score(i));
  const self = of((i) => values[i * n + i]);
  const others = of((i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) if (j !== i) sum += values[i * n + j] + values[j * n + i];
    return sum / (2 * (n - 1));
  });
  const found = ({ rank }: Search) => of((i) => (rank[i] === 1 ? 1 : 0));
  const [thereFound, backFound] = [found(there), found(back)];
  return {
    accuracy: of((i) => (thereFound[i] + backFound[i]) / 2),
    accuracy_target_in_database: thereFound,
    accuracy_database_in_target: backFound,
    mean_rank: of((i) => (there.rank[i] + back.rank[i]) / 2),
    i_self: self,
    i_others: others,
    i_diff: of((i) => 100 * (self[i] - others[i])),
  };
}
