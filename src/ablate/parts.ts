/** @file The parts of the method that an ablation can vary, each as ready-made cells around the full method. */
import { FC_KINDS } from '../connectivity/kinds.ts';
import { FEWEST_TIMEPOINTS } from '../connectivity/unit-norm.ts';
import type { Settings } from '../pretrain/settings.ts';
import type { AugmentedCell, Cell } from './cell.ts';

/** In the order of tables. */
export const PARTS = ['losses', 'drop', 'ways', 'masked', 'size', 'fc', 'augmentation'] as const;
export type Part = (typeof PARTS)[number];

/** Headings of tables and figures. */
export const PART_TITLES: Readonly<Record<Part, string>> = {
  losses: 'loss parts',
  drop: 'drop rate (%)',
  ways: 'ways of dropping',
  masked: 'masked ROIs',
  size: 'model size',
  fc: 'connectivity',
  augmentation: 'augmentation alone',
};

/** What the cells are made from. */
export interface PartRequest {
  /** The full method. */
  readonly base: Settings;
  readonly rois: number;
  /** Time points of each scan. */
  readonly timepoints: readonly number[];
  /** Presets by name or counts of layers; undefined leaves it to the base. */
  readonly sizes?: readonly string[] | undefined;
}

const DROP_RATES = [0, 20, 40, 60, 80];
/** Where the full method does not drop a share of the points. */
const USUAL_RATE = 20;

/** The cells of one part, the full method's own setting among them. Settings that the data do not allow are found later. */
export function cellsOfPart(part: Part, request: PartRequest): Cell[] {
  switch (part) {
    case 'losses':
      return lossCells(request.base);
    case 'drop':
      return rateCells(request.base);
    case 'ways':
      return wayCells(request);
    case 'masked':
      return maskedCells(request);
    case 'size':
      return sizeCells(request);
    case 'fc':
      return FC_KINDS.map((fc) => cell('fc', `fc-${fc}`, { ...request.base, data: { ...request.base.data, fc } }));
    case 'augmentation':
      return AUGMENTED;
  }
}

function cell(part: Part, name: string, settings: Settings): Cell {
  return { kind: 'pretrained', name, part, settings };
}

/** Alignment is in all of them, as in the paper's table. */
function lossCells(base: Settings): Cell[] {
  const { objective } = base;
  const weighing = (contrastive_weight: number, reconstruction_weight: number): Settings => ({
    ...base,
    objective: { ...objective, contrastive_weight, reconstruction_weight },
  });
  return [
    cell('losses', 'losses-lra', weighing(0, 0)),
    cell('losses', 'losses-lra-nce', weighing(objective.contrastive_weight, 0)),
    cell('losses', 'losses-lra-mse', weighing(0, objective.reconstruction_weight)),
    cell('losses', 'losses-all', base),
  ];
}

function rateCells(base: Settings): Cell[] {
  return ascending([...DROP_RATES, rateOf(base)]).map((percent) =>
    cell('drop', `drop-${percent}`, dropping(base, { kind: 'percent', percent })),
  );
}

/** The three ways drop equally many points of a scan of median length, as far as the shortest scan allows. */
function wayCells({ base, timepoints }: PartRequest): Cell[] {
  const percent = rateOf(base) > 0 ? rateOf(base) : USUAL_RATE;
  const lengths = [...timepoints].sort((a, b) => a - b);
  const median = lengths[Math.floor(lengths.length / 2)];
  const most = lengths[0] - FEWEST_TIMEPOINTS;
  const count = Math.max(1, Math.min(most, Math.floor((percent * median) / 100)));
  const length = Math.min(lengths[0], median - count);
  return [
    cell('ways', `ways-percent-${percent}`, dropping(base, { kind: 'percent', percent })),
    cell('ways', `ways-count-${count}`, dropping(base, { kind: 'count', count })),
    cell('ways', `ways-window-${length}`, dropping(base, { kind: 'window', length })),
  ];
}

function rateOf({ data: { drop } }: Settings): number {
  return drop.kind === 'percent' ? drop.percent : USUAL_RATE;
}

function dropping(base: Settings, drop: Settings['data']['drop']): Settings {
  return { ...base, data: { ...base.data, drop } };
}

/** Half, as many and twice as many ROIs, each of the two masked losses by itself. */
function maskedCells({ base, rois }: PartRequest): Cell[] {
  const { contrastive_rois: contrastive, reconstruction_rois: reconstruction } = base.objective;
  const masking = (changes: Partial<Settings['objective']>): Settings => ({
    ...base,
    objective: { ...base.objective, ...changes },
  });
  // One ROI by itself has nothing to be told from.
  const contrastiveCounts = around(contrastive).filter((count) => count >= 2 && count <= rois);
  const reconstructionCounts = around(reconstruction).filter((count) => count <= rois);
  return [
    ...contrastiveCounts.map((n) => cell('masked', `masked-nce-${n}`, masking({ contrastive_rois: n }))),
    ...reconstructionCounts.map((n) => cell('masked', `masked-mse-${n}`, masking({ reconstruction_rois: n }))),
  ];
}

function sizeCells({ base, sizes }: PartRequest): Cell[] {
  const { preset, layers, ffn: _, ...kept } = base.model;
  const byDefault = layers === undefined ? ['small', 'base', preset] : around(layers).map(String);
  return [...new Set(sizes ?? byDefault)].map((size) =>
    /^\d+$/.test(size)
      ? cell('size', `size-${size}-layers`, { ...base, model: { ...base.model, layers: Number(size) } })
      : cell('size', `size-${size}`, { ...base, model: size === preset ? base.model : { ...kept, preset: size } }),
  );
}

const around = (count: number) => ascending([Math.max(1, Math.floor(count / 2)), count, 2 * count]);

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

const AUGMENTED: AugmentedCell[] = [
  { kind: 'augmented', name: 'pfc-mean', part: 'augmentation', way: 'mean' },
  { kind: 'augmented', name: 'pfc-copies', part: 'augmentation', way: 'copies' },
];
