/** @file A folder that is a data set as ingest writes it: its tables and series are no scans of somebody's. */
import type { Dirent } from 'node:fs';

/** @param entries of the folder */
export function isDatasetFolder(entries: readonly Dirent[]): boolean {
  return ['dataset.json', 'scans.tsv'].every((name) => entries.some((entry) => entry.name === name));
}
