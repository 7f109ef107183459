/** @file What the name of a scan's file says: BIDS entities, and an id that tells it from all other files. */

/** Entities as they stand in the path (`sub-01`, `ses-2`, `run-1`); empty when it has none. */
export interface BidsEntities {
  readonly participant: string;
  readonly session: string;
  readonly run: string;
}

/**
 * BIDS entities of a path, of its folders or its name (`sub-01/ses-2/timeseries.npy`,
 * `sub-01_ses-2_task-rest_run-1_timeseries.tsv`); the last one counts.
 */
export function bidsEntities(path: string): BidsEntities {
  const last = (entity: string) => {
    const found = [...path.matchAll(new RegExp(`(?:^|[/\\\\_])(${entity}-[A-Za-z0-9+]+)(?=[/\\\\_.]|$)`, 'g'))];
    return found.at(-1)?.[1] ?? '';
  };
  return { participant: last('sub'), session: last('ses'), run: last('run') };
}

/** The name of a file without folders and extension. */
export function stem(path: string): string {
  return path.replace(/^.*[/\\]/, '').replace(/\.[^.]+$/, '');
}

/**
 * An id for every file: its {@link stem} when no other file has the same, else its whole path with `_` for `/`.
 *
 * @param paths relative to the folder that holds them all
 */
export function fileIds(paths: readonly string[]): string[] {
  const count = new Map<string, number>();
  for (const path of paths) count.set(stem(path), (count.get(stem(path)) ?? 0) + 1);
  return paths.map((path) =>
    count.get(stem(path)) === 1 ? stem(path) : path.replace(/\.[^./\\]+$/, '').replace(/[/\\]+/g, '_'),
  );
}
