/** @file The directory of a fine-tuned model: weights with their head, card, metrics, split, answers for the test rows. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FcKind } from '../connectivity/kinds.ts';
import { CORPUS_SPLIT_FILE } from '../dataset/corpus-split.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { readText, writeFileAtomically, writePartsAtomically } from '../files/atomic.ts';
import { encodeSafetensors } from '../files/safetensors.ts';
import { formatTsv } from '../files/table.ts';
import type { Finetuned } from '../finetune/finetune.ts';
import type { Scores } from '../finetune/scores.ts';
import type { FinetuneSettings } from '../finetune/settings.ts';
import type { AnyTask, TaskKind } from '../labels/task-kinds.ts';
import { type Answer, formatCard, type ModelCard } from '../model/card.ts';
import { headTensors } from '../model/head-weights.ts';
import { toStateDict } from '../model/state-dict.ts';
import type { Device } from '../runtime/device.ts';
import type { Split } from '../splits/split.ts';
import { type SplitOrigin, splitDocument } from '../splits/split-file.ts';
import type { Scores as MetricValues } from '../statistics/scoring.ts';
import { answerCells, answerColumns } from './answers.ts';
import { corpusSplitPath } from './corpus-evaluation.ts';
import { VERSION } from './version.ts';

/** What `--json` prints and `results.json` holds. */
export interface FinetuneDocument {
  readonly run: string;
  readonly task: string;
  readonly kind: TaskKind;
  readonly answer: Answer;
  readonly n: number;
  readonly split: { readonly train: number; readonly validation: number; readonly test: number };
  readonly dropped: AnyTask['dropped'];
  readonly frozen: boolean;
  readonly fc: FcKind;
  readonly settings: FinetuneSettings;
  readonly augment: number | null;
  readonly seed: number;
  readonly epochs: number;
  readonly best_epoch: number;
  /** Of the test rows, which were looked at once. */
  readonly metrics: MetricValues;
  readonly warnings: readonly string[];
  readonly splits: string;
  readonly predictions: string;
  readonly model: string;
  readonly dataset: { readonly path: string; readonly hash: string };
  readonly device: Device;
  readonly versions: { readonly brainmass: string; readonly node: string };
}

/** All that a directory is made of. */
interface FinetunedRun {
  readonly document: FinetuneDocument;
  /** Of the model that it was made from. */
  readonly card: ModelCard;
  readonly dataset: Dataset;
  readonly task: AnyTask;
  readonly split: Split;
  readonly origin: SplitOrigin;
  readonly learnt: Finetuned;
  /** Of the test rows. */
  readonly scores: Scores;
}

/** Fills a directory; `embed`, `evaluate` and `predict` take it as a model. */
export async function writeFinetuned(directory: string, run: FinetunedRun): Promise<void> {
  const { task, split, origin, learnt, document } = run;
  const write = (name: string, content: string) => writeFileAtomically(join(directory, name), content);
  const json = (content: unknown) => `${JSON.stringify(content, null, 2)}\n`;
  const card = cardOf(run);
  const tensors = new Map([...toStateDict(learnt.weights), ...headTensors(learnt.head)]);
  const parts = encodeSafetensors({ tensors, metadata: { card: formatCard(card) } });
  writePartsAtomically(join(directory, 'model.safetensors'), parts);
  write('card.json', `${formatCard(card, 2)}\n`);
  write('metrics.jsonl', learnt.epochs.map((epoch) => `${JSON.stringify(epoch)}\n`).join(''));
  write('splits.json', json(await splitDocument(task, [split], origin)));
  write('predictions.tsv', predictionTable(run));
  // A model of a corpus is evaluated by the split that its pretraining left.
  const ofCorpus = corpusSplitPath(document.model);
  if (run.card.corpus !== undefined && existsSync(ofCorpus)) write(CORPUS_SPLIT_FILE, readText(ofCorpus));
  write('results.json', json(document));
}

/** The card of the model it came from, with what was learnt. */
function cardOf({ card, dataset, task, split, learnt, document }: FinetunedRun): ModelCard {
  const seen = [...split.train, ...split.validation].map((i) => task.scans[i].participantId);
  const participants = [...new Set([...(card.finetuned?.participants ?? []), ...seen])].sort();
  return {
    ...card,
    version: VERSION,
    atlas: dataset.atlas,
    roi_names: [...dataset.roiNames],
    fc: document.fc,
    finetuned: {
      label: document.task,
      answer: document.answer,
      frozen: document.frozen,
      dataset: { hash: dataset.hash, scans: seen.length, participants: new Set(seen).size },
      participants,
      seed: document.seed,
      epochs: learnt.epochs.length,
      best_epoch: learnt.bestEpoch,
    },
  };
}

/** The test rows: truth beside answer. */
function predictionTable({ task, split, scores, document: { answer } }: FinetunedRun): string {
  const cells = answerCells(answer, scores);
  const rows = split.test.map((i, at) => {
    const { scanId, participantId } = task.scans[i];
    return { scan_id: scanId, participant_id: participantId, truth: truthText(task, i), ...cells[at] };
  });
  return formatTsv(['scan_id', 'participant_id', 'truth', ...answerColumns(answer)], rows);
}

function truthText(task: AnyTask, position: number): string {
  switch (task.kind) {
    case 'two-class':
      return task.scans[position].positive ? task.positive : task.control;
    case 'multi-class':
      return task.classes[task.scans[position].class];
    case 'regression':
      return String(task.scans[position].target);
  }
}
