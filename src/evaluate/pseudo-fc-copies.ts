/**
 * @file Augmentation without any pretraining: a classifier of raw connectivity that learns from several pseudo-FC of each
 * training scan.
 */
import type { Contender } from '../classifiers/contender.ts';
import { type Protocol, targetOf } from '../classifiers/protocols.ts';
import { rowsOfSplit } from '../classifiers/split-rows.ts';
import type { Features } from '../features/features.ts';
import type { Split } from '../splits/split.ts';

/** Connectivity of all scans of a data set, in the same columns. */
export interface CopiedConnectivity {
  /** Of whole scans: what is tested. */
  readonly whole: Features;
  /** Of a random part of each scan: what is learnt from, one table a copy. */
  readonly copies: readonly Features[];
}

/**
 * Learns from every copy of the training scans, with the scan's label, and decides whole test scans. No copy of a test scan
 * is ever looked at: to augment what is tested would give every test scan several chances.
 */
export function copiesContender(
  name: string,
  connectivity: CopiedConnectivity,
  protocol: Protocol,
  seed: number,
): Contender {
  const { whole, copies } = connectivity;
  const stacked = stackTables([...copies, whole]);
  return {
    name,
    decide: (task, { train, test }, index) => {
      const learnt = copies.flatMap((_, copy) => train.map((i) => ({ i, table: copy })));
      const tested = test.map((i) => ({ i, table: copies.length }));
      const scans = [...learnt, ...tested].map(({ i, table }) => {
        const scan = task.scans[i];
        return { ...scan, row: table * whole.rows + scan.row };
      });
      const rows = rowsOfSplit(stacked, scans, partsOf(learnt.length, tested.length));
      const positions = learnt.map(({ i }) => i);
      return protocol.decide(rows, targetOf(task, positions), { seed, split: index });
    },
  };
}

/** The first scans are trained on, the others tested. */
function partsOf(learnt: number, tested: number): Split {
  const positions = Array.from({ length: learnt + tested }, (_, i) => i);
  return { train: positions.slice(0, learnt), validation: [], test: positions.slice(learnt) };
}

function stackTables(tables: readonly Features[]): Features {
  const [{ rows, columns }] = tables;
  const values = new Float32Array(tables.length * rows * columns);
  for (const [k, table] of tables.entries()) values.set(table.values, k * rows * columns);
  return { values, rows: tables.length * rows, columns };
}
