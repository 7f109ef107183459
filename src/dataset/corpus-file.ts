/** @file `corpus.yaml`: the data sets of a corpus, what each is for, and how often its scans are drawn. Node only. */
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import { readText } from '../files/atomic.ts';
import { parseYaml } from '../files/yaml.ts';

/**
 * I: pretrained on, all participants. II: 70 % of the participants are pretrained on, 15 % are for validation and 15 %
 * for test. III: never pretrained on.
 */
export const CORPUS_ROLES = ['I', 'II', 'III'] as const;

const ENTRY = z.strictObject({
  path: z.string().min(1),
  role: z.enum(CORPUS_ROLES),
  weight: z.number().positive().optional(),
  name: z
    .string()
    .regex(/^[^/\t\r\n]+$/, 'a name has no slash and is not empty')
    .optional(),
});
const CORPUS = z.strictObject({ seed: z.int().min(0).default(0), datasets: z.array(ENTRY).min(1) });

/** One data set of a corpus. */
export interface CorpusEntry {
  /** `corpus.yaml data set 2`, for messages. */
  readonly where: string;
  /** Tells the participants of one data set from those of another. */
  readonly name: string;
  /** From where the program runs. */
  readonly directory: string;
  readonly role: (typeof CORPUS_ROLES)[number];
  readonly weight: number;
}

export interface CorpusFile {
  /** Of the split of the participants of role II. */
  readonly seed: number;
  readonly entries: readonly CorpusEntry[];
}

/**
 * Reads a corpus file. Paths in it are relative to the file; a name is by default that of the directory without
 * `.dataset`.
 *
 * @throws InputError when it is not YAML, a key is unknown, missing or wrong, a name or path occurs twice, or no data set
 *   is there to pretrain on
 */
export function readCorpusFile(path: string): CorpusFile {
  const { seed, datasets } = validate(parseYaml(readText(path), path), path);
  const entries = datasets.map((entry, i): CorpusEntry => {
    const where = `${path} data set ${i + 1}`;
    if (entry.role === 'III' && entry.weight !== undefined)
      throw new InputError({
        where,
        problem: 'a data set of role III is never pretrained on and so has no weight',
        fix: 'leave the weight out, or change the role',
      });
    const directory = isAbsolute(entry.path) ? entry.path : join(dirname(path), entry.path);
    const name = entry.name ?? basename(resolve(directory)).replace(/\.dataset$/, '');
    return { where, name, directory, role: entry.role, weight: entry.weight ?? 1 };
  });
  refuseTwice(entries, 'directory', ({ directory }) => resolve(directory), 'name every data set once');
  refuseTwice(entries, 'name', ({ name }) => name, 'give one of them another name');
  if (entries.every(({ role }) => role === 'III'))
    throw new InputError({
      where: path,
      problem: 'there is no data set to pretrain on',
      expected: 'at least one of role I or II',
      found: 'role III only',
    });
  return { seed, entries };
}

/** The first problem becomes one sentence that names the data set. */
function validate(document: unknown, file: string): z.infer<typeof CORPUS> {
  const parsed = CORPUS.safeParse(document);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  // A misspelt key also leaves the right one missing; the spelling is what to mend.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const [, entry] = issue.path;
  const where = typeof entry === 'number' ? `${file} data set ${entry + 1}` : file;
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    const nearest = nearestName(key, Object.keys(typeof entry === 'number' ? ENTRY.shape : CORPUS.shape));
    throw new InputError({
      where,
      problem: `there is no key ${key}`,
      fix: nearest === undefined ? 'see docs/recipes/corpus.md for all keys' : `did you mean ${nearest}?`,
    });
  }
  const key = issue.path.at(-1);
  const message = issue.message[0].toLowerCase() + issue.message.slice(1);
  const found = issue.path.reduce<unknown>((value, step) => Object(value)[step], document);
  throw new InputError({
    where,
    problem: typeof key === 'string' ? `${key}: ${message}` : `this is no corpus: ${message}`,
    // What is missing or a whole table says nothing when quoted.
    ...(typeof found === 'string' || typeof found === 'number' ? { found: JSON.stringify(found) } : {}),
    fix: 'see docs/recipes/corpus.md for all keys',
  });
}

function refuseTwice(
  entries: readonly CorpusEntry[],
  what: string,
  keyOf: (entry: CorpusEntry) => string,
  fix: string,
): void {
  const seen = new Map<string, number>();
  for (const [i, entry] of entries.entries()) {
    const earlier = seen.get(keyOf(entry));
    if (earlier !== undefined)
      throw new InputError({
        where: entry.where,
        problem: `data set ${earlier + 1} has the same ${what}, ${what === 'name' ? `"${entry.name}"` : entry.directory}`,
        fix,
      });
    seen.set(keyOf(entry), i);
  }
}
