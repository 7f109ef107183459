/** @file Of scans that are there in several forms, the form that is wanted. */
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import type { Candidate } from './candidate.ts';
import type { Content, FoundScan, Selection, Skipped } from './found.ts';

export interface Choice {
  readonly chosen: readonly Candidate[];
  readonly skipped: readonly Skipped[];
  /** What was taken where nothing was asked for. */
  readonly notes: readonly string[];
}

interface Aspect {
  readonly key: 'content' | 'task' | 'space' | 'atlas' | 'strategy' | 'session';
  /** One and several, for messages. */
  readonly words: readonly [one: string, several: string];
  readonly flag: string;
  /** Empty when the name does not say. */
  readonly value: (scan: FoundScan) => string;
  /** Names by which the value may be asked for, beside itself. */
  readonly aliases?: (scan: FoundScan) => readonly string[];
  /** A value that is asked for by its whole name is meant alone, not others with it as an alias. */
  readonly wholeFirst?: true;
  /** The default of the field among several values. */
  readonly usual?: (values: readonly string[]) => string | undefined;
}

/** Parcellated before dense, series before what is computed from them. */
const CONTENTS: readonly Content[] = ['series', 'parcel-series', 'volume', 'dense-series', 'connectivity'];

/** Grids of one participant's own brain; no atlas fits them as it is. */
const OWN_SPACES = new Set(['', 'T1w', 'T2w', 'bold', 'boldref', 'func', 'native', 'individual', 'fsnative']);

/** `sub-01_ses-1.csv`: no suffix says what it holds. */
const NAMED_BY_ENTITIES = /(?:^|\/)[^/_.]+-[^/_.]+(?:_[^/_.]+-[^/_.]+)*\.[^/.]+$/;

const ASPECTS: readonly Aspect[] = [
  {
    key: 'session',
    words: ['session', 'sessions'],
    flag: '--session',
    value: ({ session }) => session,
    aliases: ({ session }) => [session.replace(/^ses-/, '')],
  },
  {
    key: 'content',
    words: ['kind of file', 'kinds of file'],
    flag: '--content',
    value: ({ content }) => content,
    // A matrix that is named by its participant alone is what the person says it is.
    aliases: ({ tool, name }) => (tool === 'nilearn' && NAMED_BY_ENTITIES.test(name) ? ['connectivity'] : []),
    usual: (values) => CONTENTS.find((content) => values.includes(content)),
  },
  {
    key: 'strategy',
    words: ['strategy', 'strategies'],
    flag: '--strategy',
    value: ({ strategy }) => strategy ?? '',
    aliases: ({ strategy }) => (strategy ?? '').split('/'),
    usual: (values) => only(values, (value) => value === 'preproc' || value === 'denoised'),
  },
  {
    key: 'task',
    words: ['task', 'tasks'],
    flag: '--task',
    value: ({ task }) => task ?? '',
    // Rest is what networks are usually of; CONN's condition 000 is the whole scan.
    usual: (values) => only(values, (value) => /^rest/i.test(value) || value === 'Condition000'),
  },
  {
    key: 'space',
    words: ['space', 'spaces'],
    flag: '--space',
    value: ({ space, resolution, content }) =>
      `${space ?? ''}${resolution === undefined ? '' : `:${content === 'volume' ? 'res' : 'den'}-${resolution}`}`,
    aliases: ({ space }) => (space === undefined ? [] : [space, space.replace(/:.*/, '')]),
    wholeFirst: true,
    usual: (values) =>
      only(values, (value) => value === 'template') ??
      only(values, (value) => !OWN_SPACES.has(value.replace(/:.*/, ''))),
  },
  {
    key: 'atlas',
    words: ['parcellation', 'parcellations'],
    flag: '--parcellation',
    value: ({ atlas }) => atlas ?? '',
    aliases: ({ atlas }) => (atlas ?? '').split('/'),
  },
];

/**
 * Keeps the scans that fit the selection, and of what remains in several forms the usual one.
 *
 * @param where the folder, for messages
 * @throws InputError when nothing fits what was asked for, or there are several forms and no usual one
 */
export function choose(candidates: readonly Candidate[], selection: Selection, where: string): Choice {
  let chosen = candidates;
  const skipped: Skipped[] = [];
  const notes: string[] = [];
  const keep = (aspect: Aspect, fits: (scan: FoundScan) => boolean, wanted: string) => {
    for (const { file, scan } of chosen)
      if (!fits(scan))
        skipped.push({ name: file.name, reason: `${describe(aspect, aspect.value(scan))}, not ${wanted}` });
    chosen = chosen.filter(({ scan }) => fits(scan));
  };
  // All that was asked for comes first: `--space fsLR` makes a choice between volumes and CIFTI too.
  for (const aspect of ASPECTS) {
    const asked = selection[aspect.key];
    if (asked === undefined) continue;
    const whole = (scan: FoundScan) => aspect.value(scan).toLowerCase() === asked.toLowerCase();
    const alone = aspect.wholeFirst === true && chosen.some(({ scan }) => whole(scan));
    const fits = (scan: FoundScan) => (alone ? whole(scan) : named(aspect, scan).includes(asked.toLowerCase()));
    if (!chosen.some(({ scan }) => fits(scan))) throw absent(aspect, asked, chosen, where);
    keep(aspect, fits, asked);
  }
  for (const aspect of ASPECTS) {
    const counts = count(aspect, chosen);
    if (aspect.key === 'session' || counts.size < 2) continue;
    const usual = aspect.usual?.([...counts.keys()]);
    if (usual === undefined) throw several(aspect, counts, where);
    notes.push(
      `of ${counts.size} ${aspect.words[1]} (${list(counts)}) ${usual} is taken; ${aspect.flag} takes another`,
    );
    keep(aspect, (scan) => aspect.value(scan) === usual, usual);
  }
  const own = chosen.filter(({ scan }) => scan.content === 'volume' && OWN_SPACES.has(scan.space ?? ''));
  if (own.length > 0)
    notes.push(
      `the images lie in each participant's own space (${own[0].scan.space ?? 'none in the name'}), where the ROIs of a standard space are elsewhere`,
    );
  return { chosen, skipped, notes };
}

function only(values: readonly string[], test: (value: string) => boolean): string | undefined {
  const found = values.filter(test);
  return found.length === 1 ? found[0] : undefined;
}

function named(aspect: Aspect, scan: FoundScan): string[] {
  return [aspect.value(scan), ...(aspect.aliases?.(scan) ?? [])].map((name) => name.toLowerCase());
}

function describe({ words: [one] }: Aspect, value: string): string {
  return value === '' ? `no ${one} in the name` : `${one} ${value}`;
}

/** Values and how many scans have them, the most frequent first, else by name. */
function count({ value }: Aspect, candidates: readonly Candidate[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { scan } of candidates) counts.set(value(scan), (counts.get(value(scan)) ?? 0) + 1);
  return new Map([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}

function list(counts: ReadonlyMap<string, number>): string {
  const shown = [...counts].slice(0, 12).map(([value, n]) => `${value === '' ? 'none said' : value}: ${n}`);
  return shown.join(', ') + (counts.size > 12 ? ', …' : '');
}

function several({ words, flag }: Aspect, counts: ReadonlyMap<string, number>, where: string): InputError {
  return new InputError({
    where,
    problem: `the scans are of ${counts.size} ${words[1]}`,
    found: list(counts),
    fix: `choose one with ${flag}`,
  });
}

function absent(aspect: Aspect, asked: string, candidates: readonly Candidate[], where: string): InputError {
  const counts = count(aspect, candidates);
  const nearest = nearestName(asked, [...counts.keys()]);
  return new InputError({
    where,
    problem: `no scan is of ${aspect.words[0]} "${asked}"`,
    found: list(counts),
    ...(nearest === undefined || nearest === '' ? {} : { fix: `the nearest is "${nearest}"` }),
  });
}
