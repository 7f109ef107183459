/** @file Deals participants to train (70 %), validation (15 %) and test (15 %), each site in its share. */
import { permutation, type RandomStream } from '../random/draws.ts';

export const PARTS = ['train', 'validation', 'test'] as const;
export type Part = (typeof PARTS)[number];

/** The paper's share of validation and of test participants; training takes the rest. */
const HELD_OUT = 0.15;

/** The first site by name of a participant's scans: one site a person, whatever the order of rows. */
export function siteOf(sites: readonly string[]): string {
  return [...sites].sort()[0];
}

/**
 * Deals people, site after site in random order, to the three parts: each to the part that is furthest behind its share.
 * So every part gets its share of the people to the person, and of each site as nearly as can be.
 *
 * @param people in an order that does not depend on rows: by id
 */
export function dealParticipants<Person extends { readonly site: string }>(
  people: readonly Person[],
  stream: RandomStream,
): Record<Part, Person[]> {
  const parts: Record<Part, Person[]> = { train: [], validation: [], test: [] };
  const queue = queueBySite(people, stream);
  const share = partSizes(queue.length);
  for (const [already, person] of queue.entries()) {
    const behind = (part: Part) => share[part] * (already + 1) - parts[part].length * queue.length;
    parts[PARTS.reduce((most, next) => (behind(next) > behind(most) ? next : most))].push(person);
  }
  return parts;
}

/** People in random order, site after site, the sites in random order. */
export function queueBySite<Person extends { readonly site: string }>(
  people: readonly Person[],
  stream: RandomStream,
): Person[] {
  const sites = [...new Set(people.map(({ site }) => site))].sort();
  return shuffled(sites, stream).flatMap((site) =>
    shuffled(
      people.filter((person) => person.site === site),
      stream,
    ),
  );
}

/** How many of n people go where. Two people are enough for one to train on and one to test on. */
function partSizes(n: number): Record<Part, number> {
  const test = n < 2 ? 0 : Math.max(1, Math.round(HELD_OUT * n));
  const validation = Math.min(Math.round(HELD_OUT * n), Math.max(0, n - test - 1));
  return { train: n - test - validation, validation, test };
}

function shuffled<T>(items: readonly T[], stream: RandomStream): T[] {
  return Array.from(permutation(stream, items.length), (i) => items[i]);
}
