/** @file The cells of an ablation and the pretraining runs they need: cells with the same settings share one. */
import type { Dataset } from '../dataset/dataset.ts';
import { InputError, isInputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import type { ModelSize } from '../model/size.ts';
import { fitToData } from '../pretrain/fit-settings.ts';
import { identityOf } from '../pretrain/run-identity.ts';
import { stepsPerEpoch } from '../pretrain/schedule.ts';
import { type Settings, sizeOfSettings } from '../pretrain/settings.ts';
import { type Cell, FULL } from './cell.ts';
import { cellsOfPart, PARTS, type Part } from './parts.ts';

/** One pretraining. */
export interface AblationRun {
  /** Of its directory, and of the first cell that needs it. */
  readonly name: string;
  readonly settings: Settings;
  readonly size: ModelSize;
  /** Of the whole run. */
  readonly steps: number;
  /** Names of the cells that share it. */
  readonly cells: readonly string[];
}

export interface AblationPlan {
  /** The full method first. */
  readonly cells: readonly Cell[];
  readonly runs: readonly AblationRun[];
  /** The run of each pretrained cell, by the cell's name. */
  readonly runOf: ReadonlyMap<string, AblationRun>;
}

export interface PlanRequest {
  readonly base: Settings;
  readonly parts: readonly Part[];
  readonly sizes?: readonly string[] | undefined;
  /** Cells of one's own. */
  readonly further: readonly Cell[];
}

/** Parts by name, in the order of tables. @throws InputError naming the nearest one */
export function partsNamed(names: readonly string[]): Part[] {
  for (const name of names) {
    if (PARTS.some((part) => part === name)) continue;
    const nearest = nearestName(name, PARTS);
    throw new InputError({
      where: `--plan ${name}`,
      problem: 'there is no such part of the method to vary',
      expected: `some of ${PARTS.join(', ')}`,
      ...(nearest === undefined ? {} : { fix: `did you mean ${nearest}` }),
    });
  }
  return PARTS.filter((part) => names.includes(part));
}

/**
 * Plans an ablation on a data set.
 *
 * @throws InputError when a cell's settings do not fit the data (it names the cell), two cells have one name, or there is
 * nothing to compare
 */
export function planAblation({ base, parts, sizes, further }: PlanRequest, dataset: Dataset): AblationPlan {
  const rois = dataset.roiNames.length;
  const timepoints = dataset.scans.map((scan) => scan.timepoints);
  const fitted = fitToData(base, dataset);
  // What is wrong with all cells is said of none.
  sizeOfSettings(fitted, rois);
  const varied = parts.flatMap((part) => cellsOfPart(part, { base: fitted, rois, timepoints, sizes }));
  const full: Cell = { kind: 'pretrained', name: FULL, part: '', settings: fitted };
  const cells = [full, ...[...varied, ...further].map((cell) => fitCell(cell, dataset))];
  const twice = cells.find(({ name }, i) => cells.findIndex((other) => other.name === name) !== i);
  if (twice !== undefined)
    throw new InputError({ problem: `two cells are called "${twice.name}"`, fix: 'give each a name of its own' });
  const runs = sharedRuns(cells, dataset);
  if (cells.length === 1)
    throw new InputError({
      problem: 'there is nothing to compare with the full method',
      fix: 'name parts with --plan, or cells in --plan-file',
    });
  const runOf = new Map(runs.flatMap((run) => run.cells.map((name) => [name, run] as const)));
  return { cells, runs, runOf };
}

function fitCell(cell: Cell, dataset: Dataset): Cell {
  if (cell.kind === 'augmented') return cell;
  try {
    const settings = fitToData(cell.settings, dataset);
    sizeOfSettings(settings, dataset.roiNames.length);
    return { ...cell, settings };
  } catch (error) {
    if (!isInputError(error)) throw error;
    const { where } = error.details;
    const place = `cell ${cell.name}${where === undefined ? '' : `, ${where}`}`;
    throw new InputError({ ...error.details, where: place }, { cause: error });
  }
}

/** What decides the numbers is the same, and the length. */
function sharedRuns(cells: readonly Cell[], { scans, roiNames }: Dataset): AblationRun[] {
  const runs = new Map<string, AblationRun>();
  for (const cell of cells) {
    if (cell.kind === 'augmented') continue;
    const { name, settings } = cell;
    const size = sizeOfSettings(settings, roiNames.length);
    const { epochs, batch } = settings.training;
    const key = `${epochs} ${identityOf(settings)}`;
    const steps = epochs * stepsPerEpoch(scans.length, batch);
    const run = runs.get(key) ?? { name, settings, size, steps, cells: [] };
    runs.set(key, { ...run, cells: [...run.cells, name] });
  }
  return [...runs.values()];
}
