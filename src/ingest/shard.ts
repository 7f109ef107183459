/** @file A part of an ingest for one job of many: `--shard 3/16`. */
import { InputError } from '../errors/input-error.ts';

/** Part `part` of `parts`, from 1. */
export interface Shard {
  readonly part: number;
  readonly parts: number;
}

/** Reads `3/16`. @throws InputError when it is no part of a whole */
export function parseShard(text: string): Shard {
  const [, part, parts] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (part >= 1 && part <= parts) return { part, parts };
  throw new InputError({
    where: `--shard ${text}`,
    problem: 'this is no part of a whole',
    expected: 'i/n with i from 1 to n',
    fix: 'pass e.g. --shard 3/16 for the third of sixteen jobs',
  });
}

/**
 * Every `parts`-th item, beginning with the `part`-th: shares of every folder and site.
 *
 * @throws InputError when there are fewer items than parts, and none is left for this one
 */
export function shardOf<T>(items: readonly T[], { part, parts }: Shard): T[] {
  const own = items.filter((_, i) => i % parts === part - 1);
  if (own.length > 0) return own;
  throw new InputError({
    where: `--shard ${part}/${parts}`,
    problem: 'no scan is left for this part',
    found: `${items.length} scans`,
    fix: 'ask for as many parts as there are scans, or fewer',
  });
}
