/** @file What a run is pretrained on: a data set, or a corpus of several with its split. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CORPUS_SPLIT_FILE, type CorpusSplit, parseCorpusSplit } from '../dataset/corpus-split.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { openCorpus } from '../dataset/open-corpus.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import { InputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import type { ModelCard } from '../model/card.ts';

export interface PretrainingData {
  readonly dataset: Dataset;
  /** Of a corpus. */
  readonly split?: CorpusSplit;
}

/**
 * Opens a data set (a directory) or a corpus (a `.yaml` file). A run that goes on has its saved split, which holds.
 *
 * @throws InputError when there is no such data, it is wrong, or the corpus is not that of the run
 */
export function openPretrainingData(
  path: string,
  { out, resume }: { readonly out: string; readonly resume: boolean },
): PretrainingData {
  if (!isCorpus(path)) return { dataset: openDataset(path) };
  const file = join(out, CORPUS_SPLIT_FILE);
  const saved = resume && existsSync(file) ? { split: parseCorpusSplit(readText(file), file), run: out } : undefined;
  const { dataset, split, warnings } = openCorpus(path, saved);
  for (const warning of warnings) process.stderr.write(`${path}: ${warning}\n`);
  return { dataset, split };
}

/** Also when it is missing: then it is the corpus file that is missing. */
function isCorpus(path: string): boolean {
  return /\.ya?ml$/.test(path) && !(existsSync(path) && statSync(path).isDirectory());
}

/** What the card of a run says of its corpus. */
export function corpusOnCard({ seed, datasets, sha256 }: CorpusSplit): NonNullable<ModelCard['corpus']> {
  return {
    split_sha256: sha256,
    seed,
    datasets: datasets.map(({ name, role, weight, hash }) => ({ name, role, weight, hash })),
  };
}

/** @throws InputError when a run is to go on with a corpus but was started on one data set, or the reverse */
export function checkCorpusOfRun({ corpus }: ModelCard, { dataset, split }: PretrainingData, out: string): void {
  if (split?.sha256 === corpus?.split_sha256) return;
  const described = (sha256: string | undefined) =>
    sha256 === undefined ? 'one data set' : `a corpus, split ${sha256.slice(0, 12)}`;
  throw new InputError({
    where: out,
    problem: `the run was started on other data than ${dataset.directory}`,
    expected: described(corpus?.split_sha256),
    found: described(split?.sha256),
    fix: 'resume with the data it was started on',
  });
}
