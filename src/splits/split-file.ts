/** @file Splits as a JSON file: who was trained and tested on, kept so that others can use exactly the same. */
import * as z from 'zod';
import { InputError } from '../errors/input-error.ts';
import { type AnyTask, TASK_KINDS } from '../labels/task-kinds.ts';
import { sha256 } from './sha256.ts';
import { ascending, type Split } from './split.ts';
import { refuseSharedParticipants, requireClasses } from './split-guards.ts';
import { placeOfSplit, SplitPlan } from './split-plan.ts';
import { classNames } from './strata.ts';

const VERSION = 2;
const part = z.array(z.string());
const parts = { train: part, validation: part, test: part, sha256: z.string() };
const origin = {
  seed: z.number().int(),
  dataset_hash: z.string(),
  test_dataset_hash: z.string().optional(),
  label: z.string(),
};

/** Files of the first version know two-class tasks and no plan. They are still read. */
const FirstSplitFile = z.object({
  version: z.literal(1),
  ...origin,
  positive: z.string(),
  control: z.string(),
  splits: z.array(z.object(parts)).min(1),
});
const SplitFile = z.object({
  version: z.literal(VERSION),
  kind: z.enum(TASK_KINDS),
  /** Absent when the split was given, not dealt: another data set to test on, the split of a pretraining corpus. */
  plan: SplitPlan.optional(),
  ...origin,
  /** Of two classes. */
  positive: z.string().optional(),
  control: z.string().optional(),
  /** All classes in order (of two, the control first); none for a number. */
  classes: z.array(z.string()),
  splits: z
    .array(
      z.object({
        repeat: z.number().int().optional(),
        fold: z.number().int().optional(),
        /** The site left out. */
        site: z.string().optional(),
        ...parts,
      }),
    )
    .min(1),
});
export type SplitFile = z.infer<typeof SplitFile>;
const AnySplitFile = z.discriminatedUnion('version', [FirstSplitFile, SplitFile]);
type AnySplitFile = z.infer<typeof AnySplitFile>;

export interface SplitOrigin {
  readonly seed: number;
  readonly datasetHash: string;
  /** Given when training and testing are on two data sets. */
  readonly testDatasetHash?: string | undefined;
  /** What the splits were dealt by. */
  readonly plan?: SplitPlan | undefined;
}

/** Splits read back, the seed they were once drawn with, and the plan where the file names one. */
export interface SavedSplits {
  readonly seed: number;
  readonly plan?: SplitPlan | undefined;
  readonly splits: readonly Split[];
}

/** The document of a set of splits: scan ids of each part, sorted, and the SHA-256 of each split. */
export async function splitDocument(task: AnyTask, splits: readonly Split[], origin: SplitOrigin): Promise<SplitFile> {
  const { plan } = origin;
  const documents = splits.map(async (split, index) => {
    const ids = (positions: readonly number[]) => positions.map((i) => task.scans[i].scanId).sort();
    const named = { train: ids(split.train), validation: ids(split.validation), test: ids(split.test) };
    const place = plan === undefined ? {} : placeOfSplit(plan, index);
    const site = plan?.kind === 'leave-one-site-out' ? { site: task.scans[split.test[0]].site } : {};
    return { ...place, ...site, ...named, sha256: await splitHash(named) };
  });
  return {
    version: VERSION,
    kind: task.kind,
    ...(plan === undefined ? {} : { plan }),
    seed: origin.seed,
    dataset_hash: origin.datasetHash,
    ...(origin.testDatasetHash === undefined ? {} : { test_dataset_hash: origin.testDatasetHash }),
    label: task.label,
    ...(task.kind === 'two-class' ? { positive: task.positive, control: task.control } : {}),
    classes: [...classNames(task)],
    splits: await Promise.all(documents),
  };
}

/**
 * Reads splits back for the same task on the same data set.
 *
 * @throws InputError when the file is not one of splits, was edited, belongs to another data set or label, names scans
 * that are not there, puts a participant on two sides, or lacks a class on one side
 */
export async function parseSplits(
  text: string,
  where: string,
  task: AnyTask,
  datasetHash: string,
): Promise<SavedSplits> {
  const file = parseDocument(text, where);
  refuseOther(where, 'data set', datasetHash, file.dataset_hash);
  if (file.test_dataset_hash !== undefined)
    throw new InputError({
      where,
      problem: 'these splits train on one data set and test on another',
      fix: 'pass --test',
    });
  refuseOther(where, 'label', describedTask(task), describedFile(file));
  const plan = file.version === 1 ? undefined : file.plan;
  const position = new Map(task.scans.map((scan, i) => [scan.scanId, i]));
  const splits: Split[] = [];
  for (const [index, { train, validation, test, sha256: hash }] of file.splits.entries()) {
    const here = `${where} split ${index + 1}`;
    if ((await splitHash({ train, validation, test })) !== hash)
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
    // In the order of rows, as they were dealt: the file has them by id.
    const split = ascending({ train: positions(train), validation: positions(validation), test: positions(test) });
    refuseSharedParticipants(task, split, here);
    // A site left out may lack a class.
    requireClasses(task, split, here, plan?.kind === 'leave-one-site-out' ? ['train'] : ['train', 'test']);
    splits.push(split);
  }
  return { seed: file.seed, plan, splits };
}

/** What is predicted, in words that differ when the tasks do. */
function describedTask(task: AnyTask): string {
  const { kind, label } = task;
  return kind === 'two-class' ? ofTwo(label, task.positive, task.control) : ofMore(kind, label, classNames(task));
}

function describedFile(file: AnySplitFile): string {
  if (file.version === 1) return ofTwo(file.label, file.positive, file.control);
  const { kind, label, classes } = file;
  return kind === 'two-class' ? ofTwo(label, classes[1], classes[0]) : ofMore(kind, label, classes);
}

function ofTwo(label: string, positive: string, control: string): string {
  return `${label} (${positive} against ${control})`;
}

function ofMore(kind: 'multi-class' | 'regression', label: string, classes: readonly string[]): string {
  return `${label} (${kind === 'regression' ? 'a number' : `classes ${classes.join(', ')}`})`;
}

function parseDocument(text: string, where: string): AnySplitFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InputError(
      { where, problem: 'this is not JSON', fix: 'pass a splits.json of an earlier evaluation' },
      { cause },
    );
  }
  const parsed = AnySplitFile.safeParse(json);
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

function splitHash({ train, validation, test }: Record<keyof Split, string[]>): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify({ train, validation, test })));
}
