/** @file Evaluating a model on a data set of its own pretraining corpus: the split made then holds, and who was seen. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CORPUS_SPLIT_FILE, type CorpusSplit, parseCorpusSplit } from '../dataset/corpus-split.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { PARTS, type Part } from '../dataset/participant-split.ts';
import { InputError, isInputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import type { ModelCard } from '../model/card.ts';
import type { Split } from '../splits/split.ts';
import { requireClasses } from '../splits/split-guards.ts';

/** Which split was used, for the results. */
export interface UsedCorpusSplit {
  readonly file: string;
  readonly sha256: string;
  /** Of the data set, in the corpus. */
  readonly dataset: string;
}

export interface SplitOfCorpus {
  readonly split: Split;
  /** It was drawn with. */
  readonly seed: number;
  readonly used: UsedCorpusSplit;
}

const IGNORE = 'or pass --ignore-corpus-split';

/**
 * The split that a model's pretraining left of this data set: train, validation and test participants of a data set of
 * role II (found by its hash). The model has seen the scans of its training participants only.
 *
 * @param model a run directory, or a file in one
 * @returns undefined when the model was not pretrained on a corpus, or the data set is not one of role II in it
 * @throws InputError when the split is not beside the model or not that of the model, or a class is missing on a side
 */
export function splitOfCorpus(
  model: string,
  card: ModelCard,
  dataset: Dataset,
  task: AnyTask,
): SplitOfCorpus | undefined {
  const entry = card.corpus?.datasets.find(({ hash, role }) => hash === dataset.hash && role === 'II');
  if (card.corpus === undefined || entry === undefined) return undefined;
  const { file, saved } = savedSplit(model, card.corpus.split_sha256);
  const participants = saved.datasets.find(({ name }) => name === entry.name)?.participants;
  if (participants === undefined) throw new Error(`${file} has no participants of ${entry.name}`);
  const partOf = new Map(PARTS.flatMap((part) => participants[part].map((id) => [id, part] as const)));
  const split: Record<Part, number[]> = { train: [], validation: [], test: [] };
  for (const [i, { participantId }] of task.scans.entries()) {
    const part = partOf.get(participantId);
    if (part === undefined) throw new Error(`${file} does not name participant ${participantId}`);
    split[part].push(i);
  }
  refuseMissingClass(task, split, file);
  return { split, seed: saved.seed, used: { file, sha256: saved.sha256, dataset: entry.name } };
}

/** Where the split of a model's corpus is kept: beside the model, or above its snapshots. */
export function corpusSplitPath(model: string): string {
  const beside = /\.(safetensors|pth|pt)$/.test(model) ? dirname(model) : model;
  return join(basename(beside) === 'snapshots' ? dirname(beside) : beside, CORPUS_SPLIT_FILE);
}

function savedSplit(model: string, sha256: string): { readonly file: string; readonly saved: CorpusSplit } {
  const file = corpusSplitPath(model);
  if (!existsSync(file))
    throw new InputError({
      where: model,
      problem: `the model was pretrained on a part of this data set, and the split is not at hand: there is no ${file}`,
      fix: `copy it from the run, ${IGNORE}`,
    });
  const saved = parseCorpusSplit(readText(file), file);
  if (saved.sha256 !== sha256)
    throw new InputError({
      where: file,
      problem: 'this is not the split that the model was pretrained with',
      expected: `SHA-256 ${sha256.slice(0, 12)}`,
      found: saved.sha256.slice(0, 12),
      fix: `copy it from the run of the model, ${IGNORE}`,
    });
  return { file, saved };
}

/** The split knows no labels, so that a rare class can be missing from a side. */
function refuseMissingClass(task: AnyTask, split: Split, file: string): void {
  try {
    requireClasses(task, split, file);
  } catch (error) {
    if (!isInputError(error)) throw error;
    throw new InputError({ ...error.details, fix: `choose another label, ${IGNORE}` }, { cause: error });
  }
}

/**
 * Ids, as in the data sets, of the participants that a model was pretrained on. Of a data set that its corpus does not
 * name (by hash), any id of the corpus counts as seen.
 */
export function pretrainedOn(card: ModelCard, datasets: readonly Dataset[]): readonly string[] | undefined {
  const { corpus, participants } = card;
  if (corpus === undefined || participants === undefined) return participants;
  return datasets.flatMap((dataset) => {
    const known = corpus.datasets.find(({ hash }) => hash === dataset.hash);
    const seen = known === undefined ? participants : participants.filter((id) => id.startsWith(`${known.name}/`));
    return seen.map((id) => id.slice(id.indexOf('/') + 1));
  });
}
