/** @file Opens a corpus of data sets as one data set: the scans that are to be pretrained on. Node only. */
import { InputError, isInputError } from '../errors/input-error.ts';
import { type CorpusEntry, readCorpusFile } from './corpus-file.ts';
import { type CorpusSplit, checkSameCorpus, corpusSplit, splitParticipants } from './corpus-split.ts';
import type { Dataset, Scan } from './dataset.ts';
import { openDataset } from './open-dataset.ts';
import { requireSeries } from './scan-connectivity.ts';

/** A corpus, opened. */
export interface Corpus {
  /** The scans to train on. Scan and participant ids are `NAME/ID`; the hash is the SHA-256 of the split. */
  readonly dataset: Dataset;
  readonly split: CorpusSplit;
  /** What to think about before training on it. */
  readonly warnings: readonly string[];
}

interface OpenedEntry {
  readonly entry: CorpusEntry;
  readonly dataset: Dataset;
}

/**
 * Opens all data sets of a corpus file.
 *
 * @param saved the split of a run that goes on, and the run: the same people are trained on again
 * @throws InputError when the file or a data set of it is wrong, one to train on holds no series, their ROIs differ, two
 *   hold the same scans, or the corpus is not the saved one
 */
export function openCorpus(
  path: string,
  saved?: { readonly split: CorpusSplit; readonly run: string } | undefined,
): Corpus {
  const { seed, entries } = readCorpusFile(path);
  const opened: OpenedEntry[] = [];
  try {
    for (const entry of entries) opened.push({ entry, dataset: openEntry(entry) });
    checkAlike(opened);
    const drawn = corpusSplit(
      seed,
      opened.map(({ entry: { name, role, weight }, dataset: { hash, scans } }) => {
        const described = { name, role, weight, hash };
        return role === 'II' ? { ...described, participants: splitParticipants(scans, seed) } : described;
      }),
    );
    if (saved !== undefined) checkSameCorpus(saved.split, drawn, saved.run);
    const split = saved?.split ?? drawn;
    return { dataset: composed(path, opened, split), split, warnings: sharedIds(opened) };
  } catch (error) {
    for (const { dataset } of opened) dataset.close();
    throw error;
  }
}

function openEntry({ where, directory, role }: CorpusEntry): Dataset {
  let dataset: Dataset | undefined;
  try {
    dataset = openDataset(directory);
    if (role !== 'III')
      requireSeries(dataset, 'pretraining draws time points', 'give it role III, or ingest its series');
    return dataset;
  } catch (error) {
    dataset?.close();
    if (!isInputError(error)) throw error;
    const problem = `${error.details.where ?? directory}: ${error.details.problem}`;
    throw new InputError({ ...error.details, where, problem }, { cause: error });
  }
}

/** A token's meaning is its ROI: it must be the same everywhere. And nobody may be drawn, or held out, twice. */
function checkAlike(opened: readonly OpenedEntry[]): void {
  const [{ entry: firstEntry, dataset: first }] = opened;
  for (const [i, { entry, dataset }] of opened.entries()) {
    const differs = (problem: string, expected: string, found: string) =>
      new InputError({
        where: entry.where,
        problem: `${entry.directory} ${problem} than ${firstEntry.directory}`,
        expected,
        found,
        fix: 'ingest all data sets of a corpus with one atlas, or with --project',
      });
    if (dataset.roiNames.length !== first.roiNames.length)
      throw differs('has another number of ROIs', `${first.roiNames.length}`, `${dataset.roiNames.length}`);
    if (dataset.atlas !== first.atlas) throw differs('has another atlas', first.atlas, dataset.atlas);
    const roi = first.roiNames.findIndex((name, at) => name !== dataset.roiNames[at]);
    if (roi >= 0) throw differs(`has another ROI ${roi + 1}`, `"${first.roiNames[roi]}"`, `"${dataset.roiNames[roi]}"`);
    const twin = opened.slice(0, i).find((earlier) => earlier.dataset.hash === dataset.hash);
    if (twin !== undefined)
      throw new InputError({
        where: entry.where,
        problem: `${entry.directory} holds the same scans as ${twin.entry.directory}`,
        fix: 'name every data set once; to draw its scans more often, give it a weight',
      });
  }
}

function composed(path: string, opened: readonly OpenedEntry[], split: CorpusSplit): Dataset {
  const scans: Scan[] = [];
  const places: { readonly dataset: Dataset; readonly index: number }[] = [];
  const parts: { scans: number; weight: number }[] = [];
  for (const [i, { entry, dataset }] of opened.entries()) {
    if (entry.role === 'III') continue;
    const trained = split.datasets[i].participants && new Set(split.datasets[i].participants.train);
    const before = scans.length;
    for (const [index, scan] of dataset.scans.entries()) {
      if (trained?.has(scan.participantId) === false) continue;
      const scanId = `${entry.name}/${scan.scanId}`;
      scans.push({ ...scan, scanId, participantId: `${entry.name}/${scan.participantId}`, phenotype: {} });
      places.push({ dataset, index });
    }
    parts.push({ scans: scans.length - before, weight: entry.weight });
  }
  return {
    directory: path,
    atlas: opened[0].dataset.atlas,
    roiNames: opened[0].dataset.roiNames,
    scans,
    phenotypeColumns: [],
    hash: split.sha256,
    parts,
    readSeries: (scan) => {
      if (!(scan in places)) throw new RangeError(`scan ${scan} of ${places.length}`);
      return places[scan].dataset.readSeries(places[scan].index);
    },
    close: () => {
      for (const { dataset } of opened) dataset.close();
    },
  };
}

/** Ids that occur in two data sets. Numbers from 1 do, by chance; a person who is in both is a leak into the test part. */
function sharedIds(opened: readonly OpenedEntry[]): string[] {
  const people = opened.map(({ dataset }) => new Set(dataset.scans.map(({ participantId }) => participantId)));
  return opened.flatMap(({ entry }, i) =>
    opened.slice(0, i).flatMap(({ entry: earlier }, j) => {
      const both = [...people[i]].filter((id) => people[j].has(id)).sort();
      if (both.length === 0) return [];
      const listed = `${both.slice(0, 3).join(', ')}${both.length > 3 ? ', …' : ''}`;
      return `"${earlier.name}" and "${entry.name}" share ${both.length} participant ids (${listed}); they are taken for different people`;
    }),
  );
}
