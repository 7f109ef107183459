/** @file Whoever is scored on the splits: features and what learns from them, a network that is fine-tuned, a rule. */
import type { Table } from '../features/table-rows.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import type { Split } from '../splits/split.ts';
import { type Protocol, targetOf } from './protocols.ts';
import { rowsOfSplit, type SplitRows } from './split-rows.ts';

/** Learns from the training rows of a split and decides its test rows. */
export interface Contender {
  readonly name: string;
  /**
   * In the order of `split.test`: decisions of two classes, `[rows, classes]` scores of several, or predicted numbers.
   *
   * @param index of the split, for the contender's own draws
   */
  readonly decide: (task: AnyTask, split: Split, index: number) => Float64Array | Promise<Float64Array>;
  /**
   * Of a network that stops by the validation rows: what it says of them, in the order of `split.validation`, once it has
   * decided split `index`.
   */
  readonly validated?: (index: number) => Float64Array | undefined;
}

/** Features of every scan. A table that is fitted (tangent space, harmonised) is another one on every split. */
export interface FeatureSource {
  /** Rows as `task.scans[i].row` says; fitted on `split.train` only. */
  readonly on: (task: AnyTask, split: Split) => Table;
  /** The table, when it is the same on every split. */
  readonly fixed?: Table;
}

/** The same table on every split. */
export function fixedSource(table: Table): FeatureSource {
  return { on: () => table, fixed: table };
}

/** What a split of a task becomes. */
export type RowsOf = (task: AnyTask, split: Split) => SplitRows;

/** Rows and kernels of the last split, shared by the protocols that learn from one source. */
export function sharedRows(source: FeatureSource): RowsOf {
  let last: { readonly task: AnyTask; readonly split: Split; readonly rows: SplitRows } | undefined;
  return (task, split) => {
    if (last === undefined || last.task !== task || last.split !== split)
      last = { task, split, rows: rowsOfSplit(source.on(task, split), task.scans, split) };
    return last.rows;
  };
}

/** A protocol on frozen features. */
export function frozenContender(name: string, rowsOf: RowsOf, protocol: Protocol, seed: number): Contender {
  return {
    name,
    decide: (task, split, index) =>
      protocol.decide(rowsOf(task, split), targetOf(task, split.train), { seed, split: index }),
  };
}
