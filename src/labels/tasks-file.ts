/** @file `tasks.yaml`: the questions of a study, each with its data sets, label, filters and protocol. */
import * as z from 'zod';
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import { parseYaml } from '../files/yaml.ts';
import { parseFilter, type ScanFilter } from './scan-filters.ts';

/** `internal`: of cohorts that pretraining may have seen. `external`: of others. */
const TASK_ROLES = ['internal', 'external'] as const;

const Text = z.string().min(1);
const Value = z.union([z.string().min(1), z.number(), z.boolean()]).transform(String);
const Paths = z.union([Text.transform((path) => [path]), z.array(Text).min(1)]);
const Whole = z.int().min(0);

const Entry = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'a name has letters, digits, dots, dashes and underscores only'),
  kind: z.enum(TASK_ROLES).default('internal'),
  dataset: Paths,
  test: Paths.optional(),
  label: Text,
  positive: Value.optional(),
  control: Value.optional(),
  filters: z.array(Text).default([]),
  covariates: z.array(Text).default([]),
  harmonise: z.enum(['combat', 'regress']).optional(),
  protocol: Text.optional(),
  split: Text.optional(),
  repeats: Whole.min(1).optional(),
  seed: Whole.optional(),
});

const File = z.strictObject({
  protocol: Text.default('svm'),
  split: Text.default('repeated'),
  repeats: Whole.min(1).optional(),
  seed: Whole.default(0),
  baselines: z.array(Text).optional(),
  permutations: Whole.default(0),
  tasks: z.array(Entry).min(1),
});

/** One task, with what the file says for all. */
export interface TaskEntry extends Omit<z.infer<typeof Entry>, 'dataset' | 'filters'> {
  /** `tasks.yaml task 2 (oasis)`, for messages. */
  readonly where: string;
  /** Joined to one; relative to the file. */
  readonly dataset: readonly string[];
  /** Applied to the data set that is tested on as well. */
  readonly filters: readonly ScanFilter[];
  readonly protocol: string;
  readonly split: string;
  readonly seed: number;
  /** The protocol's defaults when not given. */
  readonly baselines: readonly string[] | undefined;
  readonly permutations: number;
}

/**
 * Reads a file of tasks.
 *
 * @param where the file, for messages
 * @throws InputError when it is not YAML, a key is unknown (naming the nearest), missing or wrong, or a name occurs twice
 */
export function parseTasks(yaml: string, where: string): TaskEntry[] {
  const { tasks, ...shared } = validate(parseYaml(yaml, where), where);
  const entries = tasks.map((task, i): TaskEntry => {
    const own = `${where} task ${i + 1} (${task.name})`;
    if (task.test !== undefined && task.split !== undefined)
      throw new InputError({
        where: own,
        problem: 'with test there is one split only: train on the first data set, test on the second',
        fix: 'leave out split or test',
      });
    return {
      ...task,
      where: own,
      filters: task.filters.map((text) => parseFilter(text, own)),
      protocol: task.protocol ?? shared.protocol,
      split: task.split ?? shared.split,
      repeats: task.repeats ?? shared.repeats,
      seed: task.seed ?? shared.seed,
      baselines: shared.baselines,
      permutations: shared.permutations,
    };
  });
  for (const [i, { name, where: own }] of entries.entries()) {
    const earlier = entries.findIndex((entry) => entry.name.toLowerCase() === name.toLowerCase());
    if (earlier < i)
      throw new InputError({ where: own, problem: `task ${earlier + 1} has the same name`, fix: 'give it another' });
  }
  return entries;
}

const HELP = 'see docs/tasks.md for all keys';

/** The first problem becomes one sentence that names the task. */
function validate(document: unknown, file: string): z.infer<typeof File> {
  const parsed = File.safeParse(document);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  // A misspelt key also leaves the right one missing; the spelling is what to mend.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const [, entry] = issue.path;
  const where = typeof entry === 'number' ? `${file} task ${entry + 1}` : file;
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    const nearest = nearestName(key, Object.keys((typeof entry === 'number' ? Entry : File).shape));
    const fix = nearest === undefined ? HELP : `did you mean ${nearest}?`;
    throw new InputError({ where, problem: `there is no key ${key}`, fix });
  }
  const key = issue.path.findLast((step) => typeof step === 'string');
  const found = issue.path.reduce<unknown>((value, step) => Object(value)[step], document);
  const message = issue.message[0].toLowerCase() + issue.message.slice(1);
  throw new InputError({
    where,
    problem:
      key === undefined ? 'this is no file of tasks' : found === undefined ? `${key} is missing` : `${key}: ${message}`,
    // What is missing or a whole table says nothing when quoted.
    ...(typeof found === 'string' || typeof found === 'number' ? { found: JSON.stringify(found) } : {}),
    fix: HELP,
  });
}
