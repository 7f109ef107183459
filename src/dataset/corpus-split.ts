/** @file `corpus-split.json` of a run: the data sets of its corpus, and who of role II is where. Node only. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InputError } from '../errors/input-error.ts';
import { randomStream } from '../random/draws.ts';
import { CORPUS_ROLES } from './corpus-file.ts';
import type { Scan } from './dataset.ts';
import { dealParticipants, PARTS, type Part, siteOf } from './participant-split.ts';

/** Its name in a run directory. */
export const CORPUS_SPLIT_FILE = 'corpus-split.json';

const ids = z.array(z.string());
const DATASET = z.strictObject({
  name: z.string(),
  role: z.enum(CORPUS_ROLES),
  weight: z.number(),
  hash: z.string(),
  /** Of role II, ids as in its `scans.tsv`, sorted. */
  participants: z.strictObject({ train: ids, validation: ids, test: ids }).optional(),
});
const DOCUMENT = z.strictObject({
  format: z.literal('brainmass-corpus-split/1'),
  seed: z.int(),
  datasets: z.array(DATASET).min(1),
  /** Over all of the above. */
  sha256: z.string(),
});
export type CorpusSplit = z.infer<typeof DOCUMENT>;
export type CorpusDataset = z.infer<typeof DATASET>;

/**
 * Splits the participants of a data set of role II: 70 % train, 15 % validation, 15 % test, balanced over sites. It
 * depends on the participants, their sites and the seed; not on the order of rows, nor on other data sets.
 */
export function splitParticipants(scans: readonly Scan[], seed: number): Record<Part, string[]> {
  const sites = new Map<string, string[]>();
  for (const { participantId, site } of scans) {
    const own = sites.get(participantId);
    if (own === undefined) sites.set(participantId, [site]);
    else own.push(site);
  }
  const people = [...sites].map(([id, own]) => ({ id, site: siteOf(own) })).sort((a, b) => (a.id < b.id ? -1 : 1));
  // Word c keeps away from the splits (0) and resampled test sets (1) of an evaluation of the same seed.
  const dealt = dealParticipants(people, randomStream({ seed, purpose: 'split', c: 2 }));
  const sorted = (part: Part) => dealt[part].map(({ id }) => id).sort();
  return { train: sorted('train'), validation: sorted('validation'), test: sorted('test') };
}

export function corpusSplit(seed: number, datasets: readonly CorpusDataset[]): CorpusSplit {
  const content = { seed, datasets: [...datasets] };
  return { format: 'brainmass-corpus-split/1', ...content, sha256: splitHash(content) };
}

export function formatCorpusSplit(split: CorpusSplit): string {
  return `${JSON.stringify(split, null, 1)}\n`;
}

/** @throws InputError when the text is no such file, or was edited */
export function parseCorpusSplit(text: string, where: string): CorpusSplit {
  const fix = 'restore it from a copy, or start a new run';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InputError({ where, problem: 'this is not JSON', fix }, { cause });
  }
  const parsed = DOCUMENT.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const problem = `this is not the split of a corpus (${issue.path.join('.') || 'document'}: ${issue.message})`;
    throw new InputError({ where, problem, fix });
  }
  if (splitHash(parsed.data) !== parsed.data.sha256)
    throw new InputError({ where, problem: 'the split does not match its SHA-256: it was edited or damaged', fix });
  return parsed.data;
}

/** SHA-256, hex, whatever the order of keys in the file. */
function splitHash({ seed, datasets }: Pick<CorpusSplit, 'seed' | 'datasets'>): string {
  const rows = datasets.map(({ name, role, weight, hash, participants }) => [
    ...[name, role, weight, hash],
    participants === undefined ? null : PARTS.map((part) => participants[part]),
  ]);
  return createHash('sha256')
    .update(JSON.stringify([seed, rows]))
    .digest('hex');
}

/**
 * Compares the corpus of now with the one that a run was started on.
 *
 * @param where the run
 * @throws InputError naming every data set that was added, removed or changed
 */
export function checkSameCorpus(then: CorpusSplit, now: CorpusSplit, where: string): void {
  const names = [...new Set([...then.datasets, ...now.datasets].map(({ name }) => name))];
  const described = ({ datasets }: CorpusSplit, wanted: string) => {
    const dataset = datasets.find(({ name }) => name === wanted);
    if (dataset === undefined) return `no data set "${wanted}"`;
    return `"${wanted}" (role ${dataset.role}, weight ${dataset.weight}, hash ${dataset.hash.slice(0, 12)})`;
  };
  const order = ({ datasets }: CorpusSplit) => `order ${datasets.map(({ name }) => name).join(', ')}`;
  const changed = names.filter((name) => described(then, name) !== described(now, name));
  const differences = (corpus: CorpusSplit) => [
    ...(then.seed === now.seed ? [] : [`seed ${corpus.seed}`]),
    ...changed.map((name) => described(corpus, name)),
    ...(changed.length === 0 && order(then) !== order(now) ? [order(corpus)] : []),
  ];
  if (differences(then).length === 0) return;
  throw new InputError({
    where,
    problem: 'the corpus was changed since the run was started, which would make it another run',
    expected: differences(then).join(', '),
    found: differences(now).join(', '),
    fix: 'put it back, or start a new run',
  });
}
