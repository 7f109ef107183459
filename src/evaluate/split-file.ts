/** @file Splits as a JSON file: who was trained and tested on, kept so that others can use exactly the same. */
import * as z from 'zod';
import { PARTS } from '../dataset/participant-split.ts';
import { InputError } from '../errors/input-error.ts';
import type { Task } from './labels.ts';
import { sha256 } from './sha256.ts';
import { requireBothClasses, type Split } from './splits.ts';

const VERSION = 1;
const part = z.array(z.string());
const SplitFile = z.object({
  version: z.literal(VERSION),
  seed: z.number().int(),
  dataset_hash: z.string(),
  test_dataset_hash: z.string().optional(),
  label: z.string(),
  positive: z.string(),
  control: z.string(),
  splits: z.array(z.object({ train: part, validation: part, test: part, sha256: z.string() })).min(1),
});
export type SplitFile = z.infer<typeof SplitFile>;

export interface SplitOrigin {
  readonly seed: number;
  readonly datasetHash: string;
  /** Given when training and testing are on two data sets. */
  readonly testDatasetHash?: string | undefined;
}

/** Splits read back, and the seed they were once drawn with. */
export interface SavedSplits {
  readonly seed: number;
  readonly splits: readonly Split[];
}

/** The document of a set of splits: scan ids of each part, sorted, and the SHA-256 of each split. */
export async function splitDocument(task: Task, splits: readonly Split[], origin: SplitOrigin): Promise<SplitFile> {
  const documents = splits.map(async (split) => {
    const ids = (positions: readonly number[]) => positions.map((i) => task.scans[i].scanId).sort();
    const parts = { train: ids(split.train), validation: ids(split.validation), test: ids(split.test) };
    return { ...parts, sha256: await splitHash(parts) };
  });
  const { label, positive, control } = task;
  return {
    version: VERSION,
    seed: origin.seed,
    dataset_hash: origin.datasetHash,
    ...(origin.testDatasetHash === undefined ? {} : { test_dataset_hash: origin.testDatasetHash }),
    label,
    positive,
    control,
    splits: await Promise.all(documents),
  };
}

/**
 * Reads splits back for the same task on the same data set.
 *
 * @throws InputError when the file is not one of splits, was edited, belongs to another data set or label, names scans
 * that are not there, puts a participant on two sides, or lacks a class on one side
 */
export async function parseSplits(text: string, where: string, task: Task, datasetHash: string): Promise<SavedSplits> {
  const file = parseDocument(text, where);
  refuseOther(where, 'data set', datasetHash, file.dataset_hash);
  if (file.test_dataset_hash !== undefined)
    throw new InputError({
      where,
      problem: 'these splits train on one data set and test on another',
      fix: 'pass --test',
    });
  const described = ({ label, positive, control }: Pick<Task, 'label' | 'positive' | 'control'>) =>
    `${label} (${positive} against ${control})`;
  refuseOther(where, 'label', described(task), described(file));
  const position = new Map(task.scans.map((scan, i) => [scan.scanId, i]));
  const splits: Split[] = [];
  for (const [index, { sha256: hash, ...parts }] of file.splits.entries()) {
    const here = `${where} split ${index + 1}`;
    if ((await splitHash(parts)) !== hash)
      throw new InputError({
        where: here,
        problem: 'the scan ids do not match their SHA-256',
        fix: 'the file was edited or damaged; take the original',
      });
    const positions = (ids: readonly string[]) =>
      ids.map((id) => {
        const at = position.get(id);
        if (at === undefined)
          throw new InputError({
            where: here,
            problem: `scan "${id}" is not among the labelled scans of the data set`,
          });
        return at;
      });
    const split = {
      train: positions(parts.train),
      validation: positions(parts.validation),
      test: positions(parts.test),
    };
    refuseSharedParticipants(task, split, here);
    requireBothClasses(task, split, here);
    splits.push(split);
  }
  return { seed: file.seed, splits };
}

function parseDocument(text: string, where: string): SplitFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InputError(
      { where, problem: 'this is not JSON', fix: 'pass a splits.json of an earlier evaluation' },
      { cause },
    );
  }
  const parsed = SplitFile.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError({
    where,
    problem: `this is not a file of splits (${issue.path.join('.') || 'document'}: ${issue.message})`,
    fix: 'pass a splits.json of an earlier evaluation',
  });
}

function refuseOther(where: string, what: string, expected: string, found: string): void {
  if (expected !== found)
    throw new InputError({ where, problem: `these splits are of another ${what}`, expected, found });
}

function refuseSharedParticipants(task: Task, split: Split, where: string): void {
  const side = new Map<string, string>();
  for (const name of PARTS)
    for (const i of split[name]) {
      const { participantId } = task.scans[i];
      const earlier = side.get(participantId) ?? name;
      if (earlier !== name)
        throw new InputError({
          where,
          problem: `participant "${participantId}" is on the ${earlier} and the ${name} side`,
          fix: 'keep all scans of a person on one side',
        });
      side.set(participantId, name);
    }
}

function splitHash({ train, validation, test }: Record<keyof Split, string[]>): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify({ train, validation, test })));
}
