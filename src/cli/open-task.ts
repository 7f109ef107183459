/** @file Opens the data sets of a task of `tasks.yaml`, and asks its question of them, before anything is computed. */
import { dirname, isAbsolute, join } from 'node:path';
import { protocolNamed, protocolsFor } from '../classifiers/protocols.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { joinDatasets } from '../dataset/joined-dataset.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import { InputError, isInputError } from '../errors/input-error.ts';
import { baselineRecipes, defaultBaselines } from '../evaluate/baselines.ts';
import { confoundCovariates, controlOf } from '../evaluate/confound-control.ts';
import { filteredDataset } from '../labels/scan-filters.ts';
import { type AnyTask, labelTask } from '../labels/task-kinds.ts';
import type { TaskEntry } from '../labels/tasks-file.ts';
import { dealSplits } from '../splits/deal-splits.ts';
import { splitColumnValues } from '../splits/split-column.ts';
import { transferTask } from '../splits/transfer.ts';
import type { EvaluationRun } from './evaluation-run.ts';
import { parseSplitPlan } from './split-plan-option.ts';

/** What an evaluation is told by a task. */
export type TaskRun = Pick<
  EvaluationRun,
  | 'label'
  | 'positive'
  | 'control'
  | 'regress'
  | 'protocol'
  | 'plan'
  | 'seed'
  | 'baselines'
  | 'confounds'
  | 'permutations'
>;

export interface OpenedTask {
  readonly entry: TaskEntry;
  /** The one, or the one to train on and the one to test on; filtered. */
  readonly datasets: readonly Dataset[];
  /** Over both data sets. */
  readonly task: AnyTask;
  readonly run: TaskRun;
  readonly close: () => void;
}

/**
 * Opens the data sets of a task and checks all that can be known without a model.
 *
 * @param file paths are relative to it
 * @throws InputError naming the task: data set, column, value, protocol or baseline not there, too few participants
 */
export function openTask(entry: TaskEntry, file: string): OpenedTask {
  const opened: Dataset[] = [];
  const close = () => {
    for (const dataset of opened) dataset.close();
  };
  const open = (paths: readonly string[]) => {
    const own = paths.map((path) => {
      const dataset = openDataset(isAbsolute(path) ? path : join(dirname(file), path));
      opened.push(dataset);
      return dataset;
    });
    return filteredDataset(joinDatasets(own), entry.filters);
  };
  try {
    const datasets = [open(entry.dataset), ...(entry.test === undefined ? [] : [open(entry.test)])];
    const run = taskRun(entry, datasets);
    return { entry, datasets, ...run, close };
  } catch (error) {
    close();
    throw namingTask(entry, error);
  }
}

function taskRun(entry: TaskEntry, datasets: readonly Dataset[]): { readonly task: AnyTask; readonly run: TaskRun } {
  const { label, positive, control, protocol, split, repeats, seed, permutations, covariates, harmonise } = entry;
  const [first, second] = datasets;
  const plan = parseSplitPlan(split, repeats);
  const own = labelTask(first, entry);
  const name = protocolNamed(protocol, own.kind);
  const frozen = name === 'finetune' || name === 'finetune-head' ? protocolsFor(own.kind)[0] : name;
  const known = covariates.length > 0 && harmonise === undefined ? ['confounds'] : [];
  const alone = entry.baselines?.length === 1 && ['all', 'none'].includes(entry.baselines[0]);
  const baselines = alone
    ? entry.baselines
    : [...new Set([...(entry.baselines ?? defaultBaselines(own.kind, frozen)), ...known])];
  const confounds = {
    ...(covariates.length === 0 ? {} : { confounds: covariates }),
    ...(harmonise === undefined ? {} : { harmonise, covariates }),
  };
  if (baselineRecipes(baselines ?? [], own.kind).some(({ features }) => features === 'confounds'))
    confoundCovariates(datasets, confounds.confounds);
  controlOf(datasets, confounds, frozen === name ? undefined : name);
  const run = { label, positive, control, regress: false, protocol, plan, seed, baselines, confounds, permutations };
  if (second !== undefined) return { task: transferTask(own, first.scans.length, labelTask(second, entry)).task, run };
  dealSplits(own, plan, seed, plan.kind === 'column' ? splitColumnValues(first, own, plan.column) : []);
  return { task: own, run };
}

/** Tells which task has the problem; options of the command line are keys of the file. */
function namingTask({ where }: TaskEntry, error: unknown): unknown {
  if (!isInputError(error)) return error;
  const { where: inner, problem, fix } = error.details;
  const asKeys = (text: string) =>
    text
      .replace(/--test\b/g, 'test')
      .replace(/--(label|positive|control|protocol|split|repeats|baselines|harmonise|covariates|confounds)\b/g, '$1:');
  const details = {
    ...error.details,
    where,
    problem: inner === undefined ? problem : `${asKeys(inner)}: ${problem}`,
    ...(fix === undefined ? {} : { fix: asKeys(fix) }),
  };
  return new InputError(details, { cause: error });
}
