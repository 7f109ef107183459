/** @file One evaluation from files to files: open, label, split, embed, evaluate, write. */
import { join } from 'node:path';
import { connectivity, type FcKind } from '../connectivity/kinds.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import { type Evaluation, evaluate, type Prediction } from '../evaluate/evaluate.ts';
import { type Features, featureTable, stackFeatures, upperTriangles } from '../evaluate/features.ts';
import { labelScans, type Task } from '../evaluate/labels.ts';
import type { Protocol } from '../evaluate/protocol-svm.ts';
import { sha256 } from '../evaluate/sha256.ts';
import { parseSplits, splitDocument } from '../evaluate/split-file.ts';
import { repeatedSplits, type Split } from '../evaluate/splits.ts';
import { transferTask } from '../evaluate/transfer.ts';
import { readText, replaceDirectory, writeFileAtomically } from '../files/atomic.ts';
import { formatTsv } from '../files/table.ts';
import type { ModelCard } from '../model/card.ts';
import { embedDataset } from '../model/embed.ts';
import { loadModel, type Model } from '../model/load-model.ts';
import { untrainedLike } from '../model/untrained.ts';
import type { Device } from '../runtime/device.ts';
import type { Compile } from '../runtime/session.ts';
import { pretrainedOn, splitOfCorpus, type UsedCorpusSplit } from './corpus-evaluation.ts';
import { runtimeFor } from './device.ts';
import { progressLine } from './terminal.ts';
import { VERSION } from './version.ts';

/** Draws of test participants when a second data set is tested on. */
const BOOTSTRAP_DRAWS = 1000;

export interface EvaluationRun {
  readonly model: string;
  /** Of a checkpoint that does not say. */
  readonly heads?: number | undefined;
  readonly dataset: string;
  readonly test?: string | undefined;
  readonly label: string;
  readonly positive?: string | undefined;
  readonly control?: string | undefined;
  readonly protocol: Protocol;
  readonly repeats: number;
  readonly seed: number;
  /** The model's own when not given. */
  readonly fc?: FcKind | undefined;
  /** A file of splits to use instead of drawing them. */
  readonly splits?: string | undefined;
  /** Draw splits also where the model's pretraining corpus left one. */
  readonly ignoreCorpusSplit: boolean;
  readonly device: Device;
  readonly out: string;
  readonly overwrite: boolean;
}

/** `results.json`. Everything an evaluation says but the predictions, and what it was made of. */
export interface EvaluationDocument extends Omit<Evaluation, 'predictions'> {
  readonly task: string;
  readonly protocol: Protocol;
  readonly fc: FcKind;
  readonly seed: number;
  readonly repeats: number;
  /** When the split is that of the model's pretraining corpus; `low` and `high` are then over test participants. */
  readonly corpus_split?: UsedCorpusSplit;
  readonly dropped: Task['dropped'];
  readonly splits: string;
  readonly predictions: string;
  readonly model: string;
  readonly datasets: readonly { readonly path: string; readonly hash: string }[];
  readonly features: Readonly<Record<string, { readonly columns: number; readonly sha256: string }>>;
  /** What computed the embeddings: they differ between devices by rounding. */
  readonly device: Device;
  readonly versions: { readonly brainmass: string; readonly node: string };
}

/** Runs it and writes `results.json`, `splits.json` and `predictions.tsv` into a new directory, whole or not at all. */
export async function runEvaluation(run: EvaluationRun): Promise<EvaluationDocument> {
  const datasets: Dataset[] = [];
  try {
    for (const path of run.test === undefined ? [run.dataset] : [run.dataset, run.test])
      datasets.push(openDataset(path));
    let document: EvaluationDocument | undefined;
    const write = async (directory: string) => {
      document = await evaluateInto(directory, run, datasets);
    };
    await replaceDirectory(run.out, write, { overwrite: run.overwrite, marker: 'results.json' });
    return document!;
  } finally {
    for (const dataset of datasets) dataset.close();
  }
}

async function evaluateInto(
  directory: string,
  run: EvaluationRun,
  datasets: readonly Dataset[],
): Promise<EvaluationDocument> {
  const model = await loadModel(run.model, run);
  const { task, splits, seed, corpusSplit } = await taskAndSplits(run, datasets, model.card);
  const fc = run.fc ?? model.card.fc;
  const { device, compile } = await runtimeFor(run);
  const tables = await featureTables(model, datasets, { fc, compile, seed: run.seed });
  const { predictions, ...evaluation } = evaluate({
    task,
    splits,
    sampling:
      run.test === undefined && corpusSplit === undefined
        ? { kind: 'repeats' }
        : { kind: 'bootstrap', draws: BOOTSTRAP_DRAWS, seed: run.seed },
    protocol: run.protocol,
    model: tables.model,
    baselines: { fc_svm: tables.fc_svm, untrained: tables.untrained },
    pretrainedOn: pretrainedOn(model.card, datasets),
    progress: progressLine('evaluating'),
  });
  const mixed =
    fc === model.card.fc ? [] : [`features use ${fc} connectivity, the model was pretrained on ${model.card.fc}`];
  const document: EvaluationDocument = {
    task: run.label,
    protocol: run.protocol,
    fc,
    seed: run.seed,
    repeats: splits.length,
    ...(corpusSplit === undefined ? {} : { corpus_split: corpusSplit }),
    dropped: task.dropped,
    ...evaluation,
    warnings: [...evaluation.warnings, ...mixed],
    splits: join(run.out, 'splits.json'),
    predictions: join(run.out, 'predictions.tsv'),
    model: run.model,
    datasets: datasets.map(({ directory, hash }) => ({ path: directory, hash })),
    features: Object.fromEntries(
      await Promise.all(Object.entries(tables).map(async ([name, table]) => [name, await fingerprint(table)] as const)),
    ),
    device,
    versions: { brainmass: VERSION, node: process.version },
  };
  const origin = { seed, datasetHash: datasets[0].hash, testDatasetHash: datasets[1]?.hash };
  const json = (content: unknown) => `${JSON.stringify(content, null, 2)}\n`;
  writeFileAtomically(join(directory, 'splits.json'), json(await splitDocument(task, splits, origin)));
  writeFileAtomically(join(directory, 'predictions.tsv'), predictionTable(predictions));
  writeFileAtomically(join(directory, 'results.json'), json(document));
  return document;
}

async function taskAndSplits(
  run: EvaluationRun,
  [first, second]: readonly Dataset[],
  card: ModelCard,
): Promise<{ task: Task; splits: readonly Split[]; seed: number; corpusSplit?: UsedCorpusSplit }> {
  const task = labelScans(first, run);
  if (second !== undefined) {
    const transfer = transferTask(task, first.scans.length, labelScans(second, run));
    return { task: transfer.task, splits: [transfer.split], seed: run.seed };
  }
  if (run.splits === undefined) {
    const ofCorpus = run.ignoreCorpusSplit ? undefined : splitOfCorpus(run.model, card, first, task);
    if (ofCorpus !== undefined)
      return { task, splits: [ofCorpus.split], seed: ofCorpus.seed, corpusSplit: ofCorpus.used };
    return { task, splits: repeatedSplits(task, run.repeats, run.seed), seed: run.seed };
  }
  return { task, ...(await parseSplits(readText(run.splits), run.splits, task, first.hash)) };
}

/** Full-length connectivity everywhere: the random drop belongs to pretraining only. */
async function featureTables(
  model: Model,
  datasets: readonly Dataset[],
  { fc, compile, seed }: { readonly fc: FcKind; readonly compile: Compile; readonly seed: number },
): Promise<{ model: Features; untrained: Features; fc_svm: Features }> {
  const stacked = async (name: string, of: (dataset: Dataset) => Promise<Float32Array> | Float32Array) => {
    const tables: Features[] = [];
    for (const dataset of datasets)
      tables.push(featureTable(`${name} of ${dataset.directory}`, await of(dataset), dataset.scans.length));
    return tables.reduce(stackFeatures);
  };
  const embedding = (of: Model, label: string) => (dataset: Dataset) =>
    embedDataset(of, dataset, { fc, compile, progress: progressLine(label) });
  return {
    model: await stacked('embedding', embedding(model, 'embedding')),
    untrained: await stacked('untrained embedding', embedding(untrainedLike(model, seed), 'embedding, untrained')),
    fc_svm: await stacked('connectivity', ({ scans, roiNames, readSeries }) =>
      upperTriangles(
        scans.length,
        roiNames.length,
        (scan) => connectivity(fc, readSeries(scan)),
        progressLine('connectivity'),
      ),
    ),
  };
}

async function fingerprint({ values, columns }: Features): Promise<{ columns: number; sha256: string }> {
  return { columns, sha256: await sha256(new Uint8Array(values.slice().buffer)) };
}

function predictionTable(predictions: readonly Prediction[]): string {
  return formatTsv(
    ['features', 'repeat', 'scan_id', 'participant_id', 'positive', 'decision'],
    predictions.map((row) => ({
      features: row.features,
      repeat: String(row.repeat),
      scan_id: row.scanId,
      participant_id: row.participantId,
      positive: row.positive ? '1' : '0',
      decision: String(row.decision),
    })),
  );
}
