/** @file One evaluation from files to files: open, run, write. */
import { join } from 'node:path';
import type { FcKind } from '../connectivity/kinds.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import type { ConfoundRequest } from '../evaluate/confound-control.ts';
import { featureBank } from '../evaluate/feature-bank.ts';
import type { EvaluationDocument } from '../evaluate/report-document.ts';
import { type EvaluationOutcome, type GivenSplits, runEvaluation } from '../evaluate/run-evaluation.ts';
import { parseSplits } from '../evaluate/split-file.ts';
import type { SplitPlan } from '../evaluate/split-plan.ts';
import type { AnyTask } from '../evaluate/task-kinds.ts';
import { readText, replaceDirectory } from '../files/atomic.ts';
import { loadModel, type Model } from '../model/load-model.ts';
import type { Device } from '../runtime/device.ts';
import { pretrainedOn, splitOfCorpus } from './corpus-evaluation.ts';
import { runtimeFor } from './device.ts';
import { writeEvaluation } from './evaluation-files.ts';
import { progressLine } from './terminal.ts';
import { VERSION } from './version.ts';

export interface EvaluationRun {
  readonly model: string;
  /** Of a checkpoint that does not say. */
  readonly heads?: number | undefined;
  readonly dataset: string;
  readonly test?: string | undefined;
  readonly label: string;
  readonly positive?: string | undefined;
  readonly control?: string | undefined;
  readonly regress: boolean;
  readonly protocol?: string | undefined;
  readonly plan: SplitPlan;
  readonly seed: number;
  /** The model's own when not given. */
  readonly fc?: FcKind | undefined;
  /** A file of splits to use instead of dealing them. */
  readonly splits?: string | undefined;
  /** Deal splits also where the model's pretraining corpus left one. */
  readonly ignoreCorpusSplit: boolean;
  readonly baselines?: readonly string[] | undefined;
  readonly confounds: ConfoundRequest;
  readonly permutations: number;
  readonly strict: boolean;
  readonly device: Device;
  readonly out: string;
  readonly overwrite: boolean;
}

/** Runs it and writes a new directory, whole or not at all. */
export async function evaluateIntoDirectory(run: EvaluationRun): Promise<EvaluationDocument> {
  const datasets: Dataset[] = [];
  try {
    for (const path of run.test === undefined ? [run.dataset] : [run.dataset, run.test])
      datasets.push(openDataset(path));
    let document: EvaluationDocument | undefined;
    const write = async (directory: string) => {
      const { outcome, device } = await evaluateFiles(run, datasets);
      document = documentOf(run, outcome, device);
      await writeEvaluation(directory, outcome, document);
    };
    await replaceDirectory(run.out, write, { overwrite: run.overwrite, marker: 'results.json' });
    return document!;
  } finally {
    for (const dataset of datasets) dataset.close();
  }
}

async function evaluateFiles(
  run: EvaluationRun,
  datasets: readonly Dataset[],
): Promise<{ outcome: EvaluationOutcome; device: Device }> {
  const model = await loadModel(run.model, run);
  const { device, compile } = await runtimeFor(run);
  const fc = run.fc ?? model.card.fc;
  const bank = featureBank({ model, datasets, fc, seed: run.seed, compile, progress: progressLine });
  const outcome = await runEvaluation({
    ...run,
    bank,
    givenSplits: (task) => givenSplits(run, model, datasets[0], task),
    pretrainedOn: pretrainedOn(model.card, datasets),
    progress: progressLine,
  });
  return { outcome, device };
}

/** Those of a file, or of the model's pretraining corpus. */
async function givenSplits(
  run: EvaluationRun,
  { card }: Model,
  dataset: Dataset,
  task: AnyTask,
): Promise<GivenSplits | undefined> {
  if (run.splits !== undefined) return parseSplits(readText(run.splits), run.splits, task, dataset.hash);
  const ofCorpus = run.ignoreCorpusSplit ? undefined : splitOfCorpus(run.model, card, dataset, task);
  if (ofCorpus === undefined) return undefined;
  return { splits: [ofCorpus.split], seed: ofCorpus.seed, corpusSplit: ofCorpus.used };
}

function documentOf(run: EvaluationRun, { result }: EvaluationOutcome, device: Device): EvaluationDocument {
  return {
    ...result,
    splits: join(run.out, 'splits.json'),
    predictions: join(run.out, 'predictions.tsv'),
    model: run.model,
    device,
    versions: { brainmass: VERSION, node: process.version },
  };
}
