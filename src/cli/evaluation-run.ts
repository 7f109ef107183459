/** @file One evaluation from files to files: open, run, write. */
import { join } from 'node:path';
import type { FcKind } from '../connectivity/kinds.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import type { ConfoundRequest } from '../evaluate/confound-control.ts';
import type { GivenSplits } from '../evaluate/evaluation-request.ts';
import type { EvaluationDocument } from '../evaluate/report-document.ts';
import { type EvaluationOutcome, runEvaluation } from '../evaluate/run-evaluation.ts';
import { type FewShotOptions, fewShotOfEvaluation, zeroShotOfEvaluation } from '../evaluate/shots-of-evaluation.ts';
import type { FewShot, ZeroShot } from '../evaluate/shots-schema.ts';
import { featureBank } from '../features/feature-bank.ts';
import { readText, replaceDirectory } from '../files/atomic.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import { loadModel, type Model } from '../model/load-model.ts';
import type { Device } from '../runtime/device.ts';
import { parseSplits } from '../splits/split-file.ts';
import type { SplitPlan } from '../splits/split-plan.ts';
import { pretrainedOn, splitOfCorpus } from './corpus-evaluation.ts';
import { runtimeFor } from './device.ts';
import { writeEvaluation } from './evaluation-files.ts';
import { writeShots } from './shots-files.ts';
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
  readonly fewShot?: FewShotOptions | undefined;
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
    return await evaluateDatasets(run, datasets);
  } finally {
    for (const dataset of datasets) dataset.close();
  }
}

/**
 * {@link evaluateIntoDirectory} of data sets that are open already.
 *
 * @param datasets one, or the one to train on and the one to test on
 */
export async function evaluateDatasets(
  run: Omit<EvaluationRun, 'dataset' | 'test'>,
  datasets: readonly Dataset[],
): Promise<EvaluationDocument> {
  let document: EvaluationDocument | undefined;
  const write = async (directory: string) => {
    const evaluated = await evaluateFiles(run, datasets);
    document = documentOf(run, evaluated);
    await writeEvaluation(directory, evaluated.outcome, document);
    writeShots(directory, document);
  };
  await replaceDirectory(run.out, write, { overwrite: run.overwrite, marker: 'results.json' });
  return document!;
}

type Run = Parameters<typeof evaluateDatasets>[0];

/** What was found out, and where. */
interface Evaluated {
  readonly outcome: EvaluationOutcome;
  readonly fewShot: FewShot | undefined;
  readonly zeroShot: ZeroShot | undefined;
  readonly device: Device;
}

async function evaluateFiles(run: Run, datasets: readonly Dataset[]): Promise<Evaluated> {
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
  const fewShot =
    run.fewShot === undefined
      ? undefined
      : await fewShotOfEvaluation(bank, outcome, run.fewShot, run.confounds, run.seed, progressLine('few-shot'));
  const zeroShot = await zeroShotOfEvaluation(bank, outcome, run.confounds, run.seed);
  return { outcome, fewShot, zeroShot, device };
}

/** Those of a file, or of the model's pretraining corpus. */
async function givenSplits(
  run: Run,
  { card }: Model,
  dataset: Dataset,
  task: AnyTask,
): Promise<GivenSplits | undefined> {
  if (run.splits !== undefined) return parseSplits(readText(run.splits), run.splits, task, dataset.hash);
  const ofCorpus = run.ignoreCorpusSplit ? undefined : splitOfCorpus(run.model, card, dataset, task);
  if (ofCorpus === undefined) return undefined;
  return { splits: [ofCorpus.split], seed: ofCorpus.seed, corpusSplit: ofCorpus.used };
}

function documentOf(run: Run, { outcome, fewShot, zeroShot, device }: Evaluated): EvaluationDocument {
  return {
    ...outcome.result,
    ...(fewShot === undefined ? {} : { few_shot: fewShot }),
    ...(zeroShot === undefined ? {} : { zero_shot: zeroShot }),
    splits: join(run.out, 'splits.json'),
    predictions: join(run.out, 'predictions.tsv'),
    model: run.model,
    device,
    versions: { brainmass: VERSION, node: process.version },
  };
}
