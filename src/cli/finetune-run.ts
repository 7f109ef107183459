/** @file One fine-tuning from files to files: open, label, split, train, answer for the test rows once, write. */
import { join } from 'node:path';
import type { FcKind } from '../connectivity/kinds.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import { connectivityWarnings, requireSeries } from '../dataset/scan-connectivity.ts';
import { InputError } from '../errors/input-error.ts';
import { decisionsOf, finetuneTarget, rowsOfParts } from '../evaluate/finetuned-contender.ts';
import { readText, replaceDirectory } from '../files/atomic.ts';
import { finetuneOnSplit } from '../finetune/finetune.ts';
import { checkSplit, type FinetuneRows, networksOf, pseudoFcAugmentation } from '../finetune/finetune-data.ts';
import type { FinetuneSettings } from '../finetune/settings.ts';
import { type AnyTask, labelTask } from '../labels/task-kinds.ts';
import type { Answer, ModelCard } from '../model/card.ts';
import { embedDataset } from '../model/embed.ts';
import { loadModel, type Model } from '../model/load-model.ts';
import { checkSameRois } from '../model/same-rois.ts';
import type { Progress } from '../progress.ts';
import type { Device } from '../runtime/device.ts';
import type { Compile } from '../runtime/session.ts';
import { finetuningWarnings } from '../splits/finetuned-guard.ts';
import { repeatedSplits } from '../splits/repeated-splits.ts';
import type { Split } from '../splits/split.ts';
import { parseSplits } from '../splits/split-file.ts';
import type { SplitPlan } from '../splits/split-plan.ts';
import { classNames } from '../splits/strata.ts';
import { scoringOf } from '../statistics/scoring.ts';
import { splitOfCorpus } from './corpus-evaluation.ts';
import { runtimeFor } from './device.ts';
import { type FinetuneDocument, writeFinetuned } from './finetuned-directory.ts';
import { progressLine } from './terminal.ts';
import { VERSION } from './version.ts';

export interface FinetuneRun {
  readonly model: string;
  readonly dataset: string;
  readonly label: string;
  readonly positive?: string | undefined;
  readonly control?: string | undefined;
  readonly regress: boolean;
  readonly fc?: FcKind | undefined;
  readonly heads?: number | undefined;
  readonly settings: FinetuneSettings;
  readonly frozen: boolean;
  /** Percentage of time points that training rows lose, drawn anew each epoch. */
  readonly augment?: number | undefined;
  readonly seed: number;
  readonly splits?: string | undefined;
  /** Which split of the file, from 1. */
  readonly split: number;
  readonly ignoreCorpusSplit: boolean;
  readonly device: Device;
  readonly out: string;
  readonly overwrite: boolean;
}

/**
 * Runs it and writes a model directory, whole or not at all.
 *
 * @param signal ends the work by throwing its reason; nothing is written then
 */
export async function runFinetuning(run: FinetuneRun, signal: AbortSignal): Promise<FinetuneDocument> {
  const dataset = openDataset(run.dataset);
  try {
    let document: FinetuneDocument | undefined;
    const write = async (directory: string) => {
      document = await finetuneInto(directory, run, dataset, signal);
    };
    await replaceDirectory(run.out, write, { overwrite: run.overwrite, marker: 'model.safetensors' });
    return document!;
  } finally {
    dataset.close();
  }
}

async function finetuneInto(
  directory: string,
  run: FinetuneRun,
  dataset: Dataset,
  signal: AbortSignal,
): Promise<FinetuneDocument> {
  if (run.augment !== undefined) requireSeries(dataset, 'augmentation draws time points', 'leave out --augment');
  const model = await loadModel(run.model, run);
  checkSameRois(model.card, dataset);
  const task = labelTask(dataset, run);
  const { split, seed, plan } = await chosenSplit(run, dataset, model.card, task);
  const target = finetuneTarget(task);
  const rowSplit = rowsOfParts(task, split);
  checkSplit({ target }, rowSplit);
  const fc = run.fc ?? model.card.fc;
  const { device, compile } = await runtimeFor(run);
  const stoppable = (label: string): Progress => {
    const line = progressLine(label);
    return (done, total, note) => {
      signal.throwIfAborted();
      line(done, total, note);
    };
  };
  const rows = await rowsFor(run, model, dataset, { fc, compile, stoppable });
  const { learnt, scores } = await finetuneOnSplit(model.weights, { rows, target }, rowSplit, {
    settings: run.settings,
    seed: run.seed,
    compile,
    progress: stoppable('fine-tuning, step'),
    signal,
  });
  const { scale } = learnt;
  const answer: Answer = scale.kind === 'number' ? scale : { kind: 'classes', classes: [...classNames(task)] };
  const document: FinetuneDocument = {
    run: run.out,
    task: run.label,
    kind: task.kind,
    answer,
    n: task.scans.length,
    split: { train: split.train.length, validation: split.validation.length, test: split.test.length },
    dropped: task.dropped,
    frozen: run.frozen,
    fc,
    settings: run.settings,
    augment: run.augment ?? null,
    seed: run.seed,
    epochs: learnt.epochs.length,
    best_epoch: learnt.bestEpoch,
    metrics: scoringOf(task).score(decisionsOf(task, scores), split.test, split.train),
    warnings: [...finetuningWarnings(task, [split], model.card, false), ...connectivityWarnings(dataset)],
    splits: join(run.out, 'splits.json'),
    predictions: join(run.out, 'predictions.tsv'),
    model: run.model,
    dataset: { path: dataset.directory, hash: dataset.hash },
    device,
    versions: { brainmass: VERSION, node: process.version },
  };
  const origin = { seed, datasetHash: dataset.hash, plan };
  await writeFinetuned(directory, { document, card: model.card, dataset, task, split, origin, learnt, scores });
  return document;
}

/** The split of the file, or that of the model's pretraining corpus, or a new one. */
async function chosenSplit(
  run: FinetuneRun,
  dataset: Dataset,
  card: ModelCard,
  task: AnyTask,
): Promise<{ readonly split: Split; readonly seed: number; readonly plan?: SplitPlan }> {
  if (run.splits !== undefined) {
    const { splits, seed } = await parseSplits(readText(run.splits), run.splits, task, dataset.hash);
    const split = splits[run.split - 1];
    if (split === undefined)
      throw new InputError({
        where: `--split ${run.split}`,
        problem: `${run.splits} has fewer splits`,
        expected: splits.length === 1 ? '1' : `1 to ${splits.length}`,
      });
    return { split, seed };
  }
  const ofCorpus = run.ignoreCorpusSplit ? undefined : splitOfCorpus(run.model, card, dataset, task);
  if (ofCorpus !== undefined) return ofCorpus;
  const [split] = repeatedSplits(task, 1, run.seed);
  return { split, seed: run.seed, plan: { kind: 'repeated', repeats: 1 } };
}

interface RowsContext {
  readonly fc: FcKind;
  readonly compile: Compile;
  readonly stoppable: (label: string) => Progress;
}

async function rowsFor(
  { frozen, augment, seed }: FinetuneRun,
  model: Model,
  dataset: Dataset,
  { fc, compile, stoppable }: RowsContext,
): Promise<FinetuneRows> {
  if (frozen) {
    const values = await embedDataset(model, dataset, { fc, compile, progress: stoppable('embedding') });
    return { kind: 'embeddings', values };
  }
  const values = networksOf(dataset, fc, stoppable('connectivity'));
  if (augment === undefined) return { kind: 'networks', values };
  const drop = { kind: 'percent', percent: augment } as const;
  return { kind: 'networks', values, augment: pseudoFcAugmentation(dataset.readSeries, fc, drop, seed) };
}
